import ColumnFormat

/// One worker's probing: finds chains, makes pairs of left and right rows, and puts out what the kind
/// of join asks for.
final class JoinProbe: BatchConsumer {
  private static let pairCountMax = 4096

  private let stage: JoinProbeStage
  private let table: JoinTable
  private let encoder: KeyEncoder
  private let residual: ResidualFilter?
  /// Of a join without keys, where its condition compares numbers.
  private let candidates: RangeCandidates?
  private let account: MemoryAccount
  private let matchedRight: Buffer<UInt8>?
  private let control: RunControl
  /// Of the whole build side, of which the table may be a part.
  private let facts: JoinFacts
  /// Where the build side comes in several tables: the matches that the next batch's rows found in
  /// those before, to which this one's are added, and whether this is the last table.
  var carried: (hits: UnsafeMutablePointer<UInt8>, isLast: Bool)?
  private var heads = Buffer<UInt32>(count: Batch.rowCountTarget)
  private var nulls = Buffer<UInt8>(count: Batch.rowCountTarget)
  /// Whether a left row has found a match.
  private var hits = Buffer<UInt8>(count: Batch.rowCountTarget)
  private var pairLeft = Buffer<UInt32>(count: pairCountMax)
  private var pairRight = Buffer<UInt32>(count: pairCountMax)

  init(
    _ stage: JoinProbeStage,
    _ table: JoinTable,
    matched: Buffer<UInt8>?,
    facts: JoinFacts? = nil,
    _ control: RunControl
  ) throws {
    self.stage = stage
    self.table = table
    self.control = control
    self.facts =
      facts ?? JoinFacts(rowCount: table.rowCount, hasNullKeys: !table.nullRows.isEmpty)
    encoder = KeyEncoder(table.layout)
    matchedRight = matched
    let leftCount = stage.leftTypes.count
    residual = try stage.residual.map {
      try ResidualFilter($0, stage.pairColumns, leftCount: leftCount, control)
    }
    var candidates: RangeCandidates?
    if stage.keys.isEmpty, let condition = stage.residual {
      candidates = try RangeCandidates(
        condition,
        left: Array(stage.pairColumns[..<leftCount]),
        right: Array(stage.pairColumns[leftCount...]),
        table.rows,
        control.settings.context
      )
    }
    self.candidates = candidates
    account = MemoryAccount(control.budget, for: "join table", statistics: stage.statistics)
    try account.set(candidates?.byteCount ?? 0)
    super.init(statistics: stage.statistics)
  }

  override func consume(_ batch: Batch) throws {
    let rowCount = batch.rowCount
    if heads.count < rowCount {
      heads = Buffer<UInt32>(count: rowCount)
      nulls = Buffer<UInt8>(count: rowCount)
      hits = Buffer<UInt8>(count: rowCount)
    }
    if let carried {
      hits.base.update(from: carried.hits, count: rowCount)
    } else {
      hits.base.update(repeating: 0, count: rowCount)
    }
    if let candidates, candidates.find(batch) {
      try pairWithCandidates(batch, candidates)
    } else if stage.keys.isEmpty {
      try pairWithAll(batch)
    } else {
      find(batch)
      if residual == nil && stage.putsOutBuildRowsOnly {
        markChains(batch.rowCount)
        return
      }
      if residual == nil && isDecidedByHeads {
        for row in 0..<rowCount { hits.base[row] |= heads.base[row] == JoinTable.none ? 0 : 1 }
      } else if table.hasDuplicates || residual != nil {
        try pairChains(batch)
      } else {
        try pairHeads(batch)
      }
    }
    if let carried {
      carried.hits.update(from: hits.base, count: rowCount)
      if !carried.isLast { return }
    }
    try putOutByHits(batch)
  }

  private static let severalRows = SQLError(
    .subqueryMultipleRows,
    "a scalar subquery returned more than one row"
  )

  /// Whether it only matters that there is a match.
  private var isDecidedByHeads: Bool {
    switch stage.kind {
    case .semi, .anti, .mark: true
    case .inner, .left, .right, .full, .cross, .single, .rightSemi, .rightAnti: false
    }
  }

  private func find(_ batch: Batch) {
    let keys = stage.keys.map { batch.columns[$0] }
    encoder.encode(keys, rowCount: batch.rowCount)
    let hasUnequal = UnequalKeys.mark(keys, rowCount: batch.rowCount, flags: nulls.base)
    table.find(
      words: encoder.words,
      hashes: encoder.hashes,
      nulls: hasUnequal ? nulls.base : nil,
      rowCount: batch.rowCount,
      heads: heads.base
    )
  }

