/// The least and the greatest of some values, in the order that Parquet defines for their type.
///
/// parquet.thrift, `ColumnOrder`: numbers by value, text and bytes unsigned byte by byte. NaN is
/// left out. Bytes are views into the column's own memory.
enum ValueBounds {
  case none
  case int(Int64, Int64)
  case int128(Int128, Int128)
  case float(Float, Float)
  case double(Double, Double)
  case bytes(ByteView, ByteView)

  /// The bounds of both.
  func union(_ other: ValueBounds) -> ValueBounds {
    switch (self, other) {
    case (.none, _): other
    case (_, .none): self
    case (.int(let low, let high), .int(let otherLow, let otherHigh)):
      .int(min(low, otherLow), max(high, otherHigh))
    case (.int128(let low, let high), .int128(let otherLow, let otherHigh)):
      .int128(min(low, otherLow), max(high, otherHigh))
    case (.float(let low, let high), .float(let otherLow, let otherHigh)):
      .float(min(low, otherLow), max(high, otherHigh))
    case (.double(let low, let high), .double(let otherLow, let otherHigh)):
      .double(min(low, otherLow), max(high, otherHigh))
    case (.bytes(let low, let high), .bytes(let otherLow, let otherHigh)):
      .bytes(
        ByteView.compare(otherLow, low) < 0 ? otherLow : low,
        ByteView.compare(otherHigh, high) > 0 ? otherHigh : high
      )
    default: preconditionFailure("bounds of different types")
    }
  }
}

/// Bounds as they stand in statistics and indexes.
struct EncodedBounds {
  var min: [UInt8]
  var max: [UInt8]
  var isMinExact = true
  var isMaxExact = true

  /// Encodes bounds for a leaf, or nil where there are none.
  init?(_ bounds: ValueBounds, _ leaf: LeafColumn, byteCountMax: Int) {
    switch bounds {
    case .none: return nil
    case .int(let low, let high):
      switch leaf.storage {
      case .boolean: (min, max) = ([low == 0 ? 0 : 1], [high == 0 ? 0 : 1])
      case .int32:
        min = EncodedBounds.littleEndian(Int32(truncatingIfNeeded: low))
        max = EncodedBounds.littleEndian(Int32(truncatingIfNeeded: high))
      default: (min, max) = (EncodedBounds.littleEndian(low), EncodedBounds.littleEndian(high))
      }
    case .int128(let low, let high):
      let count = leaf.typeLength ?? 16
      min = EncodedBounds.bigEndian(low, count)
      max = EncodedBounds.bigEndian(high, count)
    case .float(let low, let high):
      // Zeros of both signs are equal: the bounds include both.
      min = EncodedBounds.littleEndian((low == 0 ? -0.0 : low).bitPattern)
      max = EncodedBounds.littleEndian((high == 0 ? 0.0 : high).bitPattern)
    case .double(let low, let high):
      min = EncodedBounds.littleEndian((low == 0 ? -0.0 : low).bitPattern)
      max = EncodedBounds.littleEndian((high == 0 ? 0.0 : high).bitPattern)
    case .bytes(let low, let high):
      min = low.withBytes { Array($0) }
      max = high.withBytes { Array($0) }
      if leaf.typeLength == nil {
        let isText = leaf.type != .binary
        if let cut = BoundTruncation.lower(min, byteCountMax, isText: isText) {
          min = cut
          isMinExact = false
        }
        if let cut = BoundTruncation.upper(max, byteCountMax, isText: isText) {
          max = cut
          isMaxExact = false
        }
      }
    }
  }

  private static func littleEndian<Word: FixedWidthInteger>(_ value: Word) -> [UInt8] {
    withUnsafeBytes(of: value.littleEndian) { Array($0) }
  }

  private static func bigEndian(_ value: Int128, _ count: Int) -> [UInt8] {
    withUnsafeBytes(of: value.bigEndian) { Array($0.suffix(count)) }
  }
}

/// Cuts long bounds so that they still hold.
enum BoundTruncation {
  /// A shorter value that is not greater, or nil where the value is short enough.
  static func lower(_ value: [UInt8], _ byteCountMax: Int, isText: Bool) -> [UInt8]? {
    if value.count <= byteCountMax { return nil }
    return Array(value[..<end(value, byteCountMax, isText: isText)])
  }

  /// A shorter value that is greater, or nil where there is none or the value is short enough.
  ///
  /// Text stays text: its last character is replaced by the next one.
  static func upper(_ value: [UInt8], _ byteCountMax: Int, isText: Bool) -> [UInt8]? {
    if value.count <= byteCountMax { return nil }
    let cut = value[..<end(value, byteCountMax, isText: isText)]
    if isText, let text = String(validating: cut, as: UTF8.self) {
      var scalars = Array(text.unicodeScalars)
      while let last = scalars.popLast() {
        // The surrogates between D800 and DFFF are no characters.
        let next = last.value == 0xD7FF ? 0xE000 : last.value + 1
        guard let scalar = Unicode.Scalar(next) else { continue }
        scalars.append(scalar)
        return scalars.flatMap { Array(String($0).utf8) }
      }
      return nil
    }
    var bytes = Array(cut)
    while let last = bytes.popLast() {
      if last == 0xFF { continue }
      bytes.append(last + 1)
      return bytes
    }
    return nil
  }

  /// The last place up to `limit` at which text is not cut within a character.
  private static func end(_ value: [UInt8], _ limit: Int, isText: Bool) -> Int {
    guard isText else { return limit }
    var end = limit
    while end > 0 && value[end] & 0xC0 == 0x80 { end -= 1 }
    return end == 0 ? limit : end
  }
}
