import ColumnFormat

extension Column {
  /// What stands for a row that is not there.
  static let missingRow = UInt32.max

  /// The rows at `indices`, and nulls where an index is ``missingRow``.
  func takingOrNull(_ indices: Buffer<UInt32>, _ type: SQLType) -> Column {
    if count == 0 { return type.nulls(count: indices.count) }
    let safe = Buffer<UInt32>(count: indices.count)
    let present = Buffer<UInt8>(count: indices.count)
    var missingCount = 0
    for index in 0..<indices.count {
      let row = indices.base[index]
      let isMissing = row == Column.missingRow
      safe.base[index] = isMissing ? 0 : row
      present.base[index] = isMissing ? 0 : 1
      missingCount &+= isMissing ? 1 : 0
    }
    if missingCount == 0 { return taking(indices) }
    if missingCount == indices.count { return type.nulls(count: indices.count) }
    let taken = taking(safe)
    let flat = taken.constantFlattened()
    let validity = Validity.intersection(
      flat.validity,
      Validity.fromBytes(present.base, count: indices.count)
    )
    return Column(flat.form, count: flat.count, validity: validity)
  }

  /// A form in which single rows can be null.
  private func constantFlattened() -> Column {
    switch form {
    case .constant: flattened()
    default: self
    }
  }
}
