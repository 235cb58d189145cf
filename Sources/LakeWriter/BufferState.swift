/// Decides when which partition's buffer becomes a file: a pure state machine.
///
/// Facts go in (records were buffered, a clock was read, the input ended), actions come out (flush
/// these partitions); files, clocks and threads are the caller's.
struct BufferState<Key: Hashable & Comparable> {
  /// Why a buffer is flushed; counted in the summary.
  enum Reason: Sendable, Hashable {
    case size
    case age
    /// The memory of all buffers together came to its limit.
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
    /// When the oldest record arrived, in milliseconds.
    var openedMillis: Int64
    /// The number of the last change, to find the buffer that nobody writes to any more.
    var touched: Int
  }

  private let hints: BufferingHints
  private let memoryByteCountMax: Int
  private var entries: [Key: Entry] = [:]
  private var clock = 0
  /// The memory of all buffers.
  private(set) var memoryByteCount = 0

  init(hints: BufferingHints, memoryByteCountMax: Int) {
    self.hints = hints
    self.memoryByteCountMax = memoryByteCountMax
  }

  /// The number of partitions with buffered records.
  var openCount: Int { entries.count }

  /// When the oldest buffered record arrived.
  var oldestMillis: Int64? { entries.values.lazy.map(\.openedMillis).min() }

  /// Records were appended to a buffer that now takes `memoryByteCount` bytes.
  mutating func buffered(
    _ key: Key,
    inputByteCount: Int,
    memoryByteCount: Int,
    nowMillis: Int64
  ) -> [Flush] {
    clock += 1
    var entry = entries[key] ?? Entry(openedMillis: nowMillis, touched: clock)
    self.memoryByteCount += memoryByteCount - entry.memoryByteCount
    entry.inputByteCount += inputByteCount
    entry.memoryByteCount = memoryByteCount
    entry.touched = clock
    entries[key] = entry
    if entry.inputByteCount >= hints.byteCount { return [flush(key, .size)] }
    return []
  }

  /// Buffers to flush until the memory is well under its limit: those first that records have not
  /// come to for longest, as for input in time order their hour is over.
  mutating func relieve() -> [Flush] {
    guard memoryByteCount > memoryByteCountMax else { return [] }
    var flushes: [Flush] = []
    let order = entries.sorted { $0.value.touched < $1.value.touched }.map(\.key)
    for key in order {
      if memoryByteCount <= memoryByteCountMax * 3 / 4 { break }
      flushes.append(flush(key, .memory))
    }
    return flushes
  }

  /// The clock was read: buffers that are old enough.
  mutating func tick(nowMillis: Int64) -> [Flush] {
    let due = entries.filter {
      nowMillis - $0.value.openedMillis >= Int64(hints.intervalSeconds) * 1000
    }
    return due.keys.sorted().map { flush($0, .age) }
  }

  /// The input ended: everything.
  mutating func end() -> [Flush] { entries.keys.sorted().map { flush($0, .end) } }

  private mutating func flush(_ key: Key, _ reason: Reason) -> Flush {
    if let entry = entries.removeValue(forKey: key) { memoryByteCount -= entry.memoryByteCount }
    return Flush(key: key, reason: reason)
  }
}
