internal import CKernels
import ColumnFormat

/// Numbers distinct keys from zero, in the order in which they are first seen.
///
/// Linear probing over slots of eight bytes: the upper half of the hash as a tag, and the number plus
/// one. Keys and hashes lie densely by number, so that growing moves only slots.
final class GroupTable {
  let layout: KeyLayout
  private(set) var count = 0
  /// The keys' words by number.
  private(set) var keys: UnsafeMutablePointer<UInt64>
  /// The keys' hashes by number.
  private(set) var hashes: UnsafeMutablePointer<UInt64>
  private var keyBlock: MemoryBlock
  private var hashBlock: MemoryBlock
  private var capacity: Int
  private var slots: UnsafeMutablePointer<UInt64>
  private var slotBlock: MemoryBlock
  private var slotCount: Int
  /// Long texts of keys; nil where those of the rows stay as long as the table.
  private let arena: ByteArena?
  /// Whether some thousand more keys may make it twice as large.
  var isNearlyFull: Bool { count + 4 * Batch.rowCountTarget > capacity }

  /// What keeps the keys' long texts alive.
  let textOwner: AnyObject

  /// - Parameters:
  ///   - layout: Of the keys.
  ///   - capacity: For how many keys there is room without growing.
  ///   - textOwner: What keeps the rows' long texts alive; nil where they may go before the table does,
  ///     which then copies those of new keys.
  init(_ layout: KeyLayout, capacity: Int = 1024, textOwner: AnyObject? = nil) {
    self.layout = layout
    if let textOwner {
      arena = nil
      self.textOwner = textOwner
    } else {
      let arena = ByteArena()
      self.arena = arena
      self.textOwner = arena
    }
    self.capacity = max(capacity, 16)
    keyBlock = MemoryBlock(byteCount: self.capacity * layout.wordCount * 8)
    hashBlock = MemoryBlock(byteCount: self.capacity * 8)
    keys = keyBlock.base.assumingMemoryBound(to: UInt64.self)
    hashes = hashBlock.base.assumingMemoryBound(to: UInt64.self)
    slotCount = GroupTable.slotCount(for: self.capacity)
    slotBlock = MemoryBlock(byteCount: slotCount * 8)
    slots = slotBlock.base.assumingMemoryBound(to: UInt64.self)
    slots.update(repeating: 0, count: slotCount)
  }

  /// Gives back what only looking up keys takes; where some are looked up after all, it is made anew.
  func endLookups() {
    capacity = count
    slotCount = 0
    slotBlock = MemoryBlock(byteCount: 0)
    slots = slotBlock.base.assumingMemoryBound(to: UInt64.self)
  }

  /// A power of two of which at most half is used.
  private static func slotCount(for capacity: Int) -> Int {
    var count = 32
    while count < capacity * 2 { count *= 2 }
    return count
  }

  var byteCount: Int {
    keyBlock.byteCount + hashBlock.byteCount + slotBlock.byteCount + (arena?.byteCount ?? 0)
  }

  /// Writes the number of each row's key to `groups`, new keys getting the next numbers.
  ///
  /// `words` and `hashes` are the rows' as ``KeyEncoder`` or another table has them.
  func resolve(
    words: UnsafePointer<UInt64>,
    hashes: UnsafePointer<UInt64>,
    rowCount: Int,
    groups: UnsafeMutablePointer<UInt32>
  ) {
    makeRoom(rowCount)
    switch (layout.wordCount, layout.textWords.count) {
    case (1, 0): resolveOneWord(words, hashes, rowCount, groups)
    case (2, 0): resolveTwoWords(words, hashes, rowCount, groups)
    case (2, 1): resolveText(words, hashes, rowCount, groups)
    default: resolveWords(words, hashes, rowCount, groups)
    }
  }

  private func makeRoom(_ additional: Int) {
    if count + additional <= capacity { return }
    let needed = max(count + additional, capacity * 2)
    let stride = layout.wordCount
    let moreKeys = MemoryBlock(byteCount: needed * stride * 8)
    moreKeys.base.copyMemory(from: keys, byteCount: count * stride * 8)
    keyBlock = moreKeys
    keys = moreKeys.base.assumingMemoryBound(to: UInt64.self)
    let moreHashes = MemoryBlock(byteCount: needed * 8)
    moreHashes.base.copyMemory(from: hashes, byteCount: count * 8)
    hashBlock = moreHashes
    hashes = moreHashes.base.assumingMemoryBound(to: UInt64.self)
    capacity = needed
    slotCount = GroupTable.slotCount(for: capacity)
    slotBlock = MemoryBlock(byteCount: slotCount * 8)
    slots = slotBlock.base.assumingMemoryBound(to: UInt64.self)
    slots.update(repeating: 0, count: slotCount)
    let mask = slotCount &- 1
    for group in 0..<count {
      let hash = hashes[group]
      var slot = Int(truncatingIfNeeded: hash) & mask
      while slots[slot] != 0 { slot = (slot &+ 1) & mask }
      slots[slot] = GroupTable.slot(hash, group)
    }
  }

  @inline(__always)
  private static func slot(_ hash: UInt64, _ group: Int) -> UInt64 {
    (hash & 0xFFFF_FFFF_0000_0000) | UInt64(truncatingIfNeeded: group &+ 1)
  }

