internal import CKernels
import ColumnFormat
import Synchronization

/// The rows of a join's build side, findable by key.
///
/// Rows of one key are chained; a chain's first row is found through an array over the keys' range
/// where the key is one integer and the range is not much larger than the number of rows, and through
/// linear probing otherwise.
final class JoinTable: @unchecked Sendable {
  /// Ends a chain; rows are numbered from one in chains and arrays.
  static let none: UInt32 = 0
  /// An array of this many entries takes 64 MB.
  private static let directEntryCountMax = 16 << 20

  let layout: KeyLayout
  let rows: Batch
  let rowCount: Int
  /// Rows whose key equals itself, by which they can be found.
  private(set) var keyedRowCount = 0
  /// Rows whose key has a null.
  private(set) var nullRows: [UInt32] = []
  /// Whether some key has more than one row.
  private(set) var hasDuplicates = false
  /// The smallest and largest key, where the key is one integer.
  private(set) var keyRange: ClosedRange<Int64>?

  /// Empty once nothing is compared with them any more.
  private var words: Buffer<UInt64>
  private var hashes: Buffer<UInt64>
  private var owners: [AnyObject]
  private var next: Buffer<UInt32>
  /// First rows by key minus the smallest key.
  private(set) var direct: Buffer<UInt32>?
  private var slots = Buffer<UInt64>(repeating: 0, count: 1)

  /// Indexes the build side's `rows` by their encoded keys.
  ///
  /// `words` and `hashes` are those of all rows, empty where there are no keys; `nulls` are the
  /// flags of ``UnequalKeys``. The threads of `control` divide the work, where it is not nil.
  init(
    _ layout: KeyLayout,
    rows: Batch,
    words: Buffer<UInt64>,
    hashes: Buffer<UInt64>,
    nulls: Buffer<UInt8>,
    owners: [AnyObject],
    _ control: RunControl?
  ) throws {
    self.layout = layout
    self.rows = rows
    rowCount = rows.rowCount
    self.words = words
    self.hashes = hashes
    self.owners = owners
    next = Buffer<UInt32>(count: 0)
    if layout.types.isEmpty { return }
    var unequalCount = 0
    for row in 0..<rowCount where nulls.base[row] != 0 {
      unequalCount += 1
      if nulls.base[row] == UnequalKeys.null { nullRows.append(UInt32(truncatingIfNeeded: row)) }
    }
    keyedRowCount = rowCount - unequalCount
    findRange(nulls)
    if let range = keyRange, let entryCount = JoinTable.entryCount(range, keyedRowCount) {
      try buildDirect(range.lowerBound, entryCount, nulls, control)
      self.words = Buffer(count: 0)
      self.owners = []
    } else {
      try buildSlots(nulls, control)
    }
    // The slots have of the hashes what is needed.
    self.hashes = Buffer(count: 0)
  }

  var byteCount: Int {
    words.count * 8 + hashes.count * 8 + next.count * 4 + slots.count * 8
      + (direct?.count ?? 0) * 4
  }

  /// Whether the key is one integer, and how its value lies in the word.
  static func integerWidth(_ layout: KeyLayout) -> Int? {
    guard layout.types.count == 1, case .bits(_, _, let width, _) = layout.parts[0] else {
      return nil
    }
    switch layout.types[0].physicalType {
    case .int8, .int16, .int32, .int64: return width
    default: return nil
    }
  }

  /// The integer in a word of `width` bits.
  @inline(__always)
  static func integer(_ word: UInt64, _ width: Int) -> Int64 {
    let shift = UInt64(truncatingIfNeeded: 64 &- width)
    return Int64(bitPattern: word &<< shift) &>> Int64(shift)
  }

  private func findRange(_ nulls: Buffer<UInt8>) {
    guard let width = JoinTable.integerWidth(layout), keyedRowCount > 0 else { return }
    var low = Int64.max
    var high = Int64.min
    for row in 0..<rowCount where nulls.base[row] == 0 {
      let key = JoinTable.integer(words.base[row], width)
      low = min(low, key)
      high = max(high, key)
    }
    keyRange = low...high
  }

  private static func entryCount(_ range: ClosedRange<Int64>, _ rowCount: Int) -> Int? {
    let (distance, overflow) = range.upperBound.subtractingReportingOverflow(range.lowerBound)
    guard !overflow, distance < Int64(directEntryCountMax),
      distance < Int64(max(rowCount * 16, 1 << 16))
    else { return nil }
    return Int(distance) + 1
  }

  /// With fewer rows for each thread, one does all.
  private static let rowCountPerThread = 1 << 15

