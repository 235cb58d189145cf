import ColumnFormat

/// Values of one width that are appended to, in blocks.
///
/// A few values lie in one block that grows by doubling; more lie in blocks of one size, which do not move.
/// Growing one block through all sizes would copy and clear as much memory again, and each size would be
/// asked of the system anew, as memory that was given back serves those who want the same size.
///
/// A value, so that appending a few values counts no references.
struct GrowingBlocks {
  /// The size up to which the block grows.
  private static let blockByteCount = 512 << 10
  private static let none = MemoryBlock(byteCount: 0)

  private let stride: Int
  /// Blocks to which nothing is added any more, and how many values they have.
  private var full: [(block: MemoryBlock, count: Int)] = []
  private var block: MemoryBlock
  private var base: UnsafeMutableRawPointer
  private var capacity: Int
  private var filled = 0
  private var fullCount = 0
  /// Memory held.
  private(set) var byteCount: Int

  /// Values of `stride` bytes, with room for `capacity`.
  init(stride: Int, capacity: Int = 0) {
    self.stride = stride
    self.capacity = capacity
    byteCount = capacity * stride
    block = capacity == 0 ? GrowingBlocks.none : MemoryBlock(byteCount: capacity * stride)
    base = block.base
  }

  /// How many values there are.
  var count: Int { fullCount + filled }

  /// Room for `added` more values, which count as appended; the caller sets them.
  @inline(__always)
  mutating func append(_ added: Int) -> UnsafeMutableRawPointer {
    if filled &+ added > capacity { makeRoom(added) }
    let place = base + filled &* stride
    filled &+= added
    return place
  }

  private mutating func makeRoom(_ added: Int) {
    let countMax = max(GrowingBlocks.blockByteCount / stride, 1)
    if filled + added <= countMax || filled == 0 {
      byteCount -= capacity * stride
      capacity = max(filled + added, min(capacity * 2, countMax), 64)
      let larger = MemoryBlock(byteCount: capacity * stride)
      larger.base.copyMemory(from: base, byteCount: filled * stride)
      block = larger
    } else {
      close()
      capacity = max(countMax, added)
      block = MemoryBlock(byteCount: capacity * stride)
    }
    base = block.base
    byteCount += capacity * stride
  }

  private mutating func close() {
    full.append((block, filled))
    fullCount += filled
    filled = 0
  }

  /// All values in one block, which these values share from now on.
  mutating func gathered() -> MemoryBlock {
    if full.isEmpty { return block }
    let count = count
    let all = GrowingBlocks.gathered([take()])
    (block, base, capacity, filled) = (all, all.base, count, count)
    byteCount = count * stride
    return all
  }

  /// The values of all, one after the other, in one block.
  static func gathered(_ parts: [GrowingBlocks]) -> MemoryBlock {
    if parts.count == 1, parts[0].full.isEmpty { return parts[0].block }
    let stride = parts.first?.stride ?? 1
    let all = MemoryBlock(byteCount: parts.reduce(0) { $0 + $1.count } * stride)
    var place = all.base
    for part in parts {
      for (block, count) in part.full + [(part.block, part.filled)] {
        place.copyMemory(from: block.base, byteCount: count * stride)
        place += count * stride
      }
    }
    return all
  }

  /// The values, which are not here any more.
  mutating func take() -> GrowingBlocks {
    let taken = self
    self = GrowingBlocks(stride: stride)
    return taken
  }
}
