import ColumnFormat

/// Values of one width that are appended to, in blocks.
///
/// A few values lie in one block that grows by doubling; more lie in blocks of one size, which do not move.
/// Growing one block through all sizes would copy and clear as much memory again, and each size would be
/// asked of the system anew, as memory that was given back serves those who want the same size.
final class GrowingBlocks {
  /// The size up to which the block grows.
  private static let blockByteCount = 512 << 10

  private let stride: Int
  /// Blocks to which nothing is added any more, and how many values they have.
  private var full: [(block: MemoryBlock, count: Int)] = []
  private var block: MemoryBlock
  private var capacity: Int
  private var filled = 0
  private var fullCount = 0
  private var fullByteCount = 0

  /// Values of `stride` bytes, with room for `capacity`.
  init(stride: Int, capacity: Int = 0) {
    self.stride = stride
    self.capacity = capacity
    block = MemoryBlock(byteCount: capacity * stride)
  }

  /// How many values there are.
  var count: Int { fullCount + filled }

  /// Memory held.
  var byteCount: Int { fullByteCount + capacity * stride }

  /// Room for `added` more values, which count as appended; the caller sets them.
  func append(_ added: Int) -> UnsafeMutableRawPointer {
    if filled + added > capacity { makeRoom(added) }
    let place = block.base + filled * stride
    filled += added
    return place
  }

  private func makeRoom(_ added: Int) {
    let countMax = max(GrowingBlocks.blockByteCount / stride, 1)
    if filled + added <= countMax || filled == 0 {
      capacity = max(filled + added, min(capacity * 2, countMax), 64)
      let larger = MemoryBlock(byteCount: capacity * stride)
      larger.base.copyMemory(from: block.base, byteCount: filled * stride)
      block = larger
      return
    }
    close()
    capacity = max(countMax, added)
    block = MemoryBlock(byteCount: capacity * stride)
  }

  private func close() {
    full.append((block, filled))
    fullCount += filled
    fullByteCount += block.byteCount
    filled = 0
  }

  /// All values in one block, which these values share from now on.
  func gathered() -> MemoryBlock {
    if full.isEmpty { return block }
    let all = GrowingBlocks.gathered([self])
    let count = count
    removeAll()
    (block, capacity, filled) = (all, count, count)
    return all
  }

  /// The values of all, one after the other, in one block; nothing is left in them.
  static func gathered(_ parts: [GrowingBlocks]) -> MemoryBlock {
    if parts.count == 1, parts[0].full.isEmpty {
      defer { parts[0].removeAll() }
      return parts[0].block
    }
    let stride = parts.first?.stride ?? 1
    let all = MemoryBlock(byteCount: parts.reduce(0) { $0 + $1.count } * stride)
    var place = all.base
    for part in parts {
      part.close()
      for index in part.full.indices {
        let byteCount = part.full[index].count * stride
        place.copyMemory(from: part.full[index].block.base, byteCount: byteCount)
        place += byteCount
        // What was copied is of use to whoever needs memory next.
        part.full[index].block = GrowingBlocks.none
      }
      part.removeAll()
    }
    return all
  }

  private static let none = MemoryBlock(byteCount: 0)

  /// Forgets the values, and holds no memory any more.
  func removeAll() {
    full = []
    (fullCount, fullByteCount, filled, capacity) = (0, 0, 0, 0)
    block = GrowingBlocks.none
  }
}
