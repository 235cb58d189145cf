import ColumnFormat
import Synchronization

/// Groups rows by key and aggregates them.
///
/// Every worker has a table of its own. A worker that finds most of its first rows to be groups of
/// their own divides the rest by hash and leaves the aggregating to the end, where each part fits a
/// cache. Where there are many groups, but several neighbouring rows for each, as in a table that is
/// sorted by the key, a table that would outgrow the cache is set aside and another one begun. At the end
/// groups are merged by hash range, each range by whichever worker is free, unless tables of a sorted input
/// have nothing to be merged (``AscendingGroups``).
///
/// A worker that is short of memory makes no more groups: its rows go to the temporary file, divided by
/// the same hashes, and ``SpilledAggregation`` adds them to the groups of their part at the end.
final class AggregateSink: Sink, GroupSupply, @unchecked Sendable {
  /// From so many rows of a part on, others are expected to be like it.
  private static let tellingRowCount = 1 << 14

  let shape: AggregateShape
  /// Input columns that the calls need, and their types: what scattered rows keep.
  let positions: [Int]
  let positionTypes: [SQLType]
  let name: String
  /// By how many of the first keys rows are divided that do not fit; nil for all of them.
  private let divisionKeyCount: Int?
  /// Set where a limit above asks for some groups only, whichever they are.
  let chosen: ChosenGroups?
  /// Whether all rows are kept, divided by hash, and aggregated at the end, whatever the first ones are
  /// like; there has to be memory for them.
  let isScattered: Bool
  /// Whether tables may be put out as they are, where nobody asks for parts by hash.
  let mayStaySeparate: Bool
  private(set) var workers: [AggregateWorker] = []
  private let monitor = Monitor()
  /// The workers' last tables, where groups are finished part by part: the numbers of each part's.
  private var groupsByPart: [Int: [Buffer<UInt32>]] = [:]
  /// The same for each of the tables that were set aside, where the first keys divide them.
  private var setAsideByPart: [Int: [[Buffer<UInt32>]]] = [:]
  /// Whether the first keys tell the part of a group; known when all rows are there.
  private(set) var isDividedByPrefix = false
  private let unfinishedCount = Atomic<Int>(0)
  /// How many groups a thousand scattered rows made in the part that was finished last; zero before.
  private let groupsPerThousand = Atomic<Int>(0)
  /// The number of hash ranges that ``finish(part:)`` may be asked for.
  private(set) var partCount = 1
  private var whole: GroupedRows?
  /// Tables that have no groups in common, each a part.
  private var separate: SharedArray<GroupedRows?>?
  /// Input rows by pass, as keys and the columns of ``positions``.
  private var spilled: [SpilledPartitions]?
  private let hasInput: Bool

  /// A sink whose input has columns of `inputTypes`; nil where no rows come, but the groups of another
  /// aggregation.
  init(
    _ shape: AggregateShape,
    inputTypes: [SQLType]?,
    chosen: ChosenGroups? = nil,
    divisionKeyCount: Int? = nil,
    isScattered: Bool = false,
    mayStaySeparate: Bool = false,
    statistics: OperatorStatistics?
  ) {
    self.shape = shape
    self.isScattered = isScattered
    self.mayStaySeparate = mayStaySeparate
    self.divisionKeyCount = divisionKeyCount
    self.chosen = chosen
    var positions: [Int] = []
    for call in inputTypes == nil ? [] : shape.calls {
      let all = call.arguments + (call.filter.map { [$0] } ?? []) + call.order.map(\.column)
      for position in all where !positions.contains(position) {
        positions.append(position)
      }
    }
    self.positions = positions
    hasInput = inputTypes != nil
    positionTypes = positions.compactMap { inputTypes?[$0] }
    name = statistics?.name.lowercased() ?? "aggregate"
    super.init(statistics: statistics)
  }

  /// Whether rows may be kept and aggregated at the end.
  var mayScatter: Bool {
    !shape.isSingleGroup && chosen == nil && shape.passes.count == 1
      && !shape.calls.contains(where: \.isOrdered)
  }

  /// Where rows go that there is no memory for, by pass; nil where they cannot be read again.
  func partitions(_ control: RunControl) -> [SpilledPartitions]? {
    if shape.isSingleGroup || chosen != nil || !hasInput || isScattered { return nil }
    return monitor.locked {
      if let spilled { return spilled }
      let made = shape.passes.map { _ in
        SpilledPartitions(
          shape.keyTypes + positionTypes,
          level: 0,
          control,
          statistics: statistics
        )
      }
      spilled = made
      return made
    }
  }

