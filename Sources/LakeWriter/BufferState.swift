/// Decides when which partition's buffer becomes a file, and when files are committed: a pure state
/// machine.
///
/// Facts go in (records arrived, a clock was read, the input ended), actions come out (flush these
/// partitions, commit); files, clocks and threads are the caller's.
///
/// A commit covers everything up to one place in the input, so it flushes all buffers that are open.
/// A buffer that is full, or whose memory is needed, is flushed before that and waits unseen.
struct BufferState<Key: Hashable & Comparable> {
  /// Why a buffer is flushed or files are committed.
  enum Reason: Sendable, Hashable {
    case size
    case age
    /// The memory of all buffers together came to its limit, or there are too many of them.
    case memory
    case end
  }

  struct Flush: Equatable {
    var key: Key
    var reason: Reason
  }

  private struct Entry {
    var inputByteCount = 0
    var memoryByteCount = 0
    /// The number of the last change, to find the buffer that nobody writes to any more.
    var touched: Int
  }

  private let hints: BufferingHints
  private let memoryByteCountMax: Int
  private let openCountMax: Int
  private var entries: [Key: Entry] = [:]
  private var clock = 0
  /// How many buffers were flushed because they were full since the last commit.
  private var fullCount = 0
  /// The memory of all buffers.
  private(set) var memoryByteCount = 0
  /// When the oldest record since the last commit arrived, in milliseconds.
  private(set) var oldestMillis: Int64?

  init(hints: BufferingHints, memoryByteCountMax: Int, openCountMax: Int = .max) {
    self.hints = hints
    self.memoryByteCountMax = memoryByteCountMax
    self.openCountMax = openCountMax
  }

  /// The number of partitions with buffered records.
  var openCount: Int { entries.count }

  /// Records arrived, whatever becomes of them.
  mutating func arrived(nowMillis: Int64) {
    oldestMillis = min(oldestMillis ?? nowMillis, nowMillis)
  }

  /// Records were appended to a buffer that now takes `memoryByteCount` bytes.
  mutating func buffered(_ key: Key, inputByteCount: Int, memoryByteCount: Int) -> Flush? {
    clock += 1
    var entry = entries[key] ?? Entry(touched: clock)
    self.memoryByteCount += memoryByteCount - entry.memoryByteCount
    entry.inputByteCount += inputByteCount
    entry.memoryByteCount = memoryByteCount
    entry.touched = clock
    entries[key] = entry
    return entry.inputByteCount >= hints.byteCount ? flush(key, .size) : nil
  }

  /// Buffers to flush until memory and number are well under their limits: those first that records
  /// have not come to for longest, as for input in time order their hour is over.
  mutating func relieve() -> [Flush] {
    guard memoryByteCount > memoryByteCountMax || entries.count > openCountMax else { return [] }
    var flushes: [Flush] = []
    let order = entries.sorted { $0.value.touched < $1.value.touched }.map(\.key)
    for key in order {
      if memoryByteCount <= memoryByteCountMax / 4 * 3 && entries.count <= openCountMax / 4 * 3 {
        break
      }
      flushes.append(flush(key, .memory))
    }
    return flushes
  }

  /// Whether it is time to commit, and why.
  ///
  /// That is when the oldest record is old enough, or when buffers were full and those that are open
  /// are not more: then a commit at most doubles the number of files, and what is full becomes
  /// visible without waiting. Buffers that went for their memory wait: in input that comes in the
  /// order of time, a commit for their sake would cut the hour that is being filled.
  ///
  /// Where the clock was set back, the oldest record counts as having come now, so that it waits no
  /// longer than another one.
  mutating func commitReason(nowMillis: Int64) -> Reason? {
    guard let opened = oldestMillis else { return nil }
    let oldestMillis = min(opened, nowMillis)
    self.oldestMillis = oldestMillis
    if nowMillis - oldestMillis >= Int64(hints.intervalSeconds) * 1000 { return .age }
    return fullCount > 0 && fullCount >= entries.count ? .size : nil
  }

  /// Flushes everything for a commit.
  mutating func commit(_ reason: Reason) -> [Flush] {
    let flushes = entries.keys.sorted().map { flush($0, reason) }
    fullCount = 0
    oldestMillis = nil
    return flushes
  }

  private mutating func flush(_ key: Key, _ reason: Reason) -> Flush {
    if let entry = entries.removeValue(forKey: key) { memoryByteCount -= entry.memoryByteCount }
    if reason == .size { fullCount += 1 }
    return Flush(key: key, reason: reason)
  }
}
