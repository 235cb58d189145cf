import TestSupport
import Testing

@testable import ColumnFormat

/// Files of every type and nesting, written and read again.
@Suite struct WriteReadTests {
  private static let leaves: [LogicalType] = [
    .boolean, .int8, .int16, .int32, .int64, .float32, .float64, .decimal(precision: 5, scale: 2),
    .decimal(precision: 18, scale: 0), .decimal(precision: 19, scale: 3),
    .decimal(precision: 38, scale: 10), .string, .json, .binary, .uuid, .date, .time(.millis),
    .time(.micros), .time(.nanos), .timestamp(.millis, isAdjustedToUTC: true),
    .timestamp(.micros, isAdjustedToUTC: false), .timestamp(.nanos, isAdjustedToUTC: true),
    .unknown,
  ]

  private static let nested: [LogicalType] = [
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

  private func scalar(_ field: Field, _ generator: inout SeededGenerator) -> Scalar {
    let random = generator.next()
    if field.isNullable && random % 5 == 0 { return .null }
    let number = Int64(truncatingIfNeeded: random)
    switch field.type {
    case .unknown: return .null
    case .boolean: return .boolean(random % 2 == 0)
    case .int8: return .int(Int64(Int8(truncatingIfNeeded: number)))
    case .int16: return .int(Int64(Int16(truncatingIfNeeded: number)))
    case .int32, .date: return .int(Int64(Int32(truncatingIfNeeded: number)))
    case .int64: return .int(number)
    case .float32: return .float(Float(number >> 40) / 8)
    case .float64: return .double(Double(number) / 3)
    case .decimal(let precision, _) where precision <= 18:
      return .int(number % Int64(truncatingIfNeeded: DecimalWidth.power(precision)))
    case .decimal(let precision, _):
      return .int128(
        Int128(number) * 977 % Int128(truncatingIfNeeded: DecimalWidth.power(precision))
      )
    case .string, .json: return .text(random % 3 == 0 ? "" : "€\(random % 40) of the long ones")
    case .binary: return .bytes(Array(repeating: UInt8(random % 256), count: Int(random % 20)))
    case .uuid: return .bytes((0..<16).map { UInt8(truncatingIfNeeded: random >> UInt64($0)) })
    case .time(let unit): return .int(Int64(random % UInt64(86_400 * unit.perSecond)))
    case .timestamp: return .int(number >> 8)
    case .list(let element):
      return .list((0..<Int(random % 4)).map { _ in scalar(element, &generator) })
    case .map(let key, let value):
      return .list(
        (0..<Int(random % 4)).map { _ in
          .row([scalar(key, &generator), scalar(value, &generator)])
        }
      )
    case .row(let fields): return .row(fields.map { scalar($0, &generator) })
    }
  }

  private func column(_ type: LogicalType, _ scalars: [Scalar]) -> Column {
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

  private func list(_ type: LogicalType, _ scalars: [Scalar], _ validity: Validity?) -> Column {
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

  private func check(
    _ types: [LogicalType],
    rowCount: Int,
    isNullable: Bool = true,
    _ options: WriterOptions = WriterOptions()
  ) throws {
    var generator = SeededGenerator(seed: UInt64(rowCount))
    let schema = Schema(
      types.enumerated().map {
        Field("f\($0)", $1, isNullable: isNullable || $1 == .unknown, id: $0 + 1)
      }
    )
    let rows = schema.fields.map { field in
      (0..<rowCount).map { _ in scalar(field, &generator) }
    }
    let sink = MemorySink()
    var writer = try ParquetWriter(sink: sink, schema: schema, options: options)
    // Slices, so that columns do not start at their buffers' first value.
    let whole = Batch(
      columns: zip(schema.fields, rows).map { column($0.type, $1) },
      rowCount: rowCount
    )
    for start in stride(from: 0, to: rowCount, by: 70) {
      try writer.write(whole.slice(start..<min(start + 70, rowCount)))
    }
    _ = try writer.finish()
    let file = try ParquetFile(source: MemorySource(sink.bytes), path: "memory")
    #expect(file.schema.fields.map(\.id) == schema.fields.map(\.id))
    #expect(file.schema.fields.map(\.isNullable) == schema.fields.map(\.isNullable))
    #expect(file.rowCount == rowCount)
    var start = 0
    for group in file.metadata.rowGroups.indices {
      let reader = try file.reader(rowGroup: group, fields: Array(types.indices))
      while let batch = try reader.next(64) {
        for field in types.indices {
          let found = (0..<batch.rowCount).map { batch.columns[field].scalar(at: $0) }
          let expected = Array(rows[field][start..<(start + batch.rowCount)])
          #expect(found == expected, "\(types[field])")
        }
        start += batch.rowCount
      }
    }
    #expect(start == rowCount)
  }

  @Test(arguments: [1, 2]) func `all types come back, with nulls`(version: Int) throws {
    var options = WriterOptions()
    options.dataPageVersion = version
    try check(WriteReadTests.leaves + WriteReadTests.nested, rowCount: 200, options)
  }

  @Test func `all types come back, without nulls at the top`() throws {
    try check(WriteReadTests.leaves + WriteReadTests.nested, rowCount: 150, isNullable: false)
  }

  @Test func `many pages and row groups come back`() throws {
    var options = WriterOptions()
    options.pageRowCountMax = 13
    options.pageByteCount = 200
    options.rowGroupRowCountMax = 95
    try check(WriteReadTests.leaves + WriteReadTests.nested, rowCount: 260, options)
  }

  @Test(arguments: Codec.allCases.filter(\.isBuiltIn))
  func `every codec comes back`(codec: Codec) throws {
    var options = WriterOptions()
    options.codec = codec
    options.usesDeltaEncodings = codec != .snappy
    options.dictionaryByteCountMax = codec == .gzip ? 0 : 1 << 20
    try check(
      [.int64, .string, .float64, .decimal(precision: 30, scale: 2)] + WriteReadTests.nested,
      rowCount: 90,
      options
    )
  }

  @Test(arguments: [1, 2, 7, 8, 63, 64, 65])
  func `few rows come back`(rowCount: Int) throws {
    try check([.int64, .boolean, .string, .list(Field("x", .int32))], rowCount: rowCount)
  }
}
