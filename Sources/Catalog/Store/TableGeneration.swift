import ColumnFormat
import ObjectStore
import RowFormat

/// `generations/0000000012.json`: all that a table is at one moment, mostly by naming other files.
///
/// The file with the highest number is the table. It is created exclusively, so of two changes to
/// one state only one can be next.
struct TableGeneration {
  /// A file of partitions, and how many it lists.
  struct Segment: Hashable {
    var file: String
    var count: Int
  }

  struct VersionReference: Hashable {
    var number: Int
    var file: String
  }

  var number: Int
  var file: CatalogFile
  /// A dropped table leaves its last generation behind, so that numbers and field ids go on.
  var isDropped = false
  var location = ""
  var format = DataFormat.parquet
  var parameters: [String: String] = [:]
  var details = TableDetails()
  var versions: [VersionReference] = []
  var segments: [Segment] = []
  var fieldIDMax = 0

  var partitionCount: Int { segments.reduce(0) { $0 + $1.count } }

  static func path(_ folder: String, number: Int) -> String {
    "\(folder)/generations/\(padded(number, 10)).json"
  }

  static func padded(_ number: Int, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }

  /// The generation that follows another or, without one, begins a table.
  init(after previous: TableGeneration?, folder: String, name: TableName) {
    number = (previous?.number ?? 0) + 1
    let path = TableGeneration.path(folder, number: number)
    if let previous, !previous.isDropped {
      self = previous
      number += 1
      file = CatalogFile(path: path, members: previous.file.members)
    } else {
      file = CatalogFile(path: path)
      file.members["database"] = .string(name.database)
      file.members["table"] = .string(name.table)
      fieldIDMax = previous?.fieldIDMax ?? 0
    }
  }

  // MARK: Reading

  init(_ file: CatalogFile) throws(CatalogError) {
    self.file = file
    number = try file.integer("generation")
    fieldIDMax = try file.integer("fieldIdMax")
    isDropped = file.members["dropped"]?.booleanValue == true
    if isDropped { return }
    location = try file.text("location")
    format = try TableGeneration.format(file)
    for member in file.members["parameters"]?.objectValue?.members ?? [] {
      if let text = member.value.stringValue { parameters[member.name] = text }
    }
    details = TableDetailsFile.details(file.members["details"])
    for entry in try file.array("versions") {
      guard let number = entry["version"]?.integerValue, let name = entry["file"]?.stringValue
      else { throw file.damaged("an entry of 'versions' lacks 'version' or 'file'") }
      versions.append(VersionReference(number: number, file: name))
    }
    if versions.isEmpty { throw file.damaged("'versions' is empty") }
    for entry in try file.array("partitions") {
      guard let name = entry["file"]?.stringValue, let count = entry["count"]?.integerValue
      else { throw file.damaged("an entry of 'partitions' lacks 'file' or 'count'") }
      segments.append(Segment(file: name, count: count))
    }
  }

  static func format(_ file: CatalogFile) throws(CatalogError) -> DataFormat {
    let value = file.members["dataFormat"] ?? .null
    switch value["name"]?.stringValue {
    case "parquet": return .parquet
    case "ndjson": return .ndjson
    case "csv":
      func byte(_ name: String, _ standard: UInt8) throws(CatalogError) -> UInt8 {
        guard let text = value[name]?.stringValue else { return standard }
        guard text.utf8.count == 1, let byte = text.utf8.first else {
          throw file.damaged("'\(name)' should be one character")
        }
        return byte
      }
      return .csv(
        CSVLayout(
          delimiter: try byte("delimiter", UInt8(ascii: ",")),
          quote: try byte("quote", UInt8(ascii: "\"")),
          hasHeader: value["header"]?.booleanValue ?? true
        )
      )
    case "text":
      guard let library = value["library"]?.stringValue else {
        throw file.damaged("'dataFormat' of text lacks 'library'")
      }
      return .text(
        SerDe(library: library, properties: TableDetailsFile.texts(value["properties"]))
      )
    case let name: throw file.damaged("unknown 'dataFormat' '\(name ?? "")'")
    }
  }

  // MARK: Writing

  /// Brings the file's members up to date with the properties.
  mutating func seal(created: String) {
    file.members["format"] = .integer(CatalogFile.format)
    file.members["generation"] = .integer(number)
    file.members["created"] = .string(created)
    file.members["fieldIdMax"] = .integer(fieldIDMax)
    file.members["dropped"] = isDropped ? true : nil
    if isDropped {
      for name in ["location", "dataFormat", "parameters", "details", "versions", "partitions"] {
        file.members[name] = nil
      }
      return
    }
    file.members["location"] = .string(location)
    file.members["dataFormat"] = .object(TableGeneration.json(format, file.members["dataFormat"]))
    var object = file.members["parameters"]?.objectValue ?? JSONObject()
    for member in object.members where member.value.stringValue != nil {
      if parameters[member.name] == nil { object[member.name] = nil }
    }
    for (name, value) in parameters.sorted(by: { $0.key < $1.key }) {
      object[name] = .string(value)
    }
    file.members["parameters"] = .object(object)
    file.members["details"] = TableDetailsFile.json(details, file.members["details"])
    file.members["versions"] = .array(
      versions.map { ["version": .integer($0.number), "file": .string($0.file)] }
    )
    file.members["partitions"] = .array(
      segments.map { ["file": .string($0.file), "count": .integer($0.count)] }
    )
  }

  static func json(_ format: DataFormat, _ previous: JSONValue?) -> JSONObject {
    var object = previous?.objectValue ?? JSONObject()
    let name = format.name
    if object["name"]?.stringValue != name { object = ["name": .string(name)] }
    if case .csv(let layout) = format {
      object["delimiter"] = .string(String(decoding: [layout.delimiter], as: UTF8.self))
      object["quote"] = .string(String(decoding: [layout.quote], as: UTF8.self))
      object["header"] = .boolean(layout.hasHeader)
    }
    if case .text(let serDe) = format {
      object["library"] = .string(serDe.library)
      object["properties"] = TableDetailsFile.texts(serDe.properties)
    }
    return object
  }
}

extension DataFormat {
  /// Glue's `classification`, and the catalog's own word: `parquet`, `ndjson`, `csv`, `text`.
  public var name: String {
    switch self {
    case .parquet: "parquet"
    case .ndjson: "ndjson"
    case .csv: "csv"
    case .text: "text"
    }
  }

  /// Glue's word for it in the table parameter `classification`.
  package var classification: String {
    switch self {
    case .ndjson: "json"
    case .text(let serDe):
      switch SerDeKind(library: serDe.library) {
      case .hiveJSON, .openXJSON: "json"
      case .grok: "grok"
      case .regex: "regex"
      default: "csv"
      }
    default: name
    }
  }
}
