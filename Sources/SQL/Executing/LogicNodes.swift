import ColumnFormat

/// AND and OR in three-valued logic; a row that is settled is not computed further.
final class LogicNode: ExpressionNode {
  private let operands: [ExpressionNode]
  private let isAnd: Bool

  init(_ operands: [ExpressionNode], isAnd: Bool) {
    self.operands = operands
    self.isAnd = isAnd
    super.init(type: .boolean, canFail: operands.contains(where: \.canFail))
  }

  /// Whether all operands are known before any row is seen.
  var isConstant: Bool { operands.allSatisfy { $0.constant != nil } }

  override func evaluate(_ frame: RowFrame) throws -> Column {
    let count = frame.rowCount
    // The value that settles a row: false for AND, true for OR.
    let settling: UInt8 = isAnd ? 0 : 1
    let values = Buffer<UInt8>(repeating: 1 &- settling, count: count)
    let known = Buffer<UInt8>(repeating: 1, count: count)
    var rows: Buffer<UInt32>?
    for (index, operand) in operands.enumerated() {
      if rows?.count == 0 { break }
      let isTaken = rows.map { operand.canFail || $0.count &* 4 < count &* 3 } ?? false
      let column: Column
      if isTaken, let taken = rows {
        column = try operand.evaluate(frame.taking(taken))
      } else {
        column = try operand.evaluate(frame)
      }
      merge(column, isTaken ? rows : nil, values, known, settling)
      if index + 1 < operands.count { rows = open(values, known, settling, count) }
    }
    return Column(booleans: values, validity: Validity.fromBytes(known.base, count: count))
  }

  private func merge(
    _ column: Column,
    _ rows: Buffer<UInt32>?,
    _ values: Buffer<UInt8>,
    _ known: Buffer<UInt8>,
    _ settling: UInt8
  ) {
    let operand = Operand<UInt8>(column)
    for index in 0..<column.count {
      let row = rows.map { Int($0.base[index]) } ?? index
      if known.base[row] == 1 && values.base[row] == settling { continue }
      if operand.validity?.isValid(index) ?? true {
        if operand[index] & 1 == settling {
          values.base[row] = settling
          known.base[row] = 1
        }
      } else {
        known.base[row] = 0
      }
    }
  }

  /// The rows that are not settled.
  private func open(
    _ values: Buffer<UInt8>,
    _ known: Buffer<UInt8>,
    _ settling: UInt8,
    _ count: Int
  ) -> Buffer<UInt32> {
    let rows = Buffer<UInt32>(count: count)
    var kept = 0
    for row in 0..<count {
      rows.base[kept] = UInt32(truncatingIfNeeded: row)
      kept &+= Int(bit(values.base[row] != settling) | (1 &- known.base[row]))
    }
    return rows.slice(0..<kept)
  }

  override func select(_ frame: RowFrame, among alive: Buffer<UInt32>?) throws -> Buffer<UInt32> {
    if isAnd {
      var rows = alive
      for operand in operands {
        rows = try operand.select(frame, among: rows)
        if rows?.count == 0 { break }
      }
      return rows ?? ExpressionNode.allRows(frame.rowCount)
    }
    let chosen = Buffer<UInt8>(repeating: 0, count: frame.rowCount)
    var left = alive
    for (index, operand) in operands.enumerated() {
      let rows = try operand.select(frame, among: left)
      for position in 0..<rows.count { chosen.base[Int(rows.base[position])] = 1 }
      if index + 1 < operands.count {
        left = SelectionKernels.subtract(rows, from: left, rowCount: frame.rowCount)
        if left?.count == 0 { break }
      }
    }
    return SelectionKernels.whereTrue(chosen.base, nil, rowCount: frame.rowCount)
  }
}

final class NotNode: ExpressionNode {
  private let operand: ExpressionNode

  init(_ operand: ExpressionNode) {
    self.operand = operand
    super.init(type: .boolean, canFail: operand.canFail)
  }

  override func evaluate(_ frame: RowFrame) throws -> Column {
    let column = try operand.evaluate(frame)
    if case .constant(let values, let isNull) = column.form {
      let truth = UInt8.buffer(values).map { $0[0] } ?? 0
      return Column(.constant(.boolean(Buffer([1 ^ truth])), isNull: isNull), count: frame.rowCount)
    }
    let source = Operand<UInt8>(column)
    let result = Buffer<UInt8>(count: frame.rowCount)
    let bytes = source.buffer.base
    for row in 0..<frame.rowCount { result.base[row] = 1 ^ bytes[row] }
    return Column(booleans: result, validity: source.validity)
  }
}

final class IsNullNode: ExpressionNode {
  private let operand: ExpressionNode

  init(_ operand: ExpressionNode) {
    self.operand = operand
    super.init(type: .boolean, canFail: operand.canFail)
  }

  override func evaluate(_ frame: RowFrame) throws -> Column {
    let column = try operand.evaluate(frame)
    guard let validity = column.validity else {
      return .constant(.boolean(column.nullCount > 0), .boolean, count: frame.rowCount)
    }
    let result = Buffer<UInt8>(count: frame.rowCount)
    for row in 0..<frame.rowCount { result.base[row] = bit(!validity.isValid(row)) }
    return Column(booleans: result)
  }
}
