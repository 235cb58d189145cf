import ColumnFormat
import RowFormat

/// One JSON object a line, as OpenX's SerDe or Hive's own reads it; also CloudTrail's documents,
/// whose records stand in an array.
final class JSONLines: LineDecoder {
  struct Options: Sendable {
    var isOpenX: Bool
    var ignoresMalformed = false
    var isCaseInsensitive = true
    /// Dots in keys are underscores in columns' names.
    var takesDots = false
    /// The keys of columns, `mapping.column`.
    var mappings: [String: String] = [:]
    var timestampFormats: [String] = []

    init(_ properties: [String: String], isOpenX: Bool) {
      self.isOpenX = isOpenX
      if let formats = properties["timestamp.formats"] {
        timestampFormats = formats.split(separator: ",").map(String.init)
      }
      guard isOpenX else { return }
      func isTrue(_ name: String, _ standard: Bool) -> Bool {
        properties[name].map { $0.lowercased() == "true" } ?? standard
      }
      ignoresMalformed = isTrue("ignore.malformed.json", false)
      isCaseInsensitive = isTrue("case.insensitive", true)
      takesDots = isTrue("dots.in.keys", false)
      for (name, value) in properties where name.hasPrefix("mapping.") {
        mappings[String(name.dropFirst("mapping.".utf8.count)).lowercased()] = value
      }
    }
  }

  private let options: Options
  private let fields: [Field]
  /// The keys that the wanted columns are found under.
  private let keys: [String]
  /// Whether a document's `Records` are the rows: CloudTrailInputFormat.
  var opensRecords = false

  init(_ options: Options, _ table: [Field], wanted: [Int]) {
    self.options = options
    fields = wanted.map { table[$0] }
    keys = fields.map { field in
      let name = options.mappings[field.name.lowercased()] ?? field.name
      return options.isCaseInsensitive ? name.lowercased() : name
    }
  }

  func decode(_ line: UnsafeRawBufferPointer, into columns: [ScalarColumn]) throws {
    var document: JSONValue?
    do throws(JSONError) {
      let trimmed = JSONLines.trimmed(line)
      if let first = trimmed.first, first == UInt8(ascii: "{") || !options.isOpenX {
        document = try JSONValue.parse(trimmed.bindMemory(to: UInt8.self))
      }
    } catch {
      if !options.ignoresMalformed {
        throw LineFailure(
          code: .hiveCursor,
          message: "Row is not a valid JSON Object - JSONException: \(error)"
        )
      }
    }
    if opensRecords, let records = document?["Records"]?.arrayValue {
      for record in records { try append(record, to: columns) }
      return
    }
    guard let document else {
      for column in columns { column.append(.null) }
      return
    }
    try append(document, to: columns)
  }

  private static func trimmed(_ line: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
    var start = 0
    var end = line.count
    while start < end, line[start] <= 32 { start += 1 }
    while end > start, line[end - 1] <= 32 { end -= 1 }
    return UnsafeRawBufferPointer(rebasing: line[start..<end])
  }

  private func append(_ record: JSONValue, to columns: [ScalarColumn]) throws {
    guard let object = record.objectValue else {
      if options.ignoresMalformed {
        for column in columns { column.append(.null) }
        return
      }
      throw LineFailure(code: .hiveCursor, message: "Row is not a valid JSON Object")
    }
    // Everything is converted before anything is appended, so that columns stay of one length.
    var values: [Scalar] = []
    for (key, field) in zip(keys, fields) {
      values.append(try member(object, key).map { try value($0, field.type, field.name) } ?? .null)
    }
    for (column, value) in zip(columns, values) { column.append(value) }
  }

  /// The last member of a name.
  private func member(_ object: JSONObject, _ key: String) -> JSONValue? {
    object.members.last { member in
      if member.name == key { return true }
      var name = options.isCaseInsensitive ? member.name.lowercased() : member.name
      if options.takesDots { name = String(name.map { $0 == "." ? "_" : $0 }) }
      return name == key
    }?.value
  }

