import ColumnFormat

/// Sorts rows whose first eight bytes of a text agree, by the bytes after them: eight at a time, and each row's
/// text is looked at once for these.
///
/// To compare the texts themselves would be to go to both of them for each comparison. Texts that end within
/// the same bytes, and have the same length, are equal; then the next key decides, if it is a text too.
struct TextTies {
  /// Fewer rows are compared.
  static let rowCountMin = 16
  /// After so many bytes texts are compared: each eight of them take a call within a call.
  private static let byteCountMax = 128

  private struct Key {
    /// Kept for its memory.
    var column: Column
    var views: UnsafePointer<ByteView>
    var flip: UInt64
  }

  /// From the first one on that words do not have all of: texts without nulls.
  private let keys: [Key]
  private let comparison: RowComparison

  /// Nil where the key that words do not have all of is no text, or may be null.
  init?(_ batch: Batch, _ order: RowOrder, from first: Int, _ comparison: RowComparison) {
    var keys: [Key] = []
    for key in order.keys.dropFirst(first) {
      let column = batch.columns[key.column].flattened()
      guard case .bytes(let views, _) = column.flatValues, column.validity == nil else { break }
      keys.append(
        Key(
          column: column,
          views: UnsafePointer(views.base),
          flip: key.isDescending ? .max : 0
        )
      )
    }
    if keys.isEmpty { return nil }
    self.keys = keys
    self.comparison = comparison
  }

  /// Sorts rows that agree in all keys before `key`, and in that text's bytes before `offset`.
  func sort(
    _ entries: UnsafeMutablePointer<RowSorter.Entry>,
    _ count: Int,
    _ scratch: UnsafeMutablePointer<RowSorter.Entry>,
    key: Int = 0,
    offset: Int = 8
  ) {
    if count < TextTies.rowCountMin || key >= keys.count || offset >= TextTies.byteCountMax {
      return RowSorter.sortByComparison(entries, count, scratch, comparison)
    }
    let (views, flip) = (keys[key].views, keys[key].flip)
    var shortest = UInt32.max
    var longest: UInt32 = 0
    for index in 0..<count {
      let view = views[Int(truncatingIfNeeded: entries[index].row)]
      let length = UInt32(truncatingIfNeeded: view.head)
      shortest = min(shortest, length)
      longest = max(longest, length)
      entries[index].word = TextTies.word(view, at: offset) ^ flip
    }
    if longest <= offset {
      // Those of one length are equal; of others one may end with the zeros that the other lacks.
      if shortest != longest {
        return RowSorter.sortByComparison(entries, count, scratch, comparison)
      }
      return sort(entries, count, scratch, key: key + 1, offset: 0)
    }
    RowSorter.sortByWord(entries, count, scratch)
    var start = 0
    while start < count {
      let word = entries[start].word
      var end = start + 1
      while end < count && entries[end].word == word { end += 1 }
      if end - start > 1 {
        sort(entries + start, end - start, scratch + start, key: key, offset: offset + 8)
      }
      start = end
    }
  }

  /// Eight bytes of a text as a big-endian number, with zeros after its end.
  @inline(__always)
  private static func word(_ view: ByteView, at offset: Int) -> UInt64 {
    if view.isInline {
      switch offset {
      case 0: return SortWords.prefix(view)
      case 8: return (view.tail &>> 32).byteSwapped
      default: return 0
      }
    }
    let count = Int(truncatingIfNeeded: UInt32(truncatingIfNeeded: view.head))
    if offset &+ 8 <= count {
      return (view.address + offset).loadUnaligned(as: UInt64.self).byteSwapped
    }
    if offset >= count { return 0 }
    // A text that is not inline has more than eight bytes.
    let last = (view.address + (count &- 8)).loadUnaligned(as: UInt64.self).byteSwapped
    return last &<< UInt64(truncatingIfNeeded: (offset &+ 8 &- count) &* 8)
  }
}
