import ColumnFormat

/// Puts together a column from pieces that were computed for some rows each.
struct ColumnScatter {
  private var pieces: [Column] = []
  private var sizes = 0
  private let positions: Buffer<UInt32>

  init(rowCount: Int) { positions = Buffer(repeating: 0, count: rowCount) }

  /// Adds the values of `rows`; nil is all rows.
  mutating func add(_ column: Column, _ rows: Buffer<UInt32>?) {
    var start = UInt32(truncatingIfNeeded: sizes)
    if case .constant(let values, let isNull) = column.form, column.count > 0 {
      // One value serves all rows.
      let single = Column(.constant(values, isNull: isNull), count: 1).flattened()
      pieces.append(single)
      sizes += 1
      for index in 0..<column.count {
        positions.base[rows.map { Int($0.base[index]) } ?? index] = start
      }
      return
    }
    if column.count == 0 { return }
    pieces.append(column)
    sizes += column.count
    for index in 0..<column.count {
      positions.base[rows.map { Int($0.base[index]) } ?? index] = start
      start &+= 1
    }
  }

  func finish(_ type: SQLType) -> Column {
    if pieces.isEmpty { return .nulls(of: type, count: positions.count) }
    return Column.concatenate(pieces).taking(positions)
  }
}

/// CASE: each branch is computed only for the rows that reach it.
final class CaseNode: ExpressionNode {
  private let branches: [(when: ExpressionNode, then: ExpressionNode)]
  private let otherwise: ExpressionNode

  init(
    _ branches: [(when: ExpressionNode, then: ExpressionNode)],
    otherwise: ExpressionNode,
    type: SQLType
  ) {
    self.branches = branches
    self.otherwise = otherwise
    super.init(
      type: type,
      canFail: otherwise.canFail || branches.contains { $0.when.canFail || $0.then.canFail }
    )
  }

  override func evaluate(_ frame: RowFrame) throws -> Column {
    let count = frame.rowCount
    var scatter = ColumnScatter(rowCount: count)
    var left: Buffer<UInt32>?
    for branch in branches {
      let rows = try branch.when.select(frame, among: left)
      if rows.count > 0 {
        if rows.count == count { return try branch.then.evaluate(frame) }
        scatter.add(try branch.then.evaluate(frame.taking(rows)), rows)
      }
      left = SelectionKernels.subtract(rows, from: left, rowCount: count)
      if left?.count == 0 { break }
    }
    guard let left, left.count < count else { return try otherwise.evaluate(frame) }
    if left.count > 0 { scatter.add(try otherwise.evaluate(frame.taking(left)), left) }
    return scatter.finish(type)
  }
}

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
