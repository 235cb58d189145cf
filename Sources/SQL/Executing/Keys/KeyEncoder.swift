import ColumnFormat

/// Turns key columns into rows of words and their hashes, a batch at a time.
///
/// The results stay valid until the next call; long texts point into the columns' memory, or into
/// this encoder's for lists and rows.
final class KeyEncoder {
  let layout: KeyLayout
  /// `layout.wordCount` words a row.
  private(set) var words: UnsafeMutablePointer<UInt64>
  /// One a row.
  ///
  /// Bit 63 says that the only key of a single-word layout is null.
  private(set) var hashes: UnsafeMutablePointer<UInt64>
  private var capacity = 0
  private var nestedArena = ByteArena()
  /// The hashes of a dictionary's texts, by key column; the dictionary is kept for its identity.
  private var dictionaryHashes: [Int: (dictionary: ColumnDictionary, hashes: Buffer<UInt64>)] = [:]

  init(_ layout: KeyLayout) {
    self.layout = layout
    words = .allocate(capacity: 1)
    hashes = .allocate(capacity: 1)
  }

  deinit {
    words.deallocate()
    hashes.deallocate()
  }

  var byteCount: Int { capacity * 8 * (layout.wordCount + 1) + nestedArena.byteCount }

  /// Encodes `rowCount` rows of the key columns, in the layout's order.
  func encode(_ columns: [Column], rowCount: Int) {
    reserve(rowCount)
    if layout.isSingleWord, let column = columns.first {
      encodeSingleWord(column, rowCount: rowCount)
      return
    }
    words.update(repeating: 0, count: rowCount * layout.wordCount)
    nestedArena = ByteArena()
    for (index, column) in columns.enumerated() {
      switch layout.parts[index] {
      case .bits(let word, let shift, let width, let null):
        encodeBits(column, word: word, shift: shift, width: width, rowCount: rowCount)
        if let null, let validity = column.rowValidity {
          let mask: UInt64 = width == 64 ? .max : ((1 &<< UInt64(width)) &- 1) &<< UInt64(shift)
          encodeNulls(validity, null, word: word, clearing: mask, rowCount: rowCount)
        }
      case .wide(let word, let null):
        encodeWide(column, word: word, null: null, rowCount: rowCount)
      case .zoned(let word, let zone, let null):
        encodeZoned(column, word: word, zone: zone, null: null, rowCount: rowCount)
      case .text(let word, let isCoded):
        encodeTexts(
          isCoded ? coded(column, layout.types[index]) : column,
          word: word,
          rowCount: rowCount
        )
      }
    }
    hashFixedWords(rowCount)
    for (index, part) in layout.parts.enumerated() {
      guard case .text(let word, let isCoded) = part else { continue }
      hashTexts(isCoded ? nil : columns[index], key: index, word: word, rowCount: rowCount)
    }
  }

  private func reserve(_ rowCount: Int) {
    if rowCount <= capacity { return }
    words.deallocate()
    hashes.deallocate()
    capacity = max(rowCount, Batch.rowCountTarget)
    words = .allocate(capacity: capacity * layout.wordCount)
    hashes = .allocate(capacity: capacity)
  }

  private func encodeSingleWord(_ column: Column, rowCount: Int) {
    encodeBits(column, word: 0, shift: 0, width: 64, rowCount: rowCount)
    let words = words
    let hashes = hashes
    for row in 0..<rowCount { hashes[row] = KeyHashing.hash(words[row]) }
    guard let validity = column.rowValidity else { return }
    for row in 0..<rowCount where !validity.isValid(row) {
      words[row] = 0
      hashes[row] = KeyHashing.ofNull
    }
  }

