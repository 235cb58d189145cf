import ColumnFormat

#if canImport(Glibc)
  import Glibc
#endif

/// Hive's LazySimpleSerDe: fields between single characters, nested values between others, no
/// quotes.
final class DelimitedLines: LineDecoder {
  struct Options: Sendable {
    /// By depth: fields, collection items, map keys, then deeper levels.
    var separators: [UInt8]
    var escape: UInt8?
    var nullText: [UInt8]

    init(_ properties: [String: String]) throws(SQLError) {
      func byte(_ names: [String], _ standard: UInt8?) throws(SQLError) -> UInt8? {
        guard let name = names.first(where: { properties[$0] != nil }), let text = properties[name]
        else { return standard }
        // A delimiter may be written as the number of its character.
        if text.utf8.count == 1, let first = text.utf8.first { return first }
        if let number = UInt8(text) { return number }
        let scalars = Array(text.unicodeScalars)
        if scalars.count == 1, scalars[0].value < 256 { return UInt8(scalars[0].value) }
        throw SQLError(
          .semantic,
          "the property '\(name)' is '\(text)': delimiters are single characters",
          help: "org.apache.hadoop.hive.serde2.OpenCSVSerde reads quoted fields"
        )
      }
      let field = try byte(["field.delim", "serialization.format"], 1) ?? 1
      let items = try byte(["collection.delim", "colelction.delim"], 2) ?? 2
      let keys = try byte(["mapkey.delim"], 3) ?? 3
      separators = [field, items, keys] + (4...30).map { UInt8($0) }
      escape = try byte(["escape.delim"], nil)
      nullText = Array((properties["serialization.null.format"] ?? "\\N").utf8)
    }
  }

  private let options: Options
  private let types: [LogicalType]
  /// For each field of a line, its place among the wanted columns.
  private let targets: [Int?]
  private let lastWanted: Int

  init(_ options: Options, _ table: [Field], wanted: [Int]) {
    self.options = options
    types = table.map(\.type)
    var targets = [Int?](repeating: nil, count: table.count)
    for (place, position) in wanted.enumerated() { targets[position] = place }
    self.targets = targets
    lastWanted = wanted.max() ?? -1
  }

  func decode(_ line: UnsafeRawBufferPointer, into columns: [ScalarColumn]) {
    var field = 0
    var start = 0
    let separator = options.separators[0]
    while field <= lastWanted {
      let end = fieldEnd(line, from: start, separator)
      if let target = targets[field] {
        append(
          UnsafeRawBufferPointer(rebasing: line[start..<end]),
          types[field],
          to: columns[target]
        )
      }
      field += 1
      if end == line.count { break }
      start = end + 1
    }
    while field <= lastWanted {
      if let target = targets[field] { columns[target].append(.null) }
      field += 1
    }
  }

  /// Where the field that starts at `start` ends.
  private func fieldEnd(_ line: UnsafeRawBufferPointer, from start: Int, _ separator: UInt8) -> Int
  {
    guard options.escape != nil else {
      guard start < line.count, let base = line.baseAddress,
        let found = memchr(base + start, Int32(separator), line.count - start)
      else { return line.count }
      return UnsafeRawPointer(found) - base
    }
    var position = start
    while position < line.count {
      let byte = line[position]
      if byte == separator { return position }
      position += byte == options.escape ? 2 : 1
    }
    return line.count
  }

  private func append(_ bytes: UnsafeRawBufferPointer, _ type: LogicalType, to column: ScalarColumn)
  {
    let isPlain = options.escape.map { !bytes.contains($0) } ?? true
    if isPlain, !isNull(bytes), column.append(field: bytes) { return }
    column.append(value(bytes, type, depth: 1))
  }

  private func isNull(_ bytes: UnsafeRawBufferPointer) -> Bool {
    bytes.count == options.nullText.count && bytes.elementsEqual(options.nullText)
  }

  private func value(_ bytes: UnsafeRawBufferPointer, _ type: LogicalType, depth: Int) -> Scalar {
    if isNull(bytes) { return .null }
    // Deeper than Hive has separators for: nothing divides.
    guard depth + 1 < options.separators.count else { return .null }
    switch type {
    case .list(let element):
      if bytes.isEmpty { return .list([]) }
      return .list(
        parts(bytes, options.separators[depth]).map { value($0, element.type, depth: depth + 1) }
      )
    case .map(let key, let item):
      if bytes.isEmpty { return .list([]) }
      var entries: [Scalar] = []
      for entry in parts(bytes, options.separators[depth]) {
        let end = fieldEnd(entry, from: 0, options.separators[depth + 1])
        let name = value(
          UnsafeRawBufferPointer(rebasing: entry[..<end]),
          key.type,
          depth: depth + 2
        )
        if name.isNull || entries.contains(where: { $0.mapKey == name }) { continue }
        let content: Scalar =
          end == entry.count
          ? .null
          : value(
            UnsafeRawBufferPointer(rebasing: entry[(end + 1)...]),
            item.type,
            depth: depth + 2
          )
        entries.append(.row([name, content]))
      }
      return .list(entries)
    case .row(let fields):
      let found = parts(bytes, options.separators[depth])
      return .row(
        fields.enumerated().map { index, field in
          index < found.count ? value(found[index], field.type, depth: depth + 1) : .null
        }
      )
    default:
      guard let escape = options.escape, bytes.contains(escape) else {
        return FieldText.scalar(bytes, type) ?? .null
      }
      return unescaped(bytes, escape).withUnsafeBytes { FieldText.scalar($0, type) ?? .null }
    }
  }

  private func parts(_ bytes: UnsafeRawBufferPointer, _ separator: UInt8)
    -> [UnsafeRawBufferPointer]
  {
    var parts: [UnsafeRawBufferPointer] = []
    var start = 0
    while true {
      let end = min(fieldEnd(bytes, from: start, separator), bytes.count)
      parts.append(UnsafeRawBufferPointer(rebasing: bytes[start..<end]))
      if end >= bytes.count { return parts }
      start = end + 1
    }
  }

  private func unescaped(_ bytes: UnsafeRawBufferPointer, _ escape: UInt8) -> [UInt8] {
    var text: [UInt8] = []
    var isEscaped = false
    for byte in bytes {
      if byte == escape && !isEscaped {
        isEscaped = true
        continue
      }
      // Hive's own escapes of line ends.
      if isEscaped && byte == UInt8(ascii: "n") && escape == UInt8(ascii: "\\") {
        text.append(10)
      } else if isEscaped && byte == UInt8(ascii: "r") && escape == UInt8(ascii: "\\") {
        text.append(13)
      } else {
        text.append(byte)
      }
      isEscaped = false
    }
    return text
  }
}

extension Scalar {
  /// The key of a map's entry.
  var mapKey: Scalar? {
    if case .row(let fields) = self { fields.first } else { nil }
  }
}