  /// What hashes the keys that divide rows; nil where all of them do.
  func makePrefix() -> KeyPrefix? {
    divisionKeyCount.map { KeyPrefix(shape.keyTypes, count: $0) }
  }

  override func makeConsumer(_ worker: WorkerContext) throws -> BatchConsumer {
    try self.worker(worker.index, worker.control)
  }

  /// The worker's state; strands of one pipeline share it.
  func worker(_ index: Int, _ control: RunControl) throws -> AggregateWorker {
    try monitor.locked {
      if let known = workers.first(where: { $0.index == index }) { return known }
      let worker = try AggregateWorker(self, index: index, control)
      workers.append(worker)
      return worker
    }
  }

  /// What all workers hold.
  var byteCount: Int { workers.reduce(0) { $0 + $1.byteCount } }
  /// Whether there are rows in the temporary file.
  var hasSpilled: Bool { spilled != nil }

  override func combine(_ control: RunControl) throws {
    try combine(control, dividesByPrefix: false)
  }

  /// Ends the input; `dividesByPrefix` says whether the first keys are to tell the part of a group.
  func combine(_ control: RunControl, dividesByPrefix: Bool) throws {
    isDividedByPrefix = dividesByPrefix
    if workers.isEmpty { _ = try worker(0, control) }
    workers.sort { $0.index < $1.index }
    for (pass, description) in shape.passes.enumerated() where description.isGrandTotal {
      try workers[0].addEmptyGroup(pass)
    }
    if try keepSeparate() { return }
    let scattered = workers.contains { $0.scattered != nil || !$0.setAside.isEmpty }
    let filled = workers.filter { $0.groups.groupCount > 0 }
    let total = filled.reduce(0) { $0 + $1.groups.groupCount }
    let isSmall = total <= 1 << 15 || filled.count <= 1
    for worker in workers {
      if isDividedByPrefix { try worker.spillScattered() }
      try worker.finishSpilling()
    }
    let isWhole =
      shape.isSingleGroup || shape.calls.contains(where: \.isOrdered) || (!scattered && isSmall)
    if isWhole && spilled == nil && !isDividedByPrefix {
      let largest = filled.max { $0.groups.groupCount < $1.groups.groupCount } ?? workers[0]
      for worker in filled where worker !== largest {
        try largest.groups.merge(worker.groups)
        worker.release()
      }
      whole = largest.groups
      partCount = 1
      return
    }
    partCount = ScatteredRows.partCount
    unfinishedCount.store(partCount, ordering: .relaxed)
    let prefix = isDividedByPrefix ? makePrefix() : nil
    for worker in filled {
      groupsByPart[worker.index] = DividedGroups.parts(worker.groups, by: prefix)
    }
    guard let prefix else { return }
    for worker in workers {
      setAsideByPart[worker.index] = worker.setAside.map { $0.parts(prefix) }
    }
  }

  /// Sees whether all groups are in tables that have none in common; divides those of a sorted input by hash
  /// where they are not.
  private func keepSeparate() throws -> Bool {
    let areSorted = workers.contains { !$0.ascending.isEmpty }
    if !areSorted { return false }
    let areAll =
      spilled == nil
      && !workers.contains { $0.scattered != nil || !$0.setAside.isEmpty }
    if areAll {
      var tables: [AscendingGroups] = []
      for worker in workers {
        guard let own = worker.allAscending() else { break }
        tables += own
      }
      let isComplete =
        tables.reduce(0) { $0 + $1.groups.groupCount }
        == workers.reduce(0) { $0 + $1.groupCount }
      if isComplete, let groups = try AscendingGroups.separate(tables) {
        let parts = SharedArray<GroupedRows?>(repeating: nil, count: groups.count)
        for (part, own) in groups.enumerated() { parts[part] = own }
        separate = parts
        partCount = groups.count
        unfinishedCount.store(partCount, ordering: .relaxed)
        return true
      }
    }
    for worker in workers { try worker.divideAscending() }
    return false
  }

  func finish(part: Int, _ control: RunControl, _ emit: GroupReceiver) throws {
    if let separate {
      guard let groups = separate[part] else { return }
      separate[part] = nil
      _ = try emit(groups, true)
      if unfinishedCount.wrappingSubtract(1, ordering: .acquiringAndReleasing).newValue == 0 {
        for worker in workers { worker.forget() }
      }
      return
    }
    if let whole {
      self.whole = nil
      _ = try emit(whole, true)
      return
    }
    var rows = try take(part: part, control)
    if rows.spilled.isEmpty {
      if let groups = rows.groups { _ = try emit(groups, true) }
      return
    }
    let rest = SpilledAggregation(self, control)
    _ = try rest.add(rows.spilled, to: &rows.groups, level: 1, emit)
  }