  private func encodeBits(_ column: Column, word: Int, shift: Int, width: Int, rowCount: Int) {
    let target = words + word
    let stride = layout.wordCount
    let mask: UInt64 = width == 64 ? .max : (1 &<< UInt64(width)) &- 1
    let isAlone = layout.isSingleWord
    @inline(__always)
    func store<Element: BitwiseCopyable>(
      _ values: Buffer<Element>,
      _ bits: (Element) -> UInt64
    ) {
      let source = values.base
      let amount = UInt64(truncatingIfNeeded: shift)
      if isAlone {
        for row in 0..<rowCount { target[row] = bits(source[row]) }
      } else {
        for row in 0..<rowCount {
          target[row &* stride] |= (bits(source[row]) & mask) &<< amount
        }
      }
    }
    switch column.flatValues {
    case .boolean(let values): store(values) { UInt64($0 & 1) }
    case .int8(let values): store(values) { UInt64(truncatingIfNeeded: $0) }
    case .int16(let values): store(values) { UInt64(truncatingIfNeeded: $0) }
    case .int32(let values): store(values) { UInt64(truncatingIfNeeded: $0) }
    case .int64(let values): store(values) { UInt64(bitPattern: $0) }
    case .float32(let values): store(values) { UInt64(KeyEncoder.canonicalBits($0)) }
    case .float64(let values): store(values) { KeyEncoder.canonicalBits($0) }
    case .int128, .bytes, .list, .row: preconditionFailure("not a key of one word")
    }
  }

  /// The bits of a number such that equal values have equal bits: one zero, one NaN.
  @inline(__always)
  static func canonicalBits(_ value: Double) -> UInt64 {
    value == 0 ? 0 : value.isNaN ? Double.nan.bitPattern : value.bitPattern
  }

  @inline(__always)
  static func canonicalBits(_ value: Float) -> UInt32 {
    value == 0 ? 0 : value.isNaN ? Float.nan.bitPattern : value.bitPattern
  }

  /// Sets null bits, and clears the value bits behind them.
  private func encodeNulls(
    _ validity: Validity,
    _ null: KeyLayout.NullBit,
    word: Int,
    clearing mask: UInt64,
    rowCount: Int
  ) {
    let stride = layout.wordCount
    let bit: UInt64 = 1 &<< UInt64(null.bit)
    for row in 0..<rowCount where !validity.isValid(row) {
      words[row &* stride &+ word] &= ~mask
      words[row &* stride &+ null.word] |= bit
    }
  }

  private func encodeWide(_ column: Column, word: Int, null: KeyLayout.NullBit, rowCount: Int) {
    guard case .int128(let values) = column.flatValues else {
      preconditionFailure("not a key of two words")
    }
    let stride = layout.wordCount
    let validity = column.rowValidity
    for row in 0..<rowCount {
      if let validity, !validity.isValid(row) {
        words[row &* stride &+ null.word] |= 1 &<< UInt64(null.bit)
        continue
      }
      let value = values.base[row]
      words[row &* stride &+ word] = UInt64(truncatingIfNeeded: value)
      words[row &* stride &+ word &+ 1] = UInt64(truncatingIfNeeded: value &>> 64)
    }
  }

  /// Instants, and zones beside them.
  private func encodeZoned(
    _ column: Column,
    word: Int,
    zone: Int,
    null: KeyLayout.NullBit,
    rowCount: Int
  ) {
    guard case .int128(let values) = column.flatValues else {
      preconditionFailure("not a key with a zone")
    }
    let stride = layout.wordCount
    let validity = column.rowValidity
    for row in 0..<rowCount {
      if let validity, !validity.isValid(row) {
        words[row &* stride &+ null.word] |= 1 &<< UInt64(null.bit)
        continue
      }
      let value = values.base[row]
      words[row &* stride &+ word] = UInt64(truncatingIfNeeded: value &>> 16)
      words[row &* stride &+ zone] = UInt64(truncatingIfNeeded: value) & 0xFFFF
    }
  }