  /// At most one right row for each left row: no chains to follow.
  private func pairHeads(_ batch: Batch) throws {
    let rowCount = batch.rowCount
    if pairLeft.count < rowCount {
      pairLeft = Buffer<UInt32>(count: rowCount)
      pairRight = Buffer<UInt32>(count: rowCount)
    }
    let left = pairLeft.base
    let right = pairRight.base
    let heads = heads.base
    let hits = hits.base
    var count = 0
    if stage.kind == .single && carried != nil {
      for row in 0..<rowCount where hits[row] != 0 && heads[row] != JoinTable.none {
        throw JoinProbe.severalRows
      }
    }
    for row in 0..<rowCount {
      let head = heads[row]
      let isHit = UInt8(truncatingIfNeeded: head == JoinTable.none ? 0 : 1)
      left[count] = UInt32(truncatingIfNeeded: row)
      right[count] = head &- 1
      hits[row] |= isHit
      count &+= Int(isHit)
    }
    try putOutPairs(batch, count)
  }

  /// Follows the chains; a batch of pairs goes on whenever it is full.
  private func pairChains(_ batch: Batch) throws {
    let links = table.links
    var count = 0
    for row in 0..<batch.rowCount {
      var right = heads.base[row]
      while right != JoinTable.none {
        pairLeft.base[count] = UInt32(truncatingIfNeeded: row)
        pairRight.base[count] = right &- 1
        count &+= 1
        right = links[Int(right) &- 1]
        if count == pairLeft.count {
          try takePairs(batch, count)
          count = 0
        }
      }
    }
    try takePairs(batch, count)
  }

  /// Marks all right rows of the keys that were found; those of a chain are marked together.
  private func markChains(_ rowCount: Int) {
    guard let matchedRight else { return }
    let marks = matchedRight.base
    let heads = heads.base
    let links = table.links
    for row in 0..<rowCount {
      var right = heads[row]
      while right != JoinTable.none && marks[Int(right) &- 1] == 0 {
        marks[Int(right) &- 1] = 1
        right = links[Int(right) &- 1]
      }
    }
  }

  private func pairWithAll(_ batch: Batch) throws {
    var count = 0
    for row in 0..<batch.rowCount {
      for right in 0..<table.rowCount {
        pairLeft.base[count] = UInt32(truncatingIfNeeded: row)
        pairRight.base[count] = UInt32(truncatingIfNeeded: right)
        count &+= 1
        if count == pairLeft.count {
          try takePairs(batch, count)
          count = 0
          if control.isStopped { return }
        }
      }
    }
    try takePairs(batch, count)
  }

  private func pairWithCandidates(_ batch: Batch, _ candidates: RangeCandidates) throws {
    let rights = candidates.rows
    var count = 0
    for row in 0..<batch.rowCount {
      let start = candidates.starts[row]
      for right in start..<max(start, candidates.ends[row]) {
        pairLeft.base[count] = UInt32(truncatingIfNeeded: row)
        pairRight.base[count] = rights[right]
        count &+= 1
        if count == pairLeft.count {
          try takePairs(batch, count)
          count = 0
          if control.isStopped { return }
        }
      }
    }
    try takePairs(batch, count)
  }

  /// Applies the residual to candidate pairs, and marks and puts out those that are left.
  private func takePairs(_ batch: Batch, _ candidateCount: Int) throws {
    var count = candidateCount
    if count == 0 { return }
    if let residual {
      count = try residual.apply(batch, table.rows, pairLeft, pairRight, count)
    }
    if stage.kind == .single {
      for pair in 0..<count {
        let row = Int(pairLeft.base[pair])
        if hits.base[row] != 0 {
          throw JoinProbe.severalRows
        }
        hits.base[row] = 1
      }
    } else {
      for pair in 0..<count { hits.base[Int(pairLeft.base[pair])] = 1 }
    }
    try putOutPairs(batch, count)
  }

  private func putOutPairs(_ batch: Batch, _ count: Int) throws {
    if count == 0 { return }
    if let matchedRight {
      for pair in 0..<count { matchedRight.base[Int(pairRight.base[pair])] = 1 }
    }
    switch stage.kind {
    case .inner, .cross, .right, .left, .full, .single: break
    case .semi, .anti, .mark, .rightSemi, .rightAnti: return
    }
    // The buffers are filled anew for the next pairs while columns may keep these.
    let right = Buffer<UInt32>(count: count)
    right.base.update(from: pairRight.base, count: count)
    let columns: [Column]
    if count == batch.rowCount && isEveryRow(count) {
      columns = batch.columns
    } else {
      let left = Buffer<UInt32>(count: count)
      left.base.update(from: pairLeft.base, count: count)
      columns = batch.columns.map { $0.taking(left) }
    }
    try emit(
      Batch(columns: columns + table.rows.columns.map { $0.taking(right) }, rowCount: count)
    )
  }

  /// Whether the left rows of the pairs are all rows in order.
  private func isEveryRow(_ count: Int) -> Bool {
    var isSame = true
    for pair in 0..<count { isSame = isSame && pairLeft.base[pair] == UInt32(pair) }
    return isSame
  }

