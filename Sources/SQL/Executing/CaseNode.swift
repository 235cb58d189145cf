import ColumnFormat

/// CASE: each branch is computed only for the rows that reach it.
final class CaseNode: ExpressionNode {
  private let branches: [(when: ExpressionNode, then: ExpressionNode)]
  private let otherwise: ExpressionNode
  /// Where all results are constant texts: the texts, and the code of each branch's and then of the rest's;
  /// nil is null.
  private let texts: (dictionary: ColumnDictionary, codes: [UInt32?])?

  init(
    _ branches: [(when: ExpressionNode, then: ExpressionNode)],
    otherwise: ExpressionNode,
    type: SQLType
  ) {
    self.branches = branches
    self.otherwise = otherwise
    texts = CaseNode.texts(branches.map(\.then) + [otherwise], type)
    super.init(
      type: type,
      canFail: otherwise.canFail || branches.contains { $0.when.canFail || $0.then.canFail }
    )
  }

  private static func texts(_ results: [ExpressionNode], _ type: SQLType)
    -> (dictionary: ColumnDictionary, codes: [UInt32?])?
  {
    guard type.physicalType == .bytes else { return nil }
    var table = ViewTable(capacity: results.count)
    let arena = ByteArena()
    var codes: [UInt32?] = []
    for result in results {
      guard case .constant(.bytes(let views, _), let isNull) = result.constant?.form else {
        return nil
      }
      codes.append(
        isNull ? nil : UInt32(truncatingIfNeeded: table.insert(arena.copy(views.base[0])))
      )
    }
    if table.views.isEmpty { return nil }
    let values = Values.bytes(Buffer(table.views), heap: ByteHeap([arena]))
    return (ColumnDictionary(values: values, count: table.views.count), codes)
  }

  override func evaluate(_ frame: RowFrame) throws -> Column {
    if let texts { return try codes(texts.dictionary, texts.codes, frame) }
    let count = frame.rowCount
    var scatter = ColumnScatter(rowCount: count)
    var left: Buffer<UInt32>?
    for branch in branches {
      let rows = try branch.when.select(frame, among: left)
      if rows.count > 0 {
        if rows.count == count { return try branch.then.evaluate(frame) }
        try add(branch.then, rows, frame, to: &scatter)
      }
      left = SelectionKernels.subtract(rows, from: left, rowCount: count)
      if left?.count == 0 { break }
    }
    guard let left, left.count < count else { return try otherwise.evaluate(frame) }
    if left.count > 0 { try add(otherwise, left, frame, to: &scatter) }
    return scatter.finish(type)
  }

  private func add(
    _ result: ExpressionNode,
    _ rows: Buffer<UInt32>,
    _ frame: RowFrame,
    to scatter: inout ColumnScatter
  ) throws {
    if result is ColumnNode {
      // There it is; to take its rows first would be to move them twice.
      scatter.add(try result.evaluate(frame), rows, isWhole: true)
    } else if result.constant != nil {
      let column = try result.evaluate(frame)
      scatter.add(Column(column.form, count: rows.count), rows)
    } else {
      scatter.add(try result.evaluate(frame.taking(rows)), rows)
    }
  }

  /// Each row's code of a constant text.
  private func codes(_ dictionary: ColumnDictionary, _ codes: [UInt32?], _ frame: RowFrame) throws
    -> Column
  {
    let count = frame.rowCount
    let own = Buffer<UInt32>(repeating: codes[branches.count] ?? 0, count: count)
    let hasNulls = codes.contains(nil)
    let isNull: UInt8 = codes[branches.count] == nil ? 0 : 1
    let isValid = Buffer<UInt8>(repeating: isNull, count: hasNulls ? count : 0)
    var left: Buffer<UInt32>?
    for (index, branch) in branches.enumerated() {
      let rows = try branch.when.select(frame, among: left)
      let code = codes[index] ?? 0
      for row in 0..<rows.count { own.base[Int(rows.base[row])] = code }
      if hasNulls {
        let truth: UInt8 = codes[index] == nil ? 0 : 1
        for row in 0..<rows.count { isValid.base[Int(rows.base[row])] = truth }
      }
      if index + 1 < branches.count {
        left = SelectionKernels.subtract(rows, from: left, rowCount: count)
        if left?.count == 0 { break }
      }
    }
    let validity = hasNulls ? Validity.fromBytes(isValid.base, count: count) : nil
    return withExtendedLifetime(isValid) {
      Column(.dictionary(codes: own, dictionary), count: count, validity: validity)
    }
  }
}
