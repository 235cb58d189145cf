import ColumnFormat
package import RowFormat

/// Tables and partitions in the words of the Glue API: `GetTable` and `GetPartitions`.
///
/// Column names are folded to lower case there, as Glue does, and types are Hive's.
package enum GlueTable {
  private static let parquetSerDe = "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe"
  private static let jsonSerDe = "org.openx.data.jsonserde.JsonSerDe"
  private static let csvSerDe = "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe"

  // MARK: Writing

  /// What `GetTable` answers.
  ///
  /// - Parameters:
  ///   - table: The table.
  ///   - location: Its folder, absolute.
  /// - Returns: The whole answer.
  package static func json(_ table: TableSnapshot, location: String) -> JSONValue {
    let description = table.description
    var parameters: JSONObject = [:]
    for (name, value) in description.parameters.sorted(by: { $0.key < $1.key }) {
      parameters[name] = .string(value)
    }
    parameters["classification"] = .string(description.format.classification)
    return [
      "Table": [
        "Name": .string(description.name.table),
        "DatabaseName": .string(description.name.database),
        "StorageDescriptor": storage(description, location: location),
        "PartitionKeys": columns(description.partitionKeys, of: description),
        "TableType": "EXTERNAL_TABLE", "Parameters": .object(parameters),
        "VersionId": .string("\(table.version.number)"),
      ]
    ]
  }

  /// What `GetPartitions` answers; every partition has the table's own columns.
  package static func json(
    _ partitions: [Partition],
    of table: TableSnapshot,
    location: String
  ) -> JSONValue {
    let description = table.description
    let list = partitions.map { partition -> JSONValue in
      let place =
        partition.location.hasPrefix("/")
        ? partition.location : "\(location)/\(partition.location)"
      return [
        "Values": .array(
          partition.values.map { .string($0 ?? PartitionPath.nullName) }
        ), "DatabaseName": .string(description.name.database),
        "TableName": .string(description.name.table),
        "StorageDescriptor": storage(description, location: place), "Parameters": [:],
      ]
    }
    return ["Partitions": .array(list)]
  }

  private static func columns(_ fields: [Field], of table: TableDescription) -> JSONValue {
    .array(
      fields.map { field in
        let name = field.name.lowercased()
        let type = table.details.declaredTypes[name] ?? HiveType.text(folded(field.type))
        var column: JSONObject = ["Name": .string(name), "Type": .string(type)]
        column["Comment"] = table.details.comments[name].map { .string($0) }
        return .object(column)
      }
    )
  }

  private static func folded(_ type: LogicalType) -> LogicalType {
    let children = type.children.map { child in
      var child = child
      child.name = child.name.lowercased()
      child.type = folded(child.type)
      return child
    }
    return type.withChildren(children) ?? type
  }

  private static func storage(_ table: TableDescription, location: String) -> JSONValue {
    let text = "org.apache.hadoop.mapred.TextInputFormat"
    let textOutput = "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat"
    let input: String
    let output: String
    let serDe: String
    var parameters: JSONObject = ["serialization.format": "1"]
    switch table.format {
    case .parquet:
      let package = "org.apache.hadoop.hive.ql.io.parquet.MapredParquet"
      (input, output, serDe) = ("\(package)InputFormat", "\(package)OutputFormat", parquetSerDe)
    case .ndjson:
      (input, output, serDe) = (text, textOutput, jsonSerDe)
      parameters["paths"] = .string(
        table.columns.map { $0.name.lowercased() }.joined(separator: ",")
      )
    case .csv(let layout):
      (input, output, serDe) = (text, textOutput, csvSerDe)
      // LazySimpleSerDe minds no quotes; that the files have them is for those who come back.
      parameters = [
        "field.delim": .string(String(decoding: [layout.delimiter], as: UTF8.self)),
        "quoteChar": .string(String(decoding: [layout.quote], as: UTF8.self)),
      ]
    case .text(let own):
      (input, output, serDe) = (text, textOutput, own.library)
      parameters = TableDetailsFile.texts(own.properties)?.objectValue ?? [:]
    }
    return [
      "Columns": columns(table.columns, of: table), "Location": .string(location),
      "InputFormat": .string(table.details.inputFormat ?? input),
      "OutputFormat": .string(table.details.outputFormat ?? output), "Compressed": false,
      "NumberOfBuckets": .integer(table.details.bucketCount ?? -1),
      "SerdeInfo": [
        "SerializationLibrary": .string(serDe), "Parameters": .object(parameters),
      ], "BucketColumns": .array(table.details.bucketColumns.map { .string($0) }),
      "SortColumns": [], "StoredAsSubDirectories": false,
    ]
  }
}

// MARK: - Reading

extension GlueTable {
  /// A table as `GetTable` or `GetTables` tells it.
  package struct Imported: Sendable {
    /// The full name.
    package var name: TableName
    /// What it shall become.
    package var update: TableUpdate
  }

  /// The tables in an answer of `GetTable` or `GetTables`; none if it is another answer.
  ///
  /// - Parameters:
  ///   - answer: The whole answer.
  ///   - path: The file that it stands in.
  /// - Returns: The tables in the order of the answer.
  /// - Throws: What cannot be a table of lake's.
  package static func tables(_ answer: JSONValue, path: String) throws(CatalogError) -> [Imported] {
    var tables: [Imported] = []
    for table in answer["TableList"]?.arrayValue ?? answer["Table"].map({ [$0] }) ?? [] {
      guard let name = table["Name"]?.stringValue, let storage = table["StorageDescriptor"],
        let location = storage["Location"]?.stringValue
      else { throw wrong("a table lacks Name, StorageDescriptor or Location", path) }
      let title = TableName(
        database: table["DatabaseName"]?.stringValue ?? "default",
        table: name
      )
      let parameters = texts(table["Parameters"])
      var details = TableDetails()
      var update = TableUpdate(
        location: trimmed(location),
        format: try format(storage, parameters, path),
        columns: try fields(storage["Columns"], noting: &details, path),
        partitionKeys: try fields(table["PartitionKeys"], noting: &details, path),
        parameters: parameters,
        causes: { _ in ChangeCause(source: path) }
      )
      takeStorage(storage, into: &details)
      if details != TableDetails() { update.details = details }
      tables.append(Imported(name: title, update: update))
    }
    return tables
  }

