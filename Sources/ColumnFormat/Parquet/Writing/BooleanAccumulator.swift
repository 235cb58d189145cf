/// Truth values, a byte each until they are written as bits.
final class BooleanAccumulator {
  private let leaf: LeafColumn
  private var values = BufferBuilder<UInt8>(capacity: 64)

  init(_ leaf: LeafColumn) { self.leaf = leaf }

  var count: Int { values.count }
  var byteCount: Int { values.count }

  func append(_ column: Column) throws(DecodingFailure) {
    switch column.form {
    case .constant(let constant, let isNull):
      if isNull { return }
      values.append(repeating: try bytes(constant)[0], count: column.count)
    case .flat(let flat):
      let bytes = try bytes(flat)
      guard let validity = column.validity else {
        return values.append(from: bytes, count: column.count)
      }
      values.reserve(column.count)
      for row in 0..<column.count where validity.isValid(row) { values.append(bytes[row]) }
    case .dictionary, .runs: try append(column.flattened())
    }
  }

  private func bytes(_ values: Values) throws(DecodingFailure) -> UnsafePointer<UInt8> {
    guard case .boolean(let bytes) = values else {
      throw WordConversion.mismatch(values, leaf)
    }
    return UnsafePointer(bytes.base)
  }

  func pageCount(limit: Int, byteCountMax: Int) -> Int { min(limit, max(byteCountMax, 1) * 8) }

  func appendPage(_ range: Range<Int>, to output: inout BufferBuilder<UInt8>) {
    PlainEncoding.append(bits: values.base + range.lowerBound, count: range.count, to: &output)
  }

  func bounds() -> ValueBounds { bounds(0..<count) }

  func bounds(_ range: Range<Int>) -> ValueBounds {
    if range.isEmpty { return .none }
    var low: UInt8 = 1
    var high: UInt8 = 0
    for index in range {
      low &= values.base[index]
      high |= values.base[index]
    }
    return .int(Int64(low), Int64(high))
  }

  func removeAll() { values.removeAll() }
}
