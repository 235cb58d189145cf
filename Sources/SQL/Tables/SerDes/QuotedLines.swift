import ColumnFormat

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
  private let wanted: [Int]

  init(_ options: Options, _ table: [Field], wanted: [Int]) {
    self.options = options
    self.table = table
    self.wanted = wanted
  }

  func decode(_ line: UnsafeRawBufferPointer, into columns: [ScalarColumn]) throws {
    let fields = split(line)
    for (column, position) in zip(columns, wanted) {
      guard position < fields.count else {
        column.append(.null)
        continue
      }
      column.append(try value(fields[position], table[position]))
    }
  }

  private func value(_ bytes: [UInt8], _ field: Field) throws -> Scalar {
    if case .string = field.type { return .bytes(bytes) }
    let text = String(decoding: bytes, as: UTF8.self)
    let value: Scalar? =
      switch field.type {
      // Days, and milliseconds since 1970; other spellings are taken as well.
      case .date:
        Int32(text).map { .int(Int64($0)) } ?? PartitionValue.scalar(text, .date)
      case .timestamp(let unit, _):
        Int64(text).map { .int($0 * (unit.perSecond / 1000)) }
          ?? PartitionValue.scalar(text, field.type)
      default: bytes.withUnsafeBytes { FieldText.scalar($0, field.type) }
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

  private func split(_ line: UnsafeRawBufferPointer) -> [[UInt8]] {
    var fields: [[UInt8]] = []
    var field: [UInt8] = []
    var isQuoted = false
    var index = 0
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
        fields.append(field)
        field = []
      } else {
        field.append(byte)
      }
      index += 1
    }
    fields.append(field)
    return fields
  }
}