  /// Puts out what depends on whether a left row had a match.
  private func putOutByHits(_ batch: Batch) throws {
    switch stage.kind {
    case .inner, .cross, .right, .rightSemi, .rightAnti: return
    case .semi: try emit(rows(batch) { $0 != 0 })
    case .left, .full, .single:
      let rest = rows(batch) { $0 == 0 }
      if rest.rowCount == 0 { return }
      let right = stage.rightTypes.map { $0.nulls(count: rest.rowCount) }
      try emit(Batch(columns: rest.columns + right, rowCount: rest.rowCount))
    case .anti:
      if stage.isNullAware, let unknown = try unknownRows(batch) {
        for row in 0..<batch.rowCount where unknown[row] != 0 { hits.base[row] = 1 }
      }
      try emit(rows(batch) { $0 == 0 })
    case .mark:
      let marks = Buffer<UInt8>(count: batch.rowCount)
      marks.base.update(from: hits.base, count: batch.rowCount)
      var validity: Validity?
      if stage.isNullAware, let unknown = try unknownRows(batch) {
        let known = Buffer<UInt8>(count: batch.rowCount)
        for row in 0..<batch.rowCount { known.base[row] = 1 &- unknown[row] }
        validity = Validity.fromBytes(known.base, count: batch.rowCount)
      }
      let mark = Column(flat: .boolean(marks), count: batch.rowCount, validity: validity)
      try emit(Batch(columns: batch.columns + [mark], rowCount: batch.rowCount))
    }
  }

  private func rows(_ batch: Batch, _ isWanted: (UInt8) -> Bool) -> Batch {
    let rows = Buffer<UInt32>(count: batch.rowCount)
    var count = 0
    for row in 0..<batch.rowCount {
      rows.base[count] = UInt32(truncatingIfNeeded: row)
      count &+= isWanted(hits.base[row]) ? 1 : 0
    }
    return batch.taking(Selection(indices: rows.slice(0..<count)))
  }

  /// For NOT IN: which left rows have no match and yet are not known to have none, because their key
  /// or a right row's is null.
  ///
  /// One byte for each left row; nil where there is no such row.
  private func unknownRows(_ batch: Batch) throws -> [UInt8]? {
    if facts.rowCount == 0 || stage.keys.isEmpty { return nil }
    let hasNullKeys = (0..<batch.rowCount).contains { nulls.base[$0] == UnequalKeys.null }
    if !hasNullKeys && !facts.hasNullKeys { return nil }
    var unknown = [UInt8](repeating: 0, count: batch.rowCount)
    for row in 0..<batch.rowCount where hits.base[row] == 0 {
      if nulls.base[row] == UnequalKeys.null {
        unknown[row] = try holds(batch, row, rights: nil) ? 1 : 0
      } else if facts.hasNullKeys {
        unknown[row] = try holds(batch, row, rights: table.nullRows) ? 1 : 0
      }
    }
    return unknown
  }

  /// Whether the residual holds for a left row and any of the right rows, of all where nil.
  private func holds(_ batch: Batch, _ row: Int, rights: [UInt32]?) throws -> Bool {
    guard let residual else { return true }
    let total = rights?.count ?? table.rowCount
    var start = 0
    while start < total {
      let count = min(pairLeft.count, total - start)
      for pair in 0..<count {
        pairLeft.base[pair] = UInt32(truncatingIfNeeded: row)
        pairRight.base[pair] = rights?[start + pair] ?? UInt32(truncatingIfNeeded: start &+ pair)
      }
      if try residual.apply(batch, table.rows, pairLeft, pairRight, count) > 0 { return true }
      start += count
    }
    return false
  }
}

/// What must hold for a pair besides equal keys.
private final class ResidualFilter {
  private let evaluator: ExpressionEvaluator
  /// The columns that the condition looks at.
  private let positions: [Int]
  private let leftCount: Int

  init(
    _ expression: BoundExpression,
    _ columns: [PlanColumn],
    leftCount: Int,
    _ control: RunControl
  ) throws {
    let used = expression.columnIDs
    positions = columns.indices.filter { used.contains(columns[$0].id) }
    self.leftCount = leftCount
    evaluator = try ExpressionEvaluator(
      expression,
      input: positions.map { columns[$0] },
      context: control.settings.context
    )
  }

  /// Moves the pairs for which the condition is true to the front; returns how many.
  func apply(
    _ left: Batch,
    _ right: Batch,
    _ pairLeft: Buffer<UInt32>,
    _ pairRight: Buffer<UInt32>,
    _ count: Int
  ) throws -> Int {
    let lefts = pairLeft.slice(0..<count)
    let rights = pairRight.slice(0..<count)
    let columns = positions.map { position in
      position < leftCount
        ? left.columns[position].taking(lefts)
        : right.columns[position - leftCount].taking(rights)
    }
    let selection = try evaluator.select(Batch(columns: columns, rowCount: count))
    for index in 0..<selection.count {
      let pair = Int(selection.indices.base[index])
      pairLeft.base[index] = pairLeft.base[pair]
      pairRight.base[index] = pairRight.base[pair]
    }
    return selection.count
  }
}
