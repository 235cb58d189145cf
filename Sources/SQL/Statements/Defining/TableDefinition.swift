import Catalog
import ColumnFormat

/// What CREATE EXTERNAL TABLE says, as the catalog keeps it.
struct TableDefinition {
  let statement: CreateTable
  let name: TableName
  private(set) var columns: [Field] = []
  private(set) var keys: [Field] = []
  private(set) var format = DataFormat.parquet
  private(set) var details = TableDetails()
  private(set) var parameters: [String: String] = [:]
  private(set) var location = ""

  init(_ statement: CreateTable, name: TableName) throws(SQLError) {
    self.statement = statement
    self.name = name
    parameters = CatalogEditor.dictionary(statement.properties)
    try checkKind()
    parameters["EXTERNAL"] = "TRUE"
    parameters["comment"] = statement.comment ?? parameters["comment"]
    columns = try fields(statement.columns)
    keys = try fields(statement.partitionedBy)
    try checkColumns()
    try chooseFormat()
    guard let location = statement.location else {
      throw SQLError(
        .semantic,
        "No location was specified for table. An S3 location must be specified",
        at: statement.range,
        help: "LOCATION names a folder, or s3://bucket/key/ with --s3-root"
      )
    }
    self.location = try TableDefinition.location(location, at: statement.range)
    details.bucketColumns = statement.clusteredBy.map { $0.text.lowercased() }
    details.bucketCount = statement.bucketCount
    for column in statement.clusteredBy
    where !columns.contains(where: { $0.name == column.text.lowercased() }) {
      throw SQLError(.semantic, "Invalid column reference \(column.text)", at: column.range)
    }
  }

  /// What the catalog shall keep.
  var update: TableUpdate {
    var update = TableUpdate(
      location: location,
      format: format,
      columns: columns,
      partitionKeys: keys,
      parameters: parameters,
      causes: { _ in ChangeCause(source: "CREATE TABLE") }
    )
    update.details = details
    return update
  }

  // MARK: Checks

  private func checkKind() throws(SQLError) {
    if statement.hasTransforms || parameters["table_type"]?.uppercased() == "ICEBERG" {
      throw SQLError(.notSupported, "Iceberg tables are not supported", at: statement.range)
    }
    if !statement.isExternal {
      throw SQLError(
        .notSupported,
        "Only external table creation is supported",
        at: statement.range,
        help: "write CREATE EXTERNAL TABLE"
      )
    }
  }

  private func checkColumns() throws(SQLError) {
    if columns.isEmpty {
      throw SQLError(.semantic, "at least one column must be specified", at: statement.range)
    }
    try CatalogEditor.checkDistinct(statement.columns)
    for column in statement.partitionedBy {
      let name = column.name.text.lowercased()
      if columns.contains(where: { $0.name == name }) {
        throw SQLError(
          .semantic,
          "Column repeated in partitioning columns",
          at: column.name.range,
          help: "'\(name)' must not be in the list of columns too"
        )
      }
      switch keys.first(where: { $0.name == name })?.type {
      case .list, .map, .row:
        throw SQLError(
          .semantic,
          "Partition column '\(name)' must be of a primitive type",
          at: column.typeRange
        )
      default: break
      }
    }
    try CatalogEditor.checkDistinct(statement.partitionedBy)
  }

  private mutating func fields(_ definitions: [ColumnDefinition]) throws(SQLError) -> [Field] {
    var fields: [Field] = []
    for definition in definitions {
      fields.append(try CatalogEditor.field(definition, noting: &details))
    }
    return fields
  }

  /// A place without `file://` and without slashes at its end; those of S3 as they were written.
  static func location(_ text: String, at range: SourceRange) throws(SQLError) -> String {
    if text.contains("*") || text.isEmpty {
      throw SQLError(
        .semantic,
        text.isEmpty ? "LOCATION is empty" : "LOCATION '\(text)' holds a glob",
        at: range,
        help: "it names one folder; all files below it belong to the table"
      )
    }
    if S3Location.key(of: text) != nil { return text }
    var trimmed = text[...]
    if trimmed.hasPrefix("file://") { trimmed = trimmed.dropFirst("file://".utf8.count) }
    while trimmed.utf8.count > 1, trimmed.hasSuffix("/") { trimmed.removeLast() }
    if let scheme = trimmed.firstRange(of: "://") {
      throw SQLError(
        .notSupported,
        "locations of '\(trimmed[..<scheme.lowerBound])' are not supported",
        at: range,
        help: "LOCATION names a folder, or s3://bucket/key/ with --s3-root"
      )
    }
    return String(trimmed)
  }

  // MARK: Formats

  private static let parquetSerDe = "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe"
  private static let textInput = "org.apache.hadoop.mapred.TextInputFormat"