  /// What a storage descriptor says beside columns, place and SerDe.
  private static func takeStorage(_ storage: JSONValue, into details: inout TableDetails) {
    let bucketColumns = (storage["BucketColumns"]?.arrayValue ?? []).compactMap(\.stringValue)
    if let count = storage["NumberOfBuckets"]?.integerValue, count > 0, !bucketColumns.isEmpty {
      details.bucketCount = count
      details.bucketColumns = bucketColumns.map { $0.lowercased() }
    }
    // CloudTrail's is the one that changes how files are read.
    if let input = storage["InputFormat"]?.stringValue, input.contains("CloudTrail") {
      details.inputFormat = input
    }
  }

  /// The partitions in an answer of `GetPartitions`, by table; none if it is another answer.
  package static func partitions(_ answer: JSONValue, path: String) throws(CatalogError)
    -> [TableName: [Partition]]
  {
    var found: [TableName: [Partition]] = [:]
    for partition in answer["Partitions"]?.arrayValue ?? [] {
      guard let table = partition["TableName"]?.stringValue,
        let values = partition["Values"]?.arrayValue,
        let location = partition["StorageDescriptor"]?["Location"]?.stringValue
      else { throw wrong("a partition lacks TableName, Values or Location", path) }
      let name = TableName(
        database: partition["DatabaseName"]?.stringValue ?? "default",
        table: table
      )
      let texts = values.map { value in
        value.stringValue.flatMap { $0 == PartitionPath.nullName ? nil : $0 }
      }
      found[name, default: []].append(Partition(values: texts, location: trimmed(location)))
    }
    return found
  }

  /// A partition whose place is relative to its table's, where it lies below that.
  package static func within(_ partition: Partition, _ table: String) -> Partition {
    guard partition.location.hasPrefix(table + "/") else { return partition }
    var relative = partition
    relative.location = String(partition.location.dropFirst(table.count + 1))
    return relative
  }

  private static func wrong(_ fact: String, _ path: String) -> CatalogError {
    CatalogError(.invalidRequest("'\(path)' is no answer of GetTable or GetPartitions: \(fact)"))
  }

  private static func trimmed(_ location: String) -> String {
    var trimmed = location[...]
    if trimmed.hasPrefix("file://") { trimmed = trimmed.dropFirst("file://".utf8.count) }
    while trimmed.utf8.count > 1, trimmed.hasSuffix("/") { trimmed.removeLast() }
    return String(trimmed)
  }

  private static func fields(
    _ value: JSONValue?,
    noting details: inout TableDetails,
    _ path: String
  ) throws(CatalogError) -> [Field] {
    var fields: [Field] = []
    for column in value?.arrayValue ?? [] {
      guard let name = column["Name"]?.stringValue else { throw wrong("a column lacks Name", path) }
      let type = column["Type"]?.stringValue ?? "string"
      let lower = type.lowercased().filter { $0 != " " }
      if lower.contains("char(") { details.declaredTypes[name.lowercased()] = lower }
      if let comment = column["Comment"]?.stringValue, !comment.isEmpty {
        details.comments[name.lowercased()] = comment
      }
      do {
        fields.append(Field(name, try HiveType.parse(type)))
      } catch {
        throw wrong("column '\(name)': \(error)", path)
      }
    }
    return fields
  }

  private static func texts(_ object: JSONValue?) -> [String: String] {
    var texts: [String: String] = [:]
    for member in object?.objectValue?.members ?? [] {
      texts[member.name] = member.value.stringValue
    }
    return texts
  }

  private static func format(
    _ storage: JSONValue,
    _ parameters: [String: String],
    _ path: String
  ) throws(CatalogError) -> DataFormat {
    let serDe = storage["SerdeInfo"]?["SerializationLibrary"]?.stringValue ?? ""
    let options = storage["SerdeInfo"]?["Parameters"]
    let word = serDe.isEmpty ? parameters["classification"] ?? "" : serDe.lowercased()
    if word.contains("parquet") { return .parquet }
    // A SerDe stays as it is, unless lake wrote the answer for a format of its own.
    switch SerDeKind(library: serDe) {
    case .regex, .grok, .openCSV: return .text(SerDe(library: serDe, properties: texts(options)))
    case .lazySimple where options?["quoteChar"] == nil:
      return .text(SerDe(library: serDe, properties: texts(options)))
    default: break
    }
    if word.contains("json") { return .ndjson }
    guard word.contains("csv") || word.contains("lazysimple") else {
      throw wrong("files of '\(serDe)' are not supported", path)
    }
    func byte(_ names: [String], _ standard: Unicode.Scalar) -> UInt8 {
      let text = names.lazy.compactMap { options?[$0]?.stringValue }.first
      return text?.utf8.first ?? UInt8(ascii: standard)
    }
    let isLazy = word.contains("lazysimple")
    let header =
      parameters["skip.header.line.count"] ?? options?["skip.header.line.count"]?.stringValue
    return .csv(
      CSVLayout(
        delimiter: byte(["field.delim", "separatorChar"], isLazy ? "\u{1}" : ","),
        quote: byte(["quoteChar"], "\""),
        hasHeader: header == "1"
      )
    )
  }
}