  /// Calls `body` for each part of places, whose threads then need not wait for each other.
  private func divide(
    _ placeCount: Int,
    _ control: RunControl?,
    _ body: @escaping @Sendable (_ part: Int, _ places: Range<Int>) -> Void
  ) throws {
    let wanted = rowCount / JoinTable.rowCountPerThread
    let partCount = max(min(control?.settings.threads ?? 1, wanted), 1)
    try RunControl.parallel(partCount, partCount > 1 ? control : nil) { part in
      body(part, (placeCount * part / partCount)..<(placeCount * (part + 1) / partCount))
    }
  }

  /// Calls `body` for all rows with keys whose place is among `places`, the last one first, so that
  /// chains are in row order.
  @inline(__always)
  private func forEachRow(
    _ nulls: Buffer<UInt8>,
    in places: Range<Int>,
    isWhole: Bool,
    place: (_ row: Int) -> Int,
    _ body: (_ row: Int, _ place: Int, _ next: Int?) -> Void
  ) {
    if isWhole {
      for row in stride(from: rowCount - 1, through: 0, by: -1) where nulls.base[row] == 0 {
        body(row, place(row), row >= 12 ? place(row &- 12) : nil)
      }
      return
    }
    // Whether a row is this part's cannot be foretold, so rows are picked without branches first.
    let step = 2048
    let picked = Buffer<UInt32>(count: step)
    let first = places.lowerBound
    let size = UInt64(places.count)
    var end = rowCount
    while end > 0 {
      let start = max(end - step, 0)
      var count = 0
      for row in start..<end {
        picked.base[count] = UInt32(truncatingIfNeeded: row)
        let isOwn = UInt64(bitPattern: Int64(place(row) &- first)) < size
        count &+= Int(bit(isOwn)) & Int(bit(nulls.base[row] == 0))
      }
      for index in stride(from: count - 1, through: 0, by: -1) {
        let row = Int(picked.base[index])
        body(row, place(row), index >= 12 ? place(Int(picked.base[index &- 12])) : nil)
      }
      end = start
    }
  }

  private func buildDirect(
    _ base: Int64,
    _ entryCount: Int,
    _ nulls: Buffer<UInt8>,
    _ control: RunControl?
  ) throws {
    guard let width = JoinTable.integerWidth(layout) else { return }
    let heads = Buffer<UInt32>(count: entryCount)
    let chain = Buffer<UInt32>(count: rowCount)
    let words = words
    let haveDuplicates = Atomic<Bool>(false)
    try divide(entryCount, control) { [self] _, places in
      (heads.base + places.lowerBound).update(repeating: JoinTable.none, count: places.count)
      var isRepeated = false
      forEachRow(
        nulls,
        in: places,
        isWhole: places.count == entryCount,
        place: { Int(JoinTable.integer(words.base[$0], width) &- base) },
        { row, entry, _ in
          let head = heads.base[entry]
          if head != JoinTable.none { isRepeated = true }
          chain.base[row] = head
          heads.base[entry] = UInt32(truncatingIfNeeded: row &+ 1)
        }
      )
      if isRepeated { haveDuplicates.store(true, ordering: .relaxed) }
    }
    hasDuplicates = haveDuplicates.load(ordering: .relaxed)
    direct = heads
    next = chain
  }

  private func buildSlots(_ nulls: Buffer<UInt8>, _ control: RunControl?) throws {
    var wanted = 64
    while wanted < keyedRowCount * 2 { wanted *= 2 }
    let slotCount = wanted
    let slots = Buffer<UInt64>(count: slotCount)
    let chain = Buffer<UInt32>(count: rowCount)
    let mask = slotCount &- 1
    let (words, hashes) = (words, hashes)
    let insertion = Insertion(
      slots: slots.base,
      mask: mask,
      chain: chain.base,
      words: words.base,
      hashes: hashes.base,
      width: layout.wordCount,
      comparedWordCount: layout.comparedWordCount,
      textCount: layout.textWords.count
    )
    defer { withExtendedLifetime((words, hashes)) {} }
    let haveDuplicates = Atomic<Bool>(false)
    /// Rows of each part that found no place up to its end.
    let left = SharedArray<[Int]>(
      repeating: [],
      count: max(control?.settings.threads ?? 1, 1)
    )
    try divide(slotCount, control) { [self] part, places in
      (slots.base + places.lowerBound).update(repeating: 0, count: places.count)
      var isRepeated = false
      forEachRow(
        nulls,
        in: places,
        isWhole: places.count == slotCount,
        place: { Int(truncatingIfNeeded: hashes.base[$0]) & mask },
        { row, home, next in
          if let next { lake_prefetch(slots.base + next) }
          let end = places.count == slotCount ? nil : Optional(places.upperBound)
          switch insertion.insert(row, at: home, before: end) {
          case .added: break
          case .chained: isRepeated = true
          case .noPlace: left[part].append(row)
          }
        }
      )
      if isRepeated { haveDuplicates.store(true, ordering: .relaxed) }
    }
    for row in left.values.joined() {
      let home = Int(truncatingIfNeeded: hashes.base[row]) & mask
      if insertion.insert(row, at: home, before: nil) == .chained {
        haveDuplicates.store(true, ordering: .relaxed)
      }
    }
    hasDuplicates = haveDuplicates.load(ordering: .relaxed)
    self.slots = slots
    next = chain
  }

