import ColumnFormat

/// Leaves out rows whose key was there shortly before, where nothing but the keys is asked for:
/// DISTINCT, and the first stage of distinct aggregates.
///
/// A column that is mostly one value sends a part of its rows on. What is left may repeat keys still.
/// Where hardly any row is left out, it no longer looks.
struct RepeatedKeys {
  private static let slotCount = 2048
  /// After so many rows it is seen whether it was worth looking.
  private static let trialRowCount = 1 << 16

  private let layout: KeyLayout
  /// The key last seen with a hash's lower bits, and the hash; keys whose words tell all there is.
  private let words: Buffer<UInt64>
  /// All ones, which is no key's hash, where there is no key.
  private let hashes: Buffer<UInt64>
  private var rowCount = 0
  private var keptCount = 0
  private var isOff = false

  init(_ layout: KeyLayout) {
    self.layout = layout
    words = Buffer(repeating: 0, count: RepeatedKeys.slotCount * layout.wordCount)
    hashes = Buffer(repeating: .max, count: RepeatedKeys.slotCount)
  }

  /// Moves the keys that are not known to repeat to the front, and tells how many they are.
  mutating func removeRepeats(
    words rows: UnsafeMutablePointer<UInt64>,
    hashes rowHashes: UnsafeMutablePointer<UInt64>,
    rowCount count: Int
  ) -> Int {
    if isOff { return count }
    let kept =
      switch (layout.wordCount, layout.textWords.count) {
      case (1, 0): remove(rows, rowHashes, count, width: 1, textCount: 0)
      case (2, 0): remove(rows, rowHashes, count, width: 2, textCount: 0)
      case (2, 1): remove(rows, rowHashes, count, width: 2, textCount: 1)
      default:
        remove(rows, rowHashes, count, width: layout.wordCount, textCount: layout.textWords.count)
      }
    rowCount &+= count
    keptCount &+= kept
    if rowCount >= RepeatedKeys.trialRowCount {
      isOff = keptCount &* 8 > rowCount &* 7
      rowCount = 0
      keptCount = 0
    }
    return kept
  }

  @inline(__always)
  private func remove(
    _ rows: UnsafeMutablePointer<UInt64>,
    _ rowHashes: UnsafeMutablePointer<UInt64>,
    _ count: Int,
    width: Int,
    textCount: Int
  ) -> Int {
    let words = words.base
    let hashes = hashes.base
    var kept = 0
    for row in 0..<count {
      let hash = rowHashes[row]
      let source = rows + row &* width
      let slot = Int(truncatingIfNeeded: hash) & (RepeatedKeys.slotCount &- 1)
      let known = words + slot &* width
      if hashes[slot] == hash {
        var difference: UInt64 = 0
        for word in 0..<width { difference |= known[word] ^ source[word] }
        if difference == 0 { continue }
      }
      // The address in the words of a long text says nothing once the text is gone.
      if RepeatedKeys.isWhole(source, textCount) {
        for word in 0..<width { known[word] = source[word] }
        hashes[slot] = hash
      }
      if kept != row {
        let target = rows + kept &* width
        for word in 0..<width { target[word] = source[word] }
        rowHashes[kept] = hash
      }
      kept &+= 1
    }
    return kept
  }

  /// Whether no text of the key is elsewhere in memory; texts come first in every layout.
  @inline(__always)
  private static func isWhole(_ words: UnsafePointer<UInt64>, _ textCount: Int) -> Bool {
    for text in 0..<textCount {
      let view = KeyWords.view(words + text &* 2)
      if view.head != KeyLayout.nullText.head && !view.isInline { return false }
    }
    return true
  }
}