  private func encodeTexts(_ column: Column, word: Int, rowCount: Int) {
    let stride = layout.wordCount
    let target = words + word
    @inline(__always)
    func store(_ row: Int, _ view: ByteView) {
      target[row &* stride] = view.head
      target[row &* stride &+ 1] = view.tail
    }
    switch column.form {
    case .dictionary(let codes, let dictionary):
      guard case .bytes(let values, _) = dictionary.values else { return }
      let source = values.base
      for row in 0..<rowCount { store(row, source[Int(codes.base[row])]) }
    default:
      guard case .bytes(let values, _) = column.flatValues else { return }
      let source = values.base
      for row in 0..<rowCount { store(row, source[row]) }
    }
    guard let validity = column.rowValidity else { return }
    for row in 0..<rowCount where !validity.isValid(row) { store(row, KeyLayout.nullText) }
  }

  /// Lists and rows as texts of their coded bytes, which stay until the next rows are encoded.
  private func coded(_ column: Column, _ type: SQLType) -> Column {
    let views = Buffer<ByteView>(count: column.count)
    let flat = column.flattened()
    var bytes: [UInt8] = []
    for row in 0..<column.count {
      bytes.removeAll(keepingCapacity: true)
      NestedValueCoding.append(flat, row: row, type, to: &bytes)
      views.base[row] = bytes.withUnsafeBytes { nestedArena.copy($0) }
    }
    return Column(
      flat: .bytes(views, heap: ByteHeap([nestedArena])),
      count: column.count,
      validity: column.rowValidity
    )
  }

  private func hashFixedWords(_ rowCount: Int) {
    let stride = layout.wordCount
    let hashes = hashes
    var isFirst = true
    var isText = Array(repeating: false, count: stride)
    for word in layout.textWords {
      isText[word] = true
      isText[word + 1] = true
    }
    for word in 0..<layout.comparedWordCount where !isText[word] {
      let source = words + word
      if isFirst {
        for row in 0..<rowCount { hashes[row] = KeyHashing.hash(source[row &* stride]) }
      } else {
        for row in 0..<rowCount {
          hashes[row] = KeyHashing.combine(hashes[row], source[row &* stride])
        }
      }
      isFirst = false
    }
    if isFirst { hashes.update(repeating: KeyHashing.seed & KeyHashing.mask, count: rowCount) }
  }

  private func hashTexts(_ column: Column?, key: Int, word: Int, rowCount: Int) {
    let stride = layout.wordCount
    let hashes = hashes
    // A dictionary that is much larger than the batch is not worth hashing as a whole.
    if case .dictionary(let codes, let dictionary)? = column?.form, let column,
      dictionary.count <= 64 * max(rowCount, 128)
    {
      let known = hashesOf(dictionary, key: key)
      if column.validity == nil {
        for row in 0..<rowCount {
          hashes[row] = KeyHashing.combine(hashes[row], known.base[Int(codes.base[row])])
        }
        return
      }
      for row in 0..<rowCount {
        let hash =
          column.isValid(row)
          ? known.base[Int(codes.base[row])] : KeyHashing.hash(KeyLayout.nullText)
        hashes[row] = KeyHashing.combine(hashes[row], hash)
      }
      return
    }
    let source = words + word
    for row in 0..<rowCount {
      var view = ByteView()
      view.head = source[row &* stride]
      view.tail = source[row &* stride &+ 1]
      hashes[row] = KeyHashing.combine(hashes[row], KeyHashing.hash(view))
    }
  }

  /// The hash of each text of a dictionary, computed once for a dictionary.
  private func hashesOf(_ dictionary: ColumnDictionary, key: Int) -> Buffer<UInt64> {
    if let known = dictionaryHashes[key], known.dictionary === dictionary { return known.hashes }
    let hashes = Buffer<UInt64>(count: dictionary.count)
    if case .bytes(let values, _) = dictionary.values {
      for entry in 0..<dictionary.count { hashes.base[entry] = KeyHashing.hash(values.base[entry]) }
    }
    dictionaryHashes[key] = (dictionary, hashes)
    return hashes
  }
}