  /// How rows are put into slots.
  private struct Insertion: @unchecked Sendable {
    enum Result { case added, chained, noPlace }

    let slots: UnsafeMutablePointer<UInt64>
    let mask: Int
    let chain: UnsafeMutablePointer<UInt32>
    let words: UnsafePointer<UInt64>
    let hashes: UnsafePointer<UInt64>
    let width: Int
    let comparedWordCount: Int
    let textCount: Int

    /// Puts a row before others of its key, or into the first free slot from `home` on.
    ///
    /// With `end`, the slots from there on are another thread's.
    @inline(__always)
    func insert(_ row: Int, at home: Int, before end: Int?) -> Result {
      let hash = hashes[row]
      let tag = hash &>> 32
      let entry = (hash & 0xFFFF_FFFF_0000_0000) | UInt64(truncatingIfNeeded: row &+ 1)
      var position = home
      while true {
        let slot = slots[position]
        if slot == 0 {
          chain[row] = JoinTable.none
          slots[position] = entry
          return .added
        }
        if slot &>> 32 == tag {
          let head = Int(truncatingIfNeeded: slot & 0xFFFF_FFFF) &- 1
          let isEqual = KeyWords.isEqual(
            words + head &* width,
            words + row &* width,
            comparedWordCount,
            textCount
          )
          if isEqual {
            chain[row] = UInt32(truncatingIfNeeded: head &+ 1)
            slots[position] = entry
            return .chained
          }
        }
        position &+= 1
        if let end, position == end { return .noPlace }
        position &= mask
      }
    }
  }

  /// The row after `row` in its chain; both numbered from one.
  @inline(__always)
  func next(after row: UInt32) -> UInt32 { next.base[Int(row) &- 1] }

  /// The chain's links, for loops: the entry of row `r` (from one) is at `r - 1`.
  var links: UnsafePointer<UInt32> { UnsafePointer(next.base) }

  /// Writes the first row of each probe row's chain, or ``none``, to `heads`.
  func find(
    words probe: UnsafePointer<UInt64>,
    hashes probeHashes: UnsafePointer<UInt64>,
    nulls: UnsafePointer<UInt8>?,
    rowCount: Int,
    heads: UnsafeMutablePointer<UInt32>
  ) {
    if let direct, let width = JoinTable.integerWidth(layout), let range = keyRange {
      let base = range.lowerBound
      let entries = direct.base
      let count = UInt64(direct.count)
      for row in 0..<rowCount {
        let entry = UInt64(bitPattern: JoinTable.integer(probe[row], width) &- base)
        heads[row] = entry < count ? entries[Int(truncatingIfNeeded: entry)] : JoinTable.none
      }
    } else {
      findInSlots(probe, probeHashes, rowCount, heads)
    }
    if let nulls {
      for row in 0..<rowCount where nulls[row] != 0 { heads[row] = JoinTable.none }
    }
  }

  private func findInSlots(
    _ probe: UnsafePointer<UInt64>,
    _ probeHashes: UnsafePointer<UInt64>,
    _ rowCount: Int,
    _ heads: UnsafeMutablePointer<UInt32>
  ) {
    let slots = slots.base
    let mask = self.slots.count &- 1
    let width = layout.wordCount
    let compared = layout.comparedWordCount
    let textCount = layout.textWords.count
    let words = words.base
    let isLarge = self.slots.count > 1 << 15
    let isOneWord = width == 1 && textCount == 0
    for row in 0..<rowCount {
      if isLarge && row &+ 12 < rowCount {
        lake_prefetch(slots + (Int(truncatingIfNeeded: probeHashes[row &+ 12]) & mask))
      }
      let hash = probeHashes[row]
      let tag = hash &>> 32
      var position = Int(truncatingIfNeeded: hash) & mask
      var found = JoinTable.none
      while true {
        let slot = slots[position]
        if slot == 0 { break }
        if slot &>> 32 == tag {
          let head = Int(truncatingIfNeeded: slot & 0xFFFF_FFFF) &- 1
          let isSame =
            isOneWord
            ? words[head] == probe[row]
            : KeyWords.isEqual(words + head &* width, probe + row &* width, compared, textCount)
          if isSame {
            found = UInt32(truncatingIfNeeded: head &+ 1)
            break
          }
        }
        position = (position &+ 1) & mask
      }
      heads[row] = found
    }
  }
}
