import ColumnFormat

/// How the values of one or more key columns lie in a fixed number of 64-bit words.
///
/// Two rows are equal as keys when their words are, where a text's two words are compared as a
/// ``ByteView``. Nulls are equal to each other, as GROUP BY wants it: columns of fixed width get a
/// null bit, a null text is a view that no text has. A single column of 64 bits has no bit to spare;
/// its null is told by bit 63 of the hash (see ``KeyEncoder``), so that most keys stay one word.
struct KeyLayout: Sendable {
  /// Where one key column lies.
  enum Part: Sendable {
    /// An integer, a date, a truth value, a float's bits: `width` bits from `shift` of `word`.
    case bits(word: Int, shift: Int, width: Int, null: NullBit?)
    /// Sixteen bytes, low half first.
    case wide(word: Int, null: NullBit)
    /// An instant that is compared, and its zone in a word that is not.
    case zoned(word: Int, zone: Int, null: NullBit)
    /// A view of text, or of the coded bytes of a list or row.
    case text(word: Int, isCoded: Bool)
  }

  struct NullBit: Sendable {
    var word: Int
    var bit: Int
  }

  let types: [SQLType]
  let parts: [Part]
  /// How many words a row has.
  let wordCount: Int
  /// How many of them, from the first one on, make rows equal; the others are carried along.
  let comparedWordCount: Int
  /// Where texts begin; each has two words.
  let textWords: [Int]
  /// Whether the only column takes a whole word, so that null is told by the hash.
  let isSingleWord: Bool

  /// What stands for a null text: no text is as long, and nobody reads its bytes.
  static let nullText: ByteView = {
    var view = ByteView()
    view.head = .max
    return view
  }()

  init(_ types: [SQLType]) {
    self.types = types
    let widths = types.map { KeyLayout.width($0.physicalType) }
    if types.count == 1, widths[0] == 64 {
      parts = [.bits(word: 0, shift: 0, width: 64, null: nil)]
      wordCount = 1
      comparedWordCount = 1
      textWords = []
      isSingleWord = true
      return
    }
    isSingleWord = false
    var places: [Part?] = Array(repeating: nil, count: types.count)
    var next = 0
    var texts: [Int] = []
    for (column, width) in widths.enumerated() where width == 0 {
      places[column] = .text(word: next, isCoded: types[column].physicalType != .bytes)
      texts.append(next)
      next += 2
    }
    for (column, width) in widths.enumerated() where width == 128 {
      if types[column].hasZone {
        places[column] = .zoned(word: next, zone: 0, null: NullBit(word: 0, bit: 0))
        next += 1
        continue
      }
      places[column] = .wide(word: next, null: NullBit(word: 0, bit: 0))
      next += 2
    }
    // Bits left free in each word from `next` on, filled first fit from wide to narrow.
    let packedFrom = next
    var free: [Int] = []
    func place(_ width: Int) -> (word: Int, shift: Int) {
      for index in free.indices where free[index] >= width {
        let shift = 64 - free[index]
        free[index] -= width
        return (packedFrom + index, shift)
      }
      free.append(64 - width)
      return (packedFrom + free.count - 1, 0)
    }
    let packed = widths.indices.filter { widths[$0] > 0 && widths[$0] <= 64 }
      .sorted { widths[$0] > widths[$1] }
    for column in packed {
      let (word, shift) = place(widths[column])
      places[column] = .bits(word: word, shift: shift, width: widths[column], null: nil)
    }
    for column in widths.indices where widths[column] > 0 {
      let (word, bit) = place(1)
      let null = NullBit(word: word, bit: bit)
      switch places[column] {
      case .bits(let word, let shift, let width, _):
        places[column] = .bits(word: word, shift: shift, width: width, null: null)
      case .wide(let word, _): places[column] = .wide(word: word, null: null)
      case .zoned(let word, let zone, _):
        places[column] = .zoned(word: word, zone: zone, null: null)
      default: break
      }
    }
    comparedWordCount = max(packedFrom + free.count, 1)
    var last = comparedWordCount
    for column in places.indices {
      guard case .zoned(let word, _, let null) = places[column] else { continue }
      places[column] = .zoned(word: word, zone: last, null: null)
      last += 1
    }
    parts = places.compactMap { $0 }
    wordCount = last
    textWords = texts
  }

  /// Bits of a value; 0 for text and nested values.
  private static func width(_ type: PhysicalType) -> Int {
    switch type {
    case .boolean: 1
    case .int8: 8
    case .int16: 16
    case .int32, .float32: 32
    case .int64, .float64: 64
    case .int128: 128
    case .bytes, .list, .row: 0
    }
  }
}
