import ColumnFormat

/// Leaves out rows whose key was there shortly before, where nothing but the keys is asked for:
/// DISTINCT, and the first stage of distinct aggregates.
///
/// A column that is mostly one value sends a part of its rows on. What is left may repeat keys still.
struct RepeatedKeys {
  private static let slotCount = 2048

  private let layout: KeyLayout
  /// The key last seen with a hash's lower bits, and the hash; keys whose words tell all there is.
  private let words: Buffer<UInt64>
  private let hashes: Buffer<UInt64>
  private let isUsed: Buffer<UInt8>

  init(_ layout: KeyLayout) {
    self.layout = layout
    words = Buffer(repeating: 0, count: RepeatedKeys.slotCount * layout.wordCount)
    hashes = Buffer(repeating: 0, count: RepeatedKeys.slotCount)
    isUsed = Buffer(repeating: 0, count: RepeatedKeys.slotCount)
  }

  /// Moves the keys that are not known to repeat to the front, and tells how many they are.
  func removeRepeats(
    words rows: UnsafeMutablePointer<UInt64>,
    hashes rowHashes: UnsafeMutablePointer<UInt64>,
    rowCount: Int
  ) -> Int {
    let width = layout.wordCount
    var kept = 0
    for row in 0..<rowCount {
      let hash = rowHashes[row]
      let source = rows + row &* width
      let slot = Int(truncatingIfNeeded: hash) & (RepeatedKeys.slotCount &- 1)
      let known = words.base + slot &* width
      if isUsed.base[slot] != 0 && hashes.base[slot] == hash && isSame(known, source) { continue }
      // The address in the words of a long text says nothing once the text is gone.
      if isWhole(source) {
        known.update(from: source, count: width)
        hashes.base[slot] = hash
        isUsed.base[slot] = 1
      }
      if kept != row {
        (rows + kept &* width).update(from: source, count: width)
        rowHashes[kept] = hash
      }
      kept &+= 1
    }
    return kept
  }

  @inline(__always)
  private func isSame(_ left: UnsafePointer<UInt64>, _ right: UnsafePointer<UInt64>) -> Bool {
    for word in 0..<layout.wordCount where left[word] != right[word] { return false }
    return true
  }

  /// Whether no text of the key is elsewhere in memory.
  @inline(__always)
  private func isWhole(_ words: UnsafePointer<UInt64>) -> Bool {
    for text in layout.textWords {
      if words[text] != .max && !KeyWords.view(words + text).isInline { return false }
    }
    return true
  }
}
