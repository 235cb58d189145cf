import ColumnFormat
import RowFormat

/// Rows as JSON objects, for records that were no text.
enum RowJSON {
  /// One row: decimals with all their digits, times as ISO 8601, bytes as Base64.
  static func value(of row: Int, _ rows: DecodedBlock) -> JSONValue {
    var object = JSONObject()
    for (field, column) in zip(rows.schema.fields, rows.batch.columns) {
      object[field.name] = value(column.scalar(at: row), field.type)
    }
    return .object(object)
  }

  static func value(_ scalar: Scalar, _ type: LogicalType) -> JSONValue {
    switch (type, scalar) {
    case (_, .null): return .null
    case (_, .boolean(let value)): return .boolean(value)
    case (.decimal, _):
      let digits = KeyHash.canonical(scalar, type)
      return (try? JSONValue.parse(digits)) ?? .string(String(decoding: digits, as: UTF8.self))
    case (.date, .int(let days)): return .string(date(days))
    case (.timestamp(let unit, let isUTC), .int(let value)):
      let seconds = floorDivide(value, unit.perSecond)
      let days = floorDivide(seconds, 86_400)
      let fraction = padded(value - seconds * unit.perSecond, unit.digits)
      return .string(
        "\(date(days))T\(clock(seconds - days * 86_400)).\(fraction)\(isUTC ? "Z" : "")"
      )
    case (.time(let unit), .int(let value)):
      let seconds = floorDivide(value, unit.perSecond)
      return .string("\(clock(seconds)).\(padded(value - seconds * unit.perSecond, unit.digits))")
    case (_, .int(let value)): return .integer(Int(value))
    case (_, .float(let value)): return number(Double(value))
    case (_, .double(let value)): return number(value)
    case (.string, .bytes(let bytes)), (.json, .bytes(let bytes)):
      return .string(String(decoding: bytes, as: UTF8.self))
    case (_, .bytes(let bytes)):
      var text: [UInt8] = []
      Base64.append(bytes, to: &text)
      return .string(String(decoding: text, as: UTF8.self))
    case (.list(let element), .list(let values)):
      return .array(values.map { value($0, element.type) })
    case (.map(let key, let item), .list(let entries)):
      var object = JSONObject()
      for case .row(let pair) in entries where pair.count == 2 {
        let name = value(pair[0], key.type)
        object[name.stringValue ?? name.compactText] = value(pair[1], item.type)
      }
      return .object(object)
    case (.row(let fields), .row(let values)):
      var object = JSONObject()
      for (field, member) in zip(fields, values) { object[field.name] = value(member, field.type) }
      return .object(object)
    default: return .string("\(scalar)")
    }
  }

  /// JSON has no words for what is not finite.
  private static func number(_ value: Double) -> JSONValue {
    value.isFinite ? .number("\(value)") : .string("\(value)")
  }

  private static func date(_ days: Int64) -> String {
    let date = civilDate(daysSinceEpoch: days)
    return "\(padded(date.year, 4))-\(padded(date.month, 2))-\(padded(date.day, 2))"
  }

  private static func clock(_ seconds: Int64) -> String {
    "\(padded(seconds / 3600, 2)):\(padded(seconds / 60 % 60, 2)):\(padded(seconds % 60, 2))"
  }
}
