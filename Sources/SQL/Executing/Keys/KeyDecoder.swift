import ColumnFormat

/// Turns rows of key words back into columns.
enum KeyDecoder {
  /// The key columns of `rowCount` rows; `textOwner` keeps long texts alive.
  static func columns(
    _ layout: KeyLayout,
    words: UnsafePointer<UInt64>,
    hashes: UnsafePointer<UInt64>,
    rowCount: Int,
    textOwner: AnyObject
  ) -> [Column] {
    zip(layout.types, layout.parts).map { type, part in
      switch part {
      case .bits(let word, let shift, _, let null):
        let validity = validity(
          words,
          hashes,
          layout: layout,
          null: null,
          rowCount: rowCount
        )
        return Column(
          flat: bits(words + word, layout.wordCount, shift, type.physicalType, rowCount),
          count: rowCount,
          validity: validity
        )
      case .wide(let word, let null):
        let values = Buffer<Int128>(count: rowCount)
        let stride = layout.wordCount
        for row in 0..<rowCount {
          let low = words[row &* stride &+ word]
          let high = words[row &* stride &+ word &+ 1]
          values.base[row] =
            Int128(Int64(bitPattern: high)) &<< 64 | Int128(truncatingIfNeeded: low)
        }
        return Column(
          flat: .int128(values),
          count: rowCount,
          validity: validity(words, hashes, layout: layout, null: null, rowCount: rowCount)
        )
      case .zoned(let word, let zone, let null):
        let values = Buffer<Int128>(count: rowCount)
        let stride = layout.wordCount
        for row in 0..<rowCount {
          let instant = Int64(bitPattern: words[row &* stride &+ word])
          values.base[row] =
            Int128(instant) &<< 16 | Int128(truncatingIfNeeded: words[row &* stride &+ zone])
        }
        return Column(
          flat: .int128(values),
          count: rowCount,
          validity: validity(words, hashes, layout: layout, null: null, rowCount: rowCount)
        )
      case .text(let word, let isCoded):
        let texts = texts(words + word, layout.wordCount, rowCount, textOwner)
        return isCoded ? NestedValueCoding.column(of: texts, type) : texts
      }
    }
  }

  private static func validity(
    _ words: UnsafePointer<UInt64>,
    _ hashes: UnsafePointer<UInt64>,
    layout: KeyLayout,
    null: KeyLayout.NullBit?,
    rowCount: Int
  ) -> Validity? {
    guard let null else { return Validity.of(count: rowCount) { hashes[$0] &>> 63 == 0 } }
    let stride = layout.wordCount
    let place = words + null.word
    let bit = UInt64(null.bit)
    return Validity.of(count: rowCount) { (place[$0 &* stride] &>> bit) & 1 == 0 }
  }

  private static func bits(
    _ source: UnsafePointer<UInt64>,
    _ stride: Int,
    _ shift: Int,
    _ type: PhysicalType,
    _ rowCount: Int
  ) -> Values {
    let amount = UInt64(shift)
    @inline(__always)
    func load<Element: BitwiseCopyable>(_ value: (UInt64) -> Element) -> Buffer<Element> {
      let values = Buffer<Element>(count: rowCount)
      for row in 0..<rowCount { values.base[row] = value(source[row &* stride] &>> amount) }
      return values
    }
    switch type {
    case .boolean: return .boolean(load { UInt8(truncatingIfNeeded: $0 & 1) })
    case .int8: return .int8(load { Int8(truncatingIfNeeded: $0) })
    case .int16: return .int16(load { Int16(truncatingIfNeeded: $0) })
    case .int32: return .int32(load { Int32(truncatingIfNeeded: $0) })
    case .int64: return .int64(load { Int64(bitPattern: $0) })
    case .float32: return .float32(load { Float(bitPattern: UInt32(truncatingIfNeeded: $0)) })
    case .float64: return .float64(load { Double(bitPattern: $0) })
    case .int128, .bytes, .list, .row: preconditionFailure("not a key of one word")
    }
  }

  private static func texts(
    _ source: UnsafePointer<UInt64>,
    _ stride: Int,
    _ rowCount: Int,
    _ owner: AnyObject
  ) -> Column {
    let views = Buffer<ByteView>(count: rowCount)
    let validity = Validity.of(count: rowCount) { row in
      let view = KeyWords.view(source + row &* stride)
      let isNull = view.head == KeyLayout.nullText.head
      views.base[row] = isNull ? ByteView() : view
      return !isNull
    }
    return Column(
      flat: .bytes(views, heap: ByteHeap([owner])),
      count: rowCount,
      validity: validity
    )
  }
}
