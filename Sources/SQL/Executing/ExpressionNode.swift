import ColumnFormat

/// A compiled expression: knows how to compute its rows and how to choose rows.
///
/// Nodes keep what they learn between batches (mapped dictionaries), so each worker has its own.
class ExpressionNode {
  let type: SQLType
  /// Whether a value can make it fail; then it is only computed on rows that were asked for.
  let canFail: Bool

  init(type: SQLType, canFail: Bool) {
    self.type = type
    self.canFail = canFail
  }

  /// The single value, where it is known before any row is seen.
  var constant: Column? { nil }

  /// One value for each row of the frame.
  func evaluate(_ frame: RowFrame) throws -> Column {
    preconditionFailure("every node computes")
  }

  /// The rows of the frame (or of `alive` only) on which the expression is true.
  func select(_ frame: RowFrame, among alive: Buffer<UInt32>?) throws -> Buffer<UInt32> {
    guard let alive else { return ExpressionNode.rowsTrue(try evaluate(frame)) }
    if alive.count == 0 { return alive }
    // Taking rows costs about as much as computing a few more of them.
    if !canFail && alive.count &* 4 >= frame.rowCount &* 3 {
      let rows = ExpressionNode.rowsTrue(try evaluate(frame))
      return ExpressionNode.intersection(alive, rows)
    }
    let rows = ExpressionNode.rowsTrue(try evaluate(frame.taking(alive)))
    return SelectionKernels.compose(alive, rows)
  }

  /// The rows on which a boolean column is true.
  static func rowsTrue(_ column: Column) -> Buffer<UInt32> {
    if case .constant(let values, let isNull) = column.form {
      let truth = UInt8.buffer(values).map { $0[0] != 0 } ?? false
      return !isNull && truth ? allRows(column.count) : Buffer(count: 0)
    }
    if case .runs(let ends, .boolean(let truths)) = column.form, column.validity == nil {
      return SelectionKernels.whereRunTrue(truths.base, ends: ends)
    }
    let operand = Operand<UInt8>(column)
    return SelectionKernels.whereTrue(
      operand.buffer.base,
      operand.validity,
      rowCount: column.count
    )
  }

  static func allRows(_ count: Int) -> Buffer<UInt32> {
    let rows = Buffer<UInt32>(count: count)
    for row in 0..<count { rows.base[row] = UInt32(truncatingIfNeeded: row) }
    return rows
  }

  /// What two ascending lists of rows share.
  static func intersection(_ left: Buffer<UInt32>, _ right: Buffer<UInt32>) -> Buffer<UInt32> {
    let result = Buffer<UInt32>(count: min(left.count, right.count))
    var i = 0
    var j = 0
    var count = 0
    while i < left.count && j < right.count {
      let a = left.base[i]
      let b = right.base[j]
      if count < result.count { result.base[count] = a }
      count &+= Int(bit(a == b))
      i &+= Int(bit(a <= b))
      j &+= Int(bit(b <= a))
    }
    return result.slice(0..<count)
  }
}

/// A column of the input.
final class ColumnNode: ExpressionNode {
  let index: Int

  init(_ index: Int, type: SQLType) {
    self.index = index
    super.init(type: type, canFail: false)
  }

  override func evaluate(_ frame: RowFrame) throws -> Column { frame.column(index) }
}

/// A value that all rows share.
final class ConstantNode: ExpressionNode {
  private let single: Column

  /// A node for the only row of `column`.
  init(_ column: Column, type: SQLType) {
    if case .constant = column.form {
      single = column
    } else {
      single = Column(.constant(column.flatValues, isNull: !column.isValid(0)), count: 1)
    }
    super.init(type: type, canFail: false)
  }

  override var constant: Column? { single }

  override func evaluate(_ frame: RowFrame) throws -> Column {
    Column(single.form, count: frame.rowCount)
  }
}
