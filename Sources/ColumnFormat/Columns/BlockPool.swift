import Synchronization

/// Memory that was given back, by size, to be handed out again.
///
/// Scans ask for the same sizes over and over: columns of a batch, pages of a chunk. The system's
/// allocator gives such blocks back to the kernel and gets them anew, zeroed page by page; that took a
/// tenth of the time of scans. Debug builds do without the pool, so that a sanitizer sees every use of
/// memory that was given back.
enum BlockPool {
  /// Smaller blocks are the allocator's strength.
  private static let byteCountMin = 4 << 10
  /// Larger ones are ``LargeBlocks``.
  private static let byteCountMax = 64 << 10
  /// The most that lies idle in one size.
  private static let idleByteCountMax = 4 << 20

  /// The blocks of one size.
  private final class SizeClass: Sendable {
    let byteCount: Int
    private let idle: Mutex<[Address]>
    private let countMax: Int

    private struct Address: @unchecked Sendable { var base: UnsafeMutableRawPointer }

    init(byteCount: Int) {
      self.byteCount = byteCount
      countMax = max(BlockPool.idleByteCountMax / byteCount, 4)
      idle = Mutex([])
    }

    func take() -> UnsafeMutableRawPointer {
      idle.withLock { $0.popLast() }?.base
        ?? UnsafeMutableRawPointer.allocate(byteCount: byteCount, alignment: 64)
    }

    func give(_ base: UnsafeMutableRawPointer) {
      let address = Address(base: base)
      let isKept = idle.withLock { idle in
        if idle.count >= countMax { return false }
        idle.append(address)
        return true
      }
      if !isKept { base.deallocate() }
    }
  }

  /// Four sizes for each power of two, so that at most a fifth of a block is waste.
  private static let classes: [SizeClass] = {
    var classes: [SizeClass] = []
    var size = byteCountMin
    while size < byteCountMax {
      for quarter in 4..<8 { classes.append(SizeClass(byteCount: size / 4 * quarter)) }
      size *= 2
    }
    return classes
  }()

  private static func sizeClass(_ byteCount: Int) -> SizeClass? {
    #if DEBUG
      return nil
    #else
      guard byteCount > byteCountMin / 2, byteCount <= byteCountMax / 8 * 7 else { return nil }
      let size = max(byteCount, byteCountMin)
      let exponent = Int.bitWidth - 1 - (size - 1).leadingZeroBitCount
      let power = 1 << exponent
      // The smallest quarter step that holds the size.
      let quarter = (size - power + power / 4 - 1) / (power / 4)
      let index = (exponent - 12) * 4 + quarter
      return classes[max(index, 0)]
    #endif
  }

  /// Whether a block of this size comes from ``LargeBlocks``.
  private static func isLarge(_ byteCount: Int) -> Bool {
    #if DEBUG
      return false
    #else
      return byteCount >= LargeBlocks.byteCountMin
    #endif
  }

  /// A block of at least `byteCount` bytes, aligned to 64; nil for sizes that are not pooled.
  static func take(byteCount: Int) -> UnsafeMutableRawPointer? {
    isLarge(byteCount)
      ? LargeBlocks.take(byteCount: byteCount) : sizeClass(byteCount)?.take()
  }

  /// Gives back a block that ``take(byteCount:)`` returned for this size; false where that was nil.
  static func give(_ base: UnsafeMutableRawPointer, byteCount: Int) -> Bool {
    if isLarge(byteCount) {
      LargeBlocks.give(base, byteCount: byteCount)
      return true
    }
    guard let sizeClass = sizeClass(byteCount) else { return false }
    sizeClass.give(base)
    return true
  }
}