  private mutating func chooseFormat() throws(SQLError) {
    var library: String?
    var properties: [String: String] = [:]
    var range = statement.range
    switch statement.rowFormat {
    case .serDe(let name, let settings, let place):
      library = name.isEmpty ? nil : name
      properties = CatalogEditor.dictionary(settings)
      range = place
    case .delimited(let delimiters):
      properties = TableDefinition.properties(delimiters)
      if let lines = delimiters.lines, lines != "\n" {
        throw SQLError(
          .semantic,
          "LINES TERMINATED BY only supports newline '\\n' right now: '\(lines)'",
          at: range
        )
      }
    case nil: break
    }
    switch statement.storage {
    case .format("TEXTFILE", _), nil: break
    case .format("PARQUET", _), .format("PARQUETFILE", _):
      library = library ?? TableDefinition.parquetSerDe
    case .format(let word, let place): throw TableDefinition.refused(word, at: place)
    case .classes(let input, let output):
      let classes = input.lowercased()
      for word in ["orc", "avro", "rcfile", "sequencefile", "ion", "symlink"]
      where classes.contains(word + "input") || classes.contains("." + word) {
        throw TableDefinition.refused(word.uppercased(), at: range)
      }
      if classes.contains("symlink") { throw TableDefinition.refused("SYMLINK", at: range) }
      if classes.contains("parquet") { library = library ?? TableDefinition.parquetSerDe }
      details.inputFormat = input == TableDefinition.textInput ? nil : input
      details.outputFormat =
        output == TableScript.textOutput || output == TableScript.parquetOutput ? nil : output
    }
    let chosen = library ?? SerDeKind.lazySimple.rawValue
    if chosen.lowercased().contains("parquet") {
      format = .parquet
      details.inputFormat = nil
      details.serDeProperties = properties
      return
    }
    guard SerDeKind(library: chosen) != nil else {
      for word in ["Orc", "Avro", "Ion"] where chosen.contains(word) {
        throw TableDefinition.refused(word.uppercased(), at: range)
      }
      throw SQLError(
        .notSupported,
        "the SerDe '\(chosen)' is not supported",
        at: range,
        details: ["lake reads: " + SerDeKind.allCases.map(\.rawValue).joined(separator: ", ")]
      )
    }
    let serDe = SerDe(library: chosen, properties: properties)
    // A wrong pattern or delimiter is one of the statement, not of the first query.
    do throws(SQLError) {
      _ = try LineFormat(serDe, tableParameters: parameters, columns: columns.map(\.type))
    } catch {
      var error = error
      error.range = error.range ?? range
      throw error
    }
    format = .text(serDe)
  }

  private static func refused(_ word: String, at range: SourceRange) -> SQLError {
    SQLError(
      .notSupported,
      "tables of \(word) files are not supported",
      at: range,
      help: "lake reads Parquet and text"
    )
  }

  /// ROW FORMAT DELIMITED as the properties that Hive makes of it; `colelction.delim` is its own
  /// misspelling.
  private static func properties(_ delimiters: CreateTable.Delimiters) -> [String: String] {
    var properties: [String: String] = [:]
    if let fields = delimiters.fields {
      properties["field.delim"] = fields
      properties["serialization.format"] = fields
    }
    properties["escape.delim"] = delimiters.escape
    properties["colelction.delim"] = delimiters.collectionItems
    properties["mapkey.delim"] = delimiters.mapKeys
    properties["line.delim"] = delimiters.lines
    properties["serialization.null.format"] = delimiters.null
    return properties
  }
}

extension CatalogEditor {
  /// A column of DDL; its comment and what its type says beyond lake's are noted aside.
  static func field(
    _ definition: ColumnDefinition,
    noting details: inout TableDetails
  ) throws(SQLError) -> Field {
    let name = definition.name.text.lowercased()
    details.comments[name] = definition.comment
    let type: LogicalType
    do throws(HiveTypeError) {
      type = try HiveType.parse(definition.type)
    } catch {
      throw SQLError(
        .semantic,
        "the type of column '\(name)' is none of Hive's: \(error.reason)",
        at: definition.typeRange,
        help: "DDL has int, bigint, string, double, decimal(p,s), date, timestamp, array<…>, …"
      )
    }
    let lower = definition.type.lowercased().filter { $0 != " " }
    details.declaredTypes[name] =
      lower.contains("char(") ? lower : nil
    return Field(name, type)
  }

  /// Refuses two columns of one name.
  static func checkDistinct(_ definitions: [ColumnDefinition]) throws(SQLError) {
    var seen: Set<String> = []
    for definition in definitions
    where !seen.insert(definition.name.text.lowercased()).inserted {
      throw SQLError(
        .semantic,
        "Duplicate column name: \(definition.name.text.lowercased())",
        at: definition.name.range
      )
    }
  }

  /// CREATE EXTERNAL TABLE.
  func create(_ statement: CreateTable) throws(SQLError) {
    let name = try name(statement.name)
    let place = statement.name[0].range.joined(with: statement.name[statement.name.count - 1].range)
    try checkDatabase(name.database, place)
    let definition = try TableDefinition(statement, name: name)
    try checkReadable(definition.location, statement.range)
    var exists = false
    _ = try translated(at: place) { () throws(CatalogError) in
      try catalog.commit(name) { current in
        exists = current != nil
        if exists { return nil }
        return definition.update
      }
    }
    if exists && !statement.ifNotExists {
      throw SQLError(
        .alreadyExists,
        "Table \(name.table) already exists",
        at: place,
        help: "CREATE EXTERNAL TABLE IF NOT EXISTS leaves it as it is"
      )
    }
  }

  /// Refuses places of S3 where no folder stands for it, and files.
  func checkReadable(_ location: String, _ range: SourceRange) throws(SQLError) {
    if S3Location.key(of: location) != nil && catalog.s3Root == nil {
      throw SQLError(
        .notSupported,
        "no folder stands for S3: cannot use the location '\(location)'",
        at: range,
        help: "--s3-root DIR or $LAKE_S3_ROOT names the folder that holds the buckets"
      )
    }
  }
}
