import ColumnFormat

#if canImport(Glibc)
  import Glibc
#endif

/// OpenCSVSerde: separators, quotes and escapes; a record is a line.
final class QuotedLines: LineDecoder {
  struct Options: Sendable {
    var separator: UInt8
    var quote: UInt8
    var escape: UInt8

    init(_ properties: [String: String]) throws(SQLError) {
      func byte(_ name: String, _ standard: Unicode.Scalar) throws(SQLError) -> UInt8 {
        guard let text = properties[name], !text.isEmpty else { return UInt8(ascii: standard) }
        guard text.utf8.count == 1, let byte = text.utf8.first else {
          throw SQLError(.semantic, "the property '\(name)' is '\(text)', not one character")
        }
        return byte
      }
      separator = try byte("separatorChar", ",")
      quote = try byte("quoteChar", "\"")
      escape = try byte("escapeChar", "\\")
      if separator == quote || separator == escape {
        throw SQLError(
          .semantic,
          "The separator, quote, and escape characters must be different"
        )
      }
    }
  }

  private let options: Options
  private let table: [Field]
  /// For each field of a line, up to the last that is wanted, its place among the wanted columns.
  private let targets: [Int?]

  init(_ options: Options, _ table: [Field], wanted: [Int]) {
    self.options = options
    self.table = table
    var targets = [Int?](repeating: nil, count: (wanted.max() ?? -1) + 1)
    for (place, position) in wanted.enumerated() { targets[position] = place }
    self.targets = targets
  }

  func decode(_ line: UnsafeRawBufferPointer, into columns: [ScalarColumn]) throws {
    var position = 0
    // The fields of a line without end; there is one more than separators.
    var start: Int? = 0
    while let current = start, position < targets.count {
      let target = targets[position]
      if let plain = plainField(line, from: current) {
        if let target {
          let bytes = UnsafeRawBufferPointer(rebasing: line[plain.field])
          try append(bytes, table[position], to: columns[target])
        }
        start = plain.next
      } else {
        let (bytes, next) = field(line, from: current)
        if let target {
          try bytes.withUnsafeBytes { try append($0, table[position], to: columns[target]) }
        }
        start = next
      }
      position += 1
    }
    while position < targets.count {
      if let target = targets[position] { columns[target].append(.null) }
      position += 1
    }
  }

  /// A field that is between quotes as a whole, or without any, and what follows its separator; nil
  /// where it needs a closer look.
  private func plainField(
    _ line: UnsafeRawBufferPointer,
    from start: Int
  ) -> (field: Range<Int>, next: Int?)? {
    if start < line.count, line[start] == options.quote {
      guard let end = find(options.quote, line, from: start + 1),
        find(options.escape, line, from: start + 1, to: end) == nil
      else { return nil }
      if end + 1 == line.count { return (start + 1..<end, nil) }
      return line[end + 1] == options.separator ? (start + 1..<end, end + 2) : nil
    }
    let separator = find(options.separator, line, from: start)
    let end = separator ?? line.count
    guard find(options.quote, line, from: start, to: end) == nil,
      find(options.escape, line, from: start, to: end) == nil
    else { return nil }
    return (start..<end, separator.map { $0 + 1 })
  }

  private func find(
    _ byte: UInt8,
    _ line: UnsafeRawBufferPointer,
    from start: Int,
    to end: Int? = nil
  ) -> Int? {
    let end = end ?? line.count
    guard start < end, let base = line.baseAddress,
      let found = memchr(base + start, Int32(byte), end - start)
    else { return nil }
    return UnsafeRawPointer(found) - base
  }

  private func append(
    _ bytes: UnsafeRawBufferPointer,
    _ field: Field,
    to column: ScalarColumn
  ) throws {
    switch field.type {
    // These have forms of their own here.
    case .date, .timestamp: column.append(try value(bytes, field))
    default: if !column.append(field: bytes) { column.append(try value(bytes, field)) }
    }
  }

  private func value(_ bytes: UnsafeRawBufferPointer, _ field: Field) throws -> Scalar {
    let text = String(decoding: bytes, as: UTF8.self)
    let value: Scalar? =
      switch field.type {
      // Days, and milliseconds since 1970; other spellings are taken as well.
      case .date:
        Int32(text).map { .int(Int64($0)) } ?? PartitionValue.scalar(text, .date)
      case .timestamp(let unit, _):
        Int64(text).map { .int($0 * (unit.perSecond / 1000)) }
          ?? PartitionValue.scalar(text, field.type)
      default: FieldText.scalar(bytes, field.type)
      }
    guard let value else {
      throw LineFailure(
        message: "Error parsing field value '\(text)' for field \(field.name): "
          + "For input string: \"\(text)\"",
        column: field.name
      )
    }
    return value
  }

  /// A field whose quotes or escapes divide it, and where the next one begins.
  private func field(
    _ line: UnsafeRawBufferPointer,
    from start: Int
  ) -> (bytes: [UInt8], next: Int?) {
    var field: [UInt8] = []
    var isQuoted = false
    var index = start
    while index < line.count {
      let byte = line[index]
      let next = index + 1 < line.count ? line[index + 1] : nil
      if byte == options.escape && byte != options.quote {
        // It only escapes quotes and itself.
        if let next, next == options.quote || next == options.escape {
          field.append(next)
          index += 2
          continue
        }
        field.append(byte)
      } else if byte == options.quote {
        if isQuoted && next == options.quote {
          field.append(byte)
          index += 2
          continue
        }
        isQuoted.toggle()
      } else if byte == options.separator && !isQuoted {
        return (field, index + 1)
      } else {
        field.append(byte)
      }
      index += 1
    }
    return (field, nil)
  }
}
