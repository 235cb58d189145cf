import ColumnFormat

/// COALESCE: each operand is computed only where those before it are null.
final class CoalesceNode: ExpressionNode {
  private let operands: [ExpressionNode]

  init(_ operands: [ExpressionNode], type: SQLType) {
    self.operands = operands
    super.init(type: type, canFail: operands.contains(where: \.canFail))
  }

  override func evaluate(_ frame: RowFrame) throws -> Column {
    let count = frame.rowCount
    var scatter = ColumnScatter(rowCount: count)
    var left: Buffer<UInt32>?
    for (index, operand) in operands.enumerated() {
      let column = try operand.evaluate(left.map { frame.taking($0) } ?? frame)
      if index == 0 && (column.nullCount == 0 || operands.count == 1) { return column }
      // All are added: a later operand's value replaces the null.
      scatter.add(column, left)
      if column.nullCount == 0 { break }
      guard let validity = column.rowValidity else { break }
      let nulls = Buffer<UInt32>(count: column.nullCount)
      var found = 0
      for row in 0..<column.count where !validity.isValid(row) {
        nulls.base[found] = left.map { $0.base[row] } ?? UInt32(truncatingIfNeeded: row)
        found += 1
      }
      left = nulls
    }
    return scatter.finish(type)
  }
}

/// TRY: a row whose computation fails is null.
final class TryNode: ExpressionNode {
  private let operand: ExpressionNode

  init(_ operand: ExpressionNode) {
    self.operand = operand
    super.init(type: operand.type, canFail: false)
  }

  override func evaluate(_ frame: RowFrame) throws -> Column {
    if let column = try attempt(frame) { return column }
    // Halves until the failing rows stand alone.
    let count = frame.rowCount
    if count <= 1 { return .nulls(of: type, count: count) }
    let rows = ExpressionNode.allRows(count)
    let left = try evaluate(frame.taking(rows.slice(0..<count / 2)))
    let right = try evaluate(frame.taking(rows.slice(count / 2..<count)))
    return Column.concatenate([left, right])
  }

  /// Nil where a value fails; other errors pass.
  private func attempt(_ frame: RowFrame) throws -> Column? {
    do {
      return try operand.evaluate(frame)
    } catch let error as SQLError {
      switch error.code {
      case .divisionByZero, .invalidCast, .invalidArgument, .numericOutOfRange, .invalidLiteral:
        return nil
      default: throw error
      }
    }
  }
}

/// A field of a row value.
final class FieldNode: ExpressionNode {
  private let operand: ExpressionNode
  private let index: Int

  init(_ operand: ExpressionNode, index: Int, type: SQLType) {
    self.operand = operand
    self.index = index
    super.init(type: type, canFail: operand.canFail)
  }

  override func evaluate(_ frame: RowFrame) throws -> Column {
    let column = try operand.evaluate(frame)
    if case .constant(.row(let fields), let isNull) = column.form {
      if isNull || !fields[index].isValid(0) { return .nulls(of: type, count: frame.rowCount) }
      return Column(.constant(fields[index].flatValues, isNull: false), count: frame.rowCount)
    }
    guard case .row(let fields) = column.flatValues, index < fields.count else {
      return .nulls(of: type, count: frame.rowCount)
    }
    let field = fields[index]
    guard let own = column.validity else { return field }
    return field.withValidity(Validity.intersection(own, field.rowValidity))
  }
}