  /// The loop of all layouts: `isEqual` compares row and group, `add` stores the key of a new group.
  @inline(__always)
  private func probe(
    _ rowHashes: UnsafePointer<UInt64>,
    _ rowCount: Int,
    _ groups: UnsafeMutablePointer<UInt32>,
    isEqual: (_ row: Int, _ group: Int) -> Bool,
    add: (_ row: Int, _ group: Int) -> Void
  ) {
    let slots = slots
    let ownHashes = hashes
    let mask = slotCount &- 1
    var groupCount = count
    // Beyond the second-level cache the slots are asked for ahead.
    let isLarge = slotCount > 1 << 15
    let ahead = 12
    for row in 0..<rowCount {
      if isLarge && row &+ ahead < rowCount {
        lake_prefetch(slots + (Int(truncatingIfNeeded: rowHashes[row &+ ahead]) & mask))
      }
      let hash = rowHashes[row]
      let tag = hash &>> 32
      var position = Int(truncatingIfNeeded: hash) & mask
      while true {
        let slot = slots[position]
        if slot == 0 {
          slots[position] = GroupTable.slot(hash, groupCount)
          ownHashes[groupCount] = hash
          add(row, groupCount)
          groups[row] = UInt32(truncatingIfNeeded: groupCount)
          groupCount &+= 1
          break
        }
        if slot &>> 32 == tag {
          let group = Int(truncatingIfNeeded: slot & 0xFFFF_FFFF) &- 1
          if isEqual(row, group) {
            groups[row] = UInt32(truncatingIfNeeded: group)
            break
          }
        }
        position = (position &+ 1) & mask
      }
    }
    count = groupCount
  }

  private func resolveOneWord(
    _ words: UnsafePointer<UInt64>,
    _ rowHashes: UnsafePointer<UInt64>,
    _ rowCount: Int,
    _ groups: UnsafeMutablePointer<UInt32>
  ) {
    let keys = keys
    probe(
      rowHashes,
      rowCount,
      groups,
      isEqual: { row, group in keys[group] == words[row] },
      add: { row, group in keys[group] = words[row] }
    )
  }

  private func resolveTwoWords(
    _ words: UnsafePointer<UInt64>,
    _ rowHashes: UnsafePointer<UInt64>,
    _ rowCount: Int,
    _ groups: UnsafeMutablePointer<UInt32>
  ) {
    let keys = keys
    probe(
      rowHashes,
      rowCount,
      groups,
      isEqual: { row, group in
        keys[group &* 2] == words[row &* 2] && keys[group &* 2 &+ 1] == words[row &* 2 &+ 1]
      },
      add: { row, group in
        keys[group &* 2] = words[row &* 2]
        keys[group &* 2 &+ 1] = words[row &* 2 &+ 1]
      }
    )
  }

  private func resolveText(
    _ words: UnsafePointer<UInt64>,
    _ rowHashes: UnsafePointer<UInt64>,
    _ rowCount: Int,
    _ groups: UnsafeMutablePointer<UInt32>
  ) {
    let keys = keys
    let arena = arena
    probe(
      rowHashes,
      rowCount,
      groups,
      isEqual: { row, group in
        GroupTable.isTextEqual(keys + group &* 2, words + row &* 2)
      },
      add: { row, group in
        GroupTable.copyText(from: words + row &* 2, to: keys + group &* 2, arena)
      }
    )
  }

  private func resolveWords(
    _ words: UnsafePointer<UInt64>,
    _ rowHashes: UnsafePointer<UInt64>,
    _ rowCount: Int,
    _ groups: UnsafeMutablePointer<UInt32>
  ) {
    let keys = keys
    let arena = arena
    let stride = layout.wordCount
    // Texts come first in every layout, so two counts describe it.
    let textCount = layout.textWords.count
    let compared = layout.comparedWordCount
    probe(
      rowHashes,
      rowCount,
      groups,
      isEqual: { row, group in
        KeyWords.isEqual(keys + group &* stride, words + row &* stride, compared, textCount)
      },
      add: { row, group in
        let source = words + row &* stride
        let target = keys + group &* stride
        for text in 0..<textCount {
          GroupTable.copyText(from: source + text &* 2, to: target + text &* 2, arena)
        }
        for word in (textCount &* 2)..<stride { target[word] = source[word] }
      }
    )
  }

  @inline(__always)
  static func isTextEqual(_ left: UnsafePointer<UInt64>, _ right: UnsafePointer<UInt64>) -> Bool {
    if left[0] != right[0] { return false }
    if left[1] == right[1] { return true }
    return ByteView.isEqual(KeyWords.view(left), KeyWords.view(right))
  }

  @inline(__always)
  static func copyText(
    from source: UnsafePointer<UInt64>,
    to target: UnsafeMutablePointer<UInt64>,
    _ arena: ByteArena?
  ) {
    target[0] = source[0]
    target[1] = source[1]
    guard let arena else { return }
    let view = KeyWords.view(source)
    if !view.isInline && source[0] != .max { target[1] = arena.copy(view).tail }
  }
}

/// Key rows outside of a table.
enum KeyWords {
  /// The text at two words.
  @inline(__always)
  static func view(_ words: UnsafePointer<UInt64>) -> ByteView {
    var view = ByteView()
    view.head = words[0]
    view.tail = words[1]
    return view
  }

  /// Whether two rows of one layout are the same key; the first `textCount` pairs of words are texts.
  @inline(__always)
  static func isEqual(
    _ left: UnsafePointer<UInt64>,
    _ right: UnsafePointer<UInt64>,
    _ wordCount: Int,
    _ textCount: Int
  ) -> Bool {
    var word = textCount &* 2
    while word < wordCount {
      if left[word] != right[word] { return false }
      word &+= 1
    }
    for text in 0..<textCount
    where !GroupTable.isTextEqual(left + text &* 2, right + text &* 2) {
      return false
    }
    return true
  }
}
