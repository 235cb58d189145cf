import ColumnFormat
import ObjectStore
import RowFormat

/// A table as its files say it should be.
struct TableCandidate {
  let name: TableName
  let location: String
  let format: DataFormat
  /// The columns in the files.
  private(set) var columns: [Field]
  private(set) var partitions: PartitionDetection
  let fileCount: Int
  let byteCount: Int
  /// Nil where not all files were looked at.
  let recordCount: Int?
  /// Whether every file of the table was looked at, so that what is missing is really gone.
  let isComplete: Bool
  private(set) var notes: [String] = []
  private(set) var compression: String
  private let columnCauses: [String: ChangeCause]
  /// The distinct schemas of the files, each with the first file that has it.
  private let schemas: [(file: String, fields: [Field])]

  init(
    name: TableName,
    location: String,
    group: TableGrouping.Group,
    files: ProbedFiles,
    isComplete: Bool,
    partitionTypes: CrawlOptions.PartitionTypes = .infer
  ) {
    self.name = name
    self.location = location
    self.isComplete = isComplete
    let members = group.files.map { files.files[$0] }
    format = members.first?.format ?? .parquet
    fileCount = members.count
    byteCount = members.reduce(0) { $0 + $1.info.byteCount }
    let counts = members.compactMap(\.recordCount)
    recordCount = counts.count == members.count ? counts.reduce(0, +) : nil
    let compressions = Set(members.map(\.compression))
    compression = compressions.count == 1 ? compressions.first ?? "none" : "mixed"
    let prefix = group.root.isEmpty ? 0 : group.root.utf8.count + 1
    partitions = PartitionDetection(
      folders: group.isFile
        ? [] : members.map { TableCandidate.folder($0.info.path, below: prefix) },
      types: partitionTypes
    )
    var merging = SchemaMerging()
    var seen: Set<Int> = []
    var schemas: [(file: String, fields: [Field])] = []
    // Equal schemas add nothing; their first file stands for them.
    for file in members where seen.insert(file.schema).inserted {
      merging.merge(files.schemas[file.schema], file: file.info.path, causes: file.causes)
      schemas.append((file.info.path, files.schemas[file.schema]))
    }
    self.schemas = schemas
    columns = merging.finished()
    columnCauses = merging.causes
    notes = partitions.notes
    // A record's own value must not give way to that of the folder it was filed in.
    for (old, new) in partitions.avoid(columns.map(\.name)) {
      notes.append("the partition key '\(old)' is called '\(new)', as a column has its name")
    }
  }

  private static func folder(_ path: String, below prefix: Int) -> String {
    let rest = path.utf8.dropFirst(prefix)
    guard let end = rest.lastIndex(of: UInt8(ascii: "/")) else { return "" }
    return String(rest[..<end]) ?? ""
  }

  /// Which files' numbers are rounded in a table of some columns; one line for each column.
  func roundings(to columns: [Field]) -> [String] {
    var lines: [String] = []
    var named: Set<String> = []
    for schema in schemas {
      for (column, type) in RoundedColumns.names(from: schema.fields, to: columns)
      where named.insert(column).inserted {
        lines.append(
          "column '\(column)' is \(HiveType.text(type)) in '\(schema.file)', and double in the"
            + " table: numbers of more than 15 digits are rounded when they are read"
        )
      }
    }
    return lines
  }

  /// What made a column or key what it is.
  func cause(_ column: String) -> ChangeCause? {
    let name = column.lowercased()
    return columnCauses[name] ?? partitions.causes[name]
  }

  /// Glue's table parameters; others that the table has already stay.
  func parameters(_ existing: [String: String], options: CrawlOptions) -> [String: String] {
    var parameters = existing
    parameters["classification"] = format.classification
    parameters["typeOfData"] = "file"
    parameters["compressionType"] = compression
    parameters["UPDATED_BY_CRAWLER"] = "lake"
    parameters["DEPRECATED_BY_CRAWLER"] = nil
    if case .csv(let layout) = format {
      parameters["delimiter"] = String(decoding: [layout.delimiter], as: UTF8.self)
      parameters["skip.header.line.count"] = layout.hasHeader ? "1" : nil
    }
    parameters["exclusions"] =
      options.excludes.isEmpty
      ? nil : JSONValue.array(options.excludes.map { .string($0) }).compactText
    parameters["recordCount"] = recordCount.map { "\($0)" }
    parameters["objectCount"] = "\(fileCount)"
    parameters["sizeKey"] = "\(byteCount)"
    parameters["averageRecordSize"] = nil
    if let records = parameters["recordCount"].flatMap({ Int($0) }), records > 0,
      let bytes = parameters["sizeKey"].flatMap({ Int($0) })
    {
      parameters["averageRecordSize"] = "\(bytes / records)"
    }
    return parameters
  }
}
