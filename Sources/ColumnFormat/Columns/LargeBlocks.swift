import Synchronization

#if canImport(Glibc)
  import Glibc
#endif

/// Blocks of 64 KiB and more that were given back, kept for whoever asks for that size next.
///
/// The kernel clears every page it hands out: hash tables and scattered rows of one query after the
/// other spent up to two fifths of their time on that. What lies idle and what is in use are together
/// never more than what was in use at one time, so keeping blocks does not raise the peak of memory.
enum LargeBlocks {
  /// Smaller blocks are ``BlockPool``'s.
  static let byteCountMin = 64 << 10

  /// From this size on a block is aligned to, and asks the system for, huge pages: a 200 MB hash
  /// table went from 59-93 to 35-44 ns a row with them.
  private static let hugePageByteCount = 2 << 20

  /// Idle blocks by size, and the sums.
  private struct State: @unchecked Sendable {
    var idle: [Int: [UnsafeMutableRawPointer]] = [:]
    var idleByteCount = 0
    var usedByteCount = 0
    var usedByteCountMax = 0

    /// Takes idle blocks out, the largest first, until at most `limit` bytes are idle.
    mutating func removeIdle(downTo limit: Int) -> [UnsafeMutableRawPointer] {
      var removed: [UnsafeMutableRawPointer] = []
      while idleByteCount > limit, let size = idle.keys.max() {
        while idleByteCount > limit, let block = idle[size]?.popLast() {
          idleByteCount -= size
          removed.append(block)
        }
        if idle[size]?.isEmpty ?? true { idle[size] = nil }
      }
      return removed
    }
  }

  private static let state = Mutex(State())

  /// Sizes come in eight steps for each power of two, so that a block fits many wishes.
  private static func rounded(_ byteCount: Int) -> Int {
    let exponent = Int.bitWidth - 1 - (byteCount - 1).leadingZeroBitCount
    let step = max(1 << (exponent - 3), 4096)
    return (byteCount + step - 1) / step * step
  }

  /// A block of at least `byteCount` bytes, aligned to 64, or to 2 MiB from that size on.
  static func take(byteCount: Int) -> UnsafeMutableRawPointer {
    let size = rounded(byteCount)
    let (known, surplus) = state.withLock {
      state -> (UnsafeMutableRawPointer?, [UnsafeMutableRawPointer]) in
      state.usedByteCount += size
      state.usedByteCountMax = max(state.usedByteCountMax, state.usedByteCount)
      let block = state.idle[size]?.popLast()
      if block != nil { state.idleByteCount -= size }
      return (block, state.removeIdle(downTo: state.usedByteCountMax - state.usedByteCount))
    }
    for block in surplus { block.deallocate() }
    if let known { return known }
    if size < hugePageByteCount {
      return UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 64)
    }
    let block = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: hugePageByteCount)
    madvise(block, size, MADV_HUGEPAGE)
    return block
  }

  /// Gives back a block that ``take(byteCount:)`` returned for this size.
  static func give(_ block: UnsafeMutableRawPointer, byteCount: Int) {
    let size = rounded(byteCount)
    state.withLock { state in
      state.usedByteCount -= size
      state.idleByteCount += size
      state.idle[size, default: []].append(block)
    }
  }

  /// Gives all idle blocks back to the system.
  static func releaseIdle() {
    let blocks = state.withLock { state in
      state.usedByteCountMax = state.usedByteCount
      return state.removeIdle(downTo: 0)
    }
    for block in blocks { block.deallocate() }
  }
}