  private func value(_ json: JSONValue, _ type: LogicalType, _ column: String) throws -> Scalar {
    switch (type, json) {
    case (_, .null): return .null
    case (.list(let element), .array(let items)):
      return .list(try items.map { try value($0, element.type, column) })
    // OpenX: a value alone is an array of one, and an empty text is none.
    case (.list, .string("")) where options.isOpenX: return .null
    case (.list(let element), _) where options.isOpenX && json.objectValue == nil:
      return .list([try value(json, element.type, column)])
    case (.map(let key, let item), .object(let object)):
      var entries: [Scalar] = []
      for member in object.members {
        let name = try value(.string(member.name), key.type, column)
        let entry = Scalar.row([name, try value(member.value, item.type, column)])
        entries.removeAll { $0.mapKey == name }
        entries.append(entry)
      }
      return .list(entries)
    case (.row(let children), .object(let object)):
      return .row(
        try children.map { child in
          let name = options.isCaseInsensitive ? child.name.lowercased() : child.name
          return try member(object, name).map { try value($0, child.type, column) } ?? .null
        }
      )
    case (.row, .string("")) where options.isOpenX, (.map, .string("")) where options.isOpenX:
      return .null
    case (.list, _), (.map, _), (.row, _): throw mismatch(json, type, column)
    case (.string, .string(let text)), (.json, .string(let text)), (.unknown, .string(let text)):
      return .text(text)
    case (.string, .number(let text)): return .text(text)
    case (.string, .boolean(let value)): return .text("\(value)")
    case (.string, _), (.json, _), (.unknown, _): return .text(json.compactText)
    case (_, .array), (_, .object): throw mismatch(json, type, column)
    case (.boolean, .boolean(let value)): return .boolean(value)
    case (_, .string(let text)): return try primitive(text, type, column, isText: true)
    case (_, .number(let text)): return try primitive(text, type, column, isText: false)
    case (_, .boolean(let value)):
      return try primitive("\(value)", type, column, isText: true)
    }
  }

  private func primitive(
    _ text: String,
    _ type: LogicalType,
    _ column: String,
    isText: Bool
  ) throws -> Scalar {
    var text = text
    if case .timestamp(let unit, _) = type {
      if let value = timestamp(text, unit) { return value }
    } else {
      if !isText, text.utf8.contains(where: { $0 == 0x65 || $0 == 0x45 }),
        let whole = FieldText.integer(withExponent: text)
      {
        // `1e3` is an integer of JSON too.
        text = "\(whole)"
      }
      if case .boolean = type { return .boolean(text.lowercased() == "true") }
      let found = Array(text.utf8).withUnsafeBytes { FieldText.scalar($0, type) }
      if let found { return found }
    }
    if options.isOpenX { return .null }
    throw LineFailure(
      message: "Error Parsing a column in the table: Invalid value '\(text)' for \(column)",
      column: column
    )
  }

  private func timestamp(_ text: String, _ unit: TimeUnit) -> Scalar? {
    let type = LogicalType.timestamp(unit, isAdjustedToUTC: false)
    if let value = FieldText.timestamp(text, type) { return value }
    for format in options.timestampFormats {
      if format == "millis", let millis = Int64(text) {
        return .int(millis * (unit.perSecond / 1000))
      }
      if let pattern = try? JavaTimePattern(format), let time = pattern.parse(text) {
        return .int(time.seconds * unit.perSecond + time.nanos / (1_000_000_000 / unit.perSecond))
      }
    }
    // Numbers are seconds or milliseconds, by their size, as OpenX has them.
    guard options.isOpenX, let number = Double(text), number.magnitude < 1e15 else { return nil }
    let millis = text.contains(".") || number.magnitude < 1e11 ? number * 1000 : number
    return .int(Int64(millis) * (unit.perSecond / 1000))
  }

  private func mismatch(_ json: JSONValue, _ type: LogicalType, _ column: String) -> LineFailure {
    LineFailure(
      message: "Error Parsing a column in the table: column '\(column)' is \(SQLType(type)), "
        + "but a record has \(json.kindName == "array" ? "an array" : "a \(json.kindName)") there",
      column: column
    )
  }
}
