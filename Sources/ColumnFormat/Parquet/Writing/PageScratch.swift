/// Memory that encoding a page needs for a moment, kept from page to page.
///
/// One belongs to one thread at a time.
final class PageScratch {
  private var words = MemoryBlock(byteCount: 64)
  /// Text and binary put together from a dictionary.
  var bytes = BufferBuilder<UInt8>(capacity: 64)
  /// Where each of them ends.
  var ends = BufferBuilder<Int>(capacity: 8)
  /// What is left of them without the prefixes they share.
  var suffixes = BufferBuilder<UInt8>(capacity: 8)
  /// Lengths of values, or of what is left of them.
  var lengths = BufferBuilder<UInt32>(capacity: 8)
  /// Lengths of prefixes.
  var prefixLengths = BufferBuilder<UInt32>(capacity: 8)
  /// For each entry of a dictionary whether a page uses it.
  var marks = BufferBuilder<UInt8>(capacity: 8)

  /// Room for so many numbers; what was there is gone.
  func room<Word: BitwiseCopyable>(for count: Int, of type: Word.Type) -> UnsafeMutablePointer<Word>
  {
    let byteCount = count * MemoryLayout<Word>.stride
    if words.byteCount < byteCount { words = MemoryBlock(byteCount: byteCount) }
    return words.base.assumingMemoryBound(to: Word.self)
  }
}
