/// `'key' = 'value'` of TBLPROPERTIES, SERDEPROPERTIES and DBPROPERTIES.
struct PropertySetting: Sendable {
  var key: String
  var value: String
  var range: SourceRange
}

struct CreateDatabase: Sendable {
  var name: Identifier
  var ifNotExists: Bool
  var comment: String?
  var location: String?
  var properties: [PropertySetting]
}

struct DropDatabase: Sendable {
  var name: Identifier
  var ifExists: Bool
  /// CASCADE; otherwise a database with tables stays.
  var cascades: Bool
}

/// A column of CREATE TABLE or ALTER TABLE; its type is one of Hive's, as it was written.
struct ColumnDefinition: Sendable {
  var name: Identifier
  var type: String
  var typeRange: SourceRange
  var comment: String?
}

/// CREATE [EXTERNAL] TABLE with a list of columns.
struct CreateTable: Sendable {
  enum RowFormat: Sendable {
    case delimited(Delimiters)
    case serDe(String, [PropertySetting], SourceRange)
  }

  /// ROW FORMAT DELIMITED: the texts of its clauses.
  struct Delimiters: Sendable {
    var fields: String?
    var escape: String?
    var collectionItems: String?
    var mapKeys: String?
    var lines: String?
    var null: String?
  }

  enum Storage: Sendable {
    /// STORED AS PARQUET
    case format(String, SourceRange)
    /// STORED AS INPUTFORMAT '…' OUTPUTFORMAT '…'
    case classes(input: String, output: String)
  }

  var name: [Identifier]
  var isExternal: Bool
  var ifNotExists: Bool
  var columns: [ColumnDefinition]
  var comment: String?
  var partitionedBy: [ColumnDefinition]
  /// PARTITIONED BY of an Iceberg table names columns and transforms without types.
  var hasTransforms: Bool
  var clusteredBy: [Identifier]
  var bucketCount: Int?
  var rowFormat: RowFormat?
  var storage: Storage?
  var location: String?
  var properties: [PropertySetting]
  var range: SourceRange
}

/// `PARTITION (year = '2026', month = 11)`; nil stands for null.
struct PartitionSpecification: Sendable {
  struct Value: Sendable {
    var key: Identifier
    var value: String?
    /// Not `=`: the comparison's sign, which no statement takes.
    var comparison: Symbol = .equal
  }

  var values: [Value]
  var range: SourceRange
}

struct AlterTable: Sendable {
  enum Action: Sendable {
    case addPartitions([(partition: PartitionSpecification, location: String?)], ifNotExists: Bool)
    case dropPartitions([PartitionSpecification], ifExists: Bool)
    case renamePartition(PartitionSpecification, to: PartitionSpecification)
    case setLocation(String, partition: PartitionSpecification?)
    case addColumns([ColumnDefinition])
    case replaceColumns([ColumnDefinition])
    case changeColumn(Identifier, ColumnDefinition)
    case dropColumn(Identifier)
    case setProperties([PropertySetting])
  }

  var name: [Identifier]
  var action: Action
  var range: SourceRange
}

struct CreateView: Sendable {
  var name: [Identifier]
  var orReplace: Bool
  var columns: [Identifier]
  var comment: String?
  var query: SyntaxQuery
  /// Where the query stands.
  var queryRange: SourceRange
}

struct Describe: Sendable {
  enum Style: Sendable { case plain, extended, formatted }

  var style: Style
  var table: [Identifier]
  var partition: PartitionSpecification?
  /// `column.field.'$elem$'`; empty for the whole table.
  var path: [Identifier]
  var range: SourceRange
}
