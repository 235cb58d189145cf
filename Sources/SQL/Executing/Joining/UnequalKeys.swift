import ColumnFormat

/// Finds the keys that equal nothing, not even themselves: nulls, NaN, and lists and rows with such
/// values in them.
enum UnequalKeys {
  /// The flag of a key whose equality with others is unknown.
  static let null: UInt8 = 1
  /// The flag of a key that differs from all others.
  static let nan: UInt8 = 2

  /// Sets `flags[row]` to zero, ``null`` or ``nan``; whether any is set.
  @discardableResult
  static func mark(_ columns: [Column], rowCount: Int, flags: UnsafeMutablePointer<UInt8>) -> Bool {
    flags.update(repeating: 0, count: rowCount)
    var isAny = false
    func set(_ row: Int, _ flag: UInt8) {
      // Different in one key is different as a whole, whatever a null in another key may be.
      flags[row] |= flag
      isAny = true
    }
    for column in columns {
      if let validity = column.rowValidity, validity.nullCount > 0 {
        for row in 0..<rowCount where !validity.isValid(row) { set(row, null) }
      }
      switch column.physicalType {
      case .float32:
        let values = Operand<Float>(column)
        for row in 0..<rowCount where values[row].isNaN && column.isValid(row) { set(row, nan) }
      case .float64:
        let values = Operand<Double>(column)
        for row in 0..<rowCount where values[row].isNaN && column.isValid(row) { set(row, nan) }
      case .list, .row:
        for row in 0..<rowCount where column.isValid(row) {
          let flag = flag(of: column, row)
          if flag != 0 { set(row, flag) }
        }
      default: break
      }
    }
    return isAny
  }

  /// The flag of one value, which may be null.
  private static func flag(of column: Column, _ row: Int) -> UInt8 {
    guard column.isValid(row) else { return null }
    switch column.place(of: row) {
    case (.float32(let values), let index): return values.base[index].isNaN ? nan : 0
    case (.float64(let values), let index): return values.base[index].isNaN ? nan : 0
    case (.list(let offsets, let elements), let index):
      return (Int(offsets.base[index])..<Int(offsets.base[index + 1]))
        .reduce(0) { $0 | flag(of: elements, $1) }
    case (.row(let fields), let index): return fields.reduce(0) { $0 | flag(of: $1, index) }
    default: return 0
    }
  }
}
