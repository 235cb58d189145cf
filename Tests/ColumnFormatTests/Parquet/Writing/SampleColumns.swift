import TestSupport

@testable import ColumnFormat

/// Random values and columns of every type that can be written.
enum SampleColumns {
  /// Every type without parts.
  static let leaves: [LogicalType] = [
    .boolean, .int8, .int16, .int32, .int64, .float32, .float64, .decimal(precision: 5, scale: 2),
    .decimal(precision: 18, scale: 0), .decimal(precision: 19, scale: 3),
    .decimal(precision: 38, scale: 10), .string, .json, .binary, .uuid, .date, .time(.millis),
    .time(.micros), .time(.nanos), .timestamp(.millis, isAdjustedToUTC: true),
    .timestamp(.micros, isAdjustedToUTC: false), .timestamp(.nanos, isAdjustedToUTC: true),
    .unknown,
  ]

  /// Types of types.
  static let nested: [LogicalType] = [
    .list(Field("x", .int64)),
    .list(Field("x", .list(Field("y", .string)))),
    .row([Field("a", .int32), Field("b", .row([Field("c", .string), Field("d", .float64)]))]),
    .list(Field("x", .row([Field("sku", .string), Field("tags", .list(Field("t", .int16)))]))),
    .map(key: Field("k", .string, isNullable: false), value: Field("v", .int64)),
    .map(
      key: Field("k", .int32, isNullable: false),
      value: Field("v", .list(Field("q", .boolean)))
    ),
  ]

  /// A value of a field, sometimes null where it may be.
  static func scalar(_ field: Field, _ generator: inout SeededGenerator) -> Scalar {
    let random = generator.next()
    if field.isNullable && random % 5 == 0 { return .null }
    if random % 7 == 1, let extreme = extremes(field.type).randomElement(using: &generator) {
      return extreme
    }
    let number = Int64(truncatingIfNeeded: random)
    switch field.type {
    case .unknown: return .null
    case .boolean: return .boolean(random % 2 == 0)
    case .int8: return .int(Int64(Int8(truncatingIfNeeded: number)))
    case .int16: return .int(Int64(Int16(truncatingIfNeeded: number)))
    case .int32: return .int(Int64(Int32(truncatingIfNeeded: number)))
    case .date: return .int(number % 719_162)
    case .int64: return .int(number)
    case .float32: return .float(Float(number >> 40) / 8)
    case .float64: return .double(Double(number) / 3)
    case .decimal(let precision, _) where precision <= 18:
      return .int(number % Int64(truncatingIfNeeded: DecimalWidth.power(precision)))
    case .decimal(let precision, _):
      return .int128(
        Int128(number) * 977 % Int128(truncatingIfNeeded: DecimalWidth.power(precision))
      )
    case .json: return .text("{\"n\": [\(random % 40), \"€\"]}")
    case .string: return .text(random % 3 == 0 ? "" : "€\(random % 40) of the long ones")
    case .binary: return .bytes(Array(repeating: UInt8(random % 256), count: Int(random % 20)))
    case .uuid: return .bytes((0..<16).map { UInt8(truncatingIfNeeded: random >> UInt64($0)) })
    case .time(let unit): return .int(Int64(random % UInt64(86_400 * unit.perSecond)))
    case .timestamp(.nanos, _): return .int(number >> 1)
    // As far as the year 9999, which is as far as most readers go.
    case .timestamp(let unit, _): return .int(number % (253_402_300_799 * unit.perSecond))
    case .list(let element):
      return .list((0..<Int(random % 4)).map { _ in scalar(element, &generator) })
    case .map(let key, let value):
      var keys: Set<Scalar> = []
      for _ in 0..<(random % 4) { keys.insert(scalar(key, &generator)) }
      return .list(keys.map { .row([$0, scalar(value, &generator)]) })
    case .row(let fields): return .row(fields.map { scalar($0, &generator) })
    }
  }

  /// The least and greatest values of a type, and those that are often mistaken.
  private static func extremes(_ type: LogicalType) -> [Scalar] {
    switch type {
    case .int8: [.int(-128), .int(127)]
    case .int16: [.int(-32_768), .int(32_767)]
    case .int32: [.int(Int64(Int32.min)), .int(Int64(Int32.max))]
    case .int64: [.int(.min), .int(.max), .int(-1), .int(0)]
    case .float32: [.float(-.infinity), .float(-0.0), .float(.leastNonzeroMagnitude)]
    case .float64: [.double(.infinity), .double(-0.0), .double(-.greatestFiniteMagnitude)]
    case .decimal(let precision, _):
      precision <= 18
        ? [.int(Int64(DecimalWidth.power(precision)) - 1), .int(0), .int(-1)]
        : [.int128(1 - Int128(DecimalWidth.power(precision))), .int128(0), .int128(-1)]
    case .string: [.text(""), .text("\u{10FFFF}\0x"), .text(String(repeating: "ä", count: 300))]
    case .binary: [.bytes([]), .bytes([0xFF]), .bytes([0, 0])]
    case .date: [.int(-719_162), .int(2_932_896), .int(0)]
    case .time(let unit): [.int(0), .int(86_400 * unit.perSecond - 1)]
    case .timestamp: [.int(-1), .int(0)]
    default: []
    }
  }

  /// A flat column of values.
  static func column(_ type: LogicalType, _ scalars: [Scalar]) -> Column {
    var validity = ValidityBuilder()
    for scalar in scalars { validity.append(!scalar.isNull) }
    switch type {
    case .list(let element): return list(element.type, scalars, validity.finish())
    case .map(let key, let value): return list(.row([key, value]), scalars, validity.finish())
    case .row(let fields):
      let columns = fields.indices.map { index in
        column(
          fields[index].type,
          scalars.map { if case .row(let members) = $0 { members[index] } else { .null } }
        )
      }
      return Column(flat: .row(columns), count: scalars.count, validity: validity.finish())
    default: return Column.fromScalars(scalars, type.physicalType)
    }
  }

  private static func list(_ type: LogicalType, _ scalars: [Scalar], _ validity: Validity?)
    -> Column
  {
    var offsets: [UInt32] = [0]
    var elements: [Scalar] = []
    for scalar in scalars {
      if case .list(let members) = scalar { elements += members }
      offsets.append(UInt32(elements.count))
    }
    return Column(
      flat: .list(offsets: Buffer(offsets), elements: column(type, elements)),
      count: scalars.count,
      validity: validity
    )
  }
}
