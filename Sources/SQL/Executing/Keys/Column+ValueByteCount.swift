import ColumnFormat

extension Column {
  /// The memory that the values of all rows take as flat columns, roughly; what nested columns are
  /// counted with.
  var valueByteCount: Int {
    let nulls = validity == nil ? 0 : count / 8
    let width = physicalType.fixedByteCount
    if width > 0 { return nulls + count * width }
    switch form {
    case .flat(let values): return nulls + Column.byteCount(values, 0..<count)
    case .constant(let values, _): return count * Column.byteCount(values, 0..<1)
    case .dictionary(let codes, let dictionary):
      return nulls
        + (0..<count).reduce(0) {
          let entry = Int(codes.base[$1])
          return $0 + Column.byteCount(dictionary.values, entry..<(entry + 1))
        }
    case .runs: return flattened().valueByteCount
    }
  }

  private static func byteCount(_ values: Values, _ rows: Range<Int>) -> Int {
    switch values {
    case .bytes(let views, _):
      return rows.reduce(rows.count * 16) {
        let view = views.base[$1]
        return $0 + (view.isInline ? 0 : view.count)
      }
    case .list(let offsets, let elements):
      let first = Int(offsets.base[rows.lowerBound])
      let end = max(Int(offsets.base[rows.upperBound]), first)
      return rows.count * 4 + (end > first ? elements.slice(first..<end).valueByteCount : 0)
    case .row(let fields):
      return fields.reduce(0) { $0 + (rows.isEmpty ? 0 : $1.slice(rows).valueByteCount) }
    default: return rows.count * values.physicalType.fixedByteCount
    }
  }
}
