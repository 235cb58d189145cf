/// The keys that arrived within the window, with the time of each.
///
/// An open table with linear probing; keys that are out of the window leave it when it grows. One
/// thread at a time.
final class SeenKeys: @unchecked Sendable {
  struct Entry: Equatable, Sendable {
    var key: KeyHash
    /// When the record arrived, in milliseconds since 1970-01-01 UTC.
    var millis: Int64
  }

  /// Keys that are to be kept with a commit.
  struct Delta: Sendable {
    /// Those that came since the last one, or all that there are.
    var entries: [Entry]
    var isWhole: Bool
  }

  private let windowMillis: Int64
  private let byteCountMax: Int
  private var slots: UnsafeMutablePointer<Entry>
  private var mask: Int
  private var count = 0
  private var added: [Entry] = []
  /// Entries that were handed out since all of them were.
  private var deltaCount = 0
  private var deltaEntryCount = 0

  private static let free = Int64.min
  /// So many files are read at a start before all keys are written again.
  private static let deltaCountMax = 16

  init(windowMillis: Int64, byteCountMax: Int) {
    self.windowMillis = windowMillis
    self.byteCountMax = byteCountMax
    mask = 1023
    slots = SeenKeys.allocate(1024)
  }

  deinit { slots.deallocate() }

  private static func allocate(_ capacity: Int) -> UnsafeMutablePointer<Entry> {
    let slots = UnsafeMutablePointer<Entry>.allocate(capacity: capacity)
    let none = Entry(key: KeyHash(high: 0, low: 0), millis: free)
    slots.initialize(repeating: none, count: capacity)
    return slots
  }

  /// Takes a key that came now, unless it came within the window before.
  ///
  /// - Returns: Whether it is new.
  /// - Throws: When there is no memory left for it.
  func insert(_ key: KeyHash, nowMillis: Int64) throws(LakeWriterError) -> Bool {
    if (count + 1) * 4 > (mask + 1) * 3 { try grow(nowMillis: nowMillis) }
    let slot = find(key)
    if slots[slot].millis != SeenKeys.free {
      if nowMillis - slots[slot].millis < windowMillis { return false }
    } else {
      count += 1
    }
    slots[slot] = Entry(key: key, millis: nowMillis)
    added.append(slots[slot])
    return true
  }

  /// Takes keys that earlier runs kept.
  func load(_ entries: [Entry], nowMillis: Int64) throws(LakeWriterError) {
    for entry in entries where nowMillis - entry.millis < windowMillis {
      if (count + 1) * 4 > (mask + 1) * 3 { try grow(nowMillis: nowMillis) }
      let slot = find(entry.key)
      if slots[slot].millis == SeenKeys.free { count += 1 }
      if entry.millis > slots[slot].millis { slots[slot] = entry }
    }
  }

  private func find(_ key: KeyHash) -> Int {
    var slot = Int(truncatingIfNeeded: key.low) & mask
    while slots[slot].millis != SeenKeys.free && slots[slot].key != key { slot = (slot + 1) & mask }
    return slot
  }

  private func grow(nowMillis: Int64) throws(LakeWriterError) {
    let old = slots
    let oldCapacity = mask + 1
    var liveCount = 0
    for slot in 0..<oldCapacity
    where old[slot].millis != SeenKeys.free && nowMillis - old[slot].millis < windowMillis {
      liveCount += 1
    }
    var capacity = oldCapacity
    while liveCount * 2 > capacity { capacity *= 2 }
    if capacity * MemoryLayout<Entry>.stride > byteCountMax {
      throw LakeWriterError(
        .invalidSettings(
          "--dedup: the \(liveCount) keys of the window take more than \(byteCountMax >> 20) MiB"
        ),
        path: "",
        help: "choose a shorter --dedup-window or more --memory, and go on with --resume"
      )
    }
    slots = SeenKeys.allocate(capacity)
    mask = capacity - 1
    count = liveCount
    for slot in 0..<oldCapacity
    where old[slot].millis != SeenKeys.free && nowMillis - old[slot].millis < windowMillis {
      slots[find(old[slot].key)] = old[slot]
    }
    old.deallocate()
  }

  /// Hands over what is to be kept with the records that came so far; nil if there is nothing new.
  func take(nowMillis: Int64) -> Delta? {
    if added.isEmpty { return nil }
    deltaCount += 1
    deltaEntryCount += added.count
    defer { added = [] }
    if deltaCount < SeenKeys.deltaCountMax || deltaEntryCount * 2 < count && deltaCount < 256 {
      return Delta(entries: added, isWhole: false)
    }
    deltaCount = 0
    deltaEntryCount = 0
    var all: [Entry] = []
    all.reserveCapacity(count)
    for slot in 0...mask
    where slots[slot].millis != SeenKeys.free && nowMillis - slots[slot].millis < windowMillis {
      all.append(slots[slot])
    }
    return Delta(entries: all, isWhole: true)
  }
}