  /// What there is of a part in memory, and by pass in the file.
  func take(part: Int, _ control: RunControl) throws -> DistinctParts.Rows {
    let groups = try merged(part: part, control)
    if unfinishedCount.wrappingSubtract(1, ordering: .acquiringAndReleasing).newValue == 0 {
      // Everything is in the parts' own groups.
      groupsByPart = [:]
      setAsideByPart = [:]
      for worker in workers { worker.forget() }
    }
    return DistinctParts.Rows(
      groups: groups,
      spilled: spilled?.map { $0.partitions[part] } ?? []
    )
  }

  /// The groups of a part that are in memory.
  private func merged(part: Int, _ control: RunControl) throws -> GroupedRows {
    var rowCount = 0
    var groupCount = 0
    for worker in workers {
      rowCount += worker.scattered?.parts[part].rowCount ?? 0
      groupCount += groupsByPart[worker.index]?[part].count ?? 0
      let setAside = setAsideByPart[worker.index]
      for (number, other) in worker.setAside.enumerated() {
        groupCount += setAside?[number][part].count ?? other.range(part: part).count
      }
    }
    let groups = try GroupedRows(
      shape,
      capacity: capacity(rowCount: rowCount, groupCount: groupCount),
      textOwner: spilled == nil ? textOwners(part: part) : nil
    )
    defer {
      if rowCount > AggregateSink.tellingRowCount {
        groupsPerThousand.store(groups.groupCount * 1000 / rowCount, ordering: .relaxed)
      }
    }
    for worker in workers {
      let setAside = setAsideByPart[worker.index]
      for (number, other) in worker.setAside.enumerated() {
        if let sources = setAside?[number][part] {
          try groups.merge(other, sources: sources)
        } else {
          try groups.merge(other, part: part)
        }
      }
      if let sources = groupsByPart[worker.index]?[part], sources.count > 0 {
        try groups.merge(worker.groups, sources: sources)
      }
      if let rows = worker.scattered?.parts[part] {
        for page in rows.pages where !control.isStopped { try aggregate(page, into: groups) }
        rows.drop()
      }
    }
    return groups
  }

  /// For how many groups a part has room from the start: the table that grows moves all its slots.
  private func capacity(rowCount: Int, groupCount: Int) -> Int {
    let known = groupsPerThousand.load(ordering: .relaxed)
    if known == 0 || rowCount <= AggregateSink.tellingRowCount {
      // Rows are scattered where there are fewer than two for each group.
      return max(rowCount / 2, groupCount, 64)
    }
    // Hashes divide evenly, so that other parts are like this one; and a page is looked up at once.
    let likely = rowCount * (known + 20) / 1000 + ScatteredRows.Page.rowCountMax
    return max(min(likely, rowCount), groupCount)
  }

  /// What keeps the long texts of a part's keys alive, so that they need not be copied once more.
  private func textOwners(part: Int) -> AnyObject {
    TextOwners(
      workers.flatMap { worker in
        worker.setAside.map(\.textOwner) + [worker.groups.table?.textOwner].compactMap { $0 }
          + [worker.scattered?.parts[part].textOwner].compactMap { $0 }
      }
    )
  }

  /// Keeps all of them.
  private final class TextOwners {
    private let owners: [AnyObject]

    init(_ owners: [AnyObject]) { self.owners = owners }
  }

  private func aggregate(_ page: ScatteredRows.Page, into groups: GroupedRows) throws {
    let rowCount = page.rowCount
    let numbers = try groups.resolve(
      words: page.words.base,
      hashes: page.hashes.base,
      rowCount: rowCount
    )
    try groups.update(
      shape.passes[0].calls,
      input(page.columns.map { $0.finish() }, rowCount: rowCount),
      groups: numbers
    )
  }

  /// Columns of ``positions`` at the places where calls look for them, and keys, if they are given, where
  /// the first pass does.
  func input(_ columns: [Column], keys: [Column] = [], rowCount: Int) -> Batch {
    var places = Array(zip(positions, columns))
    for (position, key) in zip(shape.passes[0].keys, keys) {
      if let position { places.append((position, key)) }
    }
    var input = [Column](
      repeating: Column(.constant(.boolean(Buffer([0])), isNull: false), count: rowCount),
      count: (places.map(\.0).max() ?? -1) + 1
    )
    for (position, column) in places { input[position] = column }
    return Batch(columns: input, rowCount: rowCount)
  }
}
