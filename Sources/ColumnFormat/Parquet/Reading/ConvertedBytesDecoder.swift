/// How the bytes of a value become a number.
protocol BytesConversion {
  /// The type in memory.
  associatedtype Value: BitwiseCopyable
  /// The zero that stands in rows without value.
  static var zero: Value { get }
  /// The number, or nil where it is too large for the type; 16 bytes before and after are readable.
  static func convert(_ start: UnsafeRawPointer, _ count: Int) -> Value?
}

/// A decimal of up to 18 digits: big-endian, two's complement.
enum ShortDecimal: BytesConversion {
  static var zero: Int64 { 0 }

  @inline(__always)
  static func convert(_ start: UnsafeRawPointer, _ count: Int) -> Int64? {
    if count > 0 && count <= 8 {
      // The value's bytes at the top of a word, and back down with the sign.
      let word = start.loadUnaligned(as: UInt64.self).bigEndian
      return Int64(bitPattern: word) &>> Int64(64 &- count &* 8)
    }
    return LongDecimal.convert(start, count).flatMap { Int64(exactly: $0) }
  }
}

/// A decimal of 19 to 38 digits: big-endian, two's complement.
enum LongDecimal: BytesConversion {
  static var zero: Int128 { 0 }

  @inline(__always)
  static func convert(_ start: UnsafeRawPointer, _ count: Int) -> Int128? {
    if count == 0 { return 0 }
    let bytes = start.assumingMemoryBound(to: UInt8.self)
    var first = 0
    if count > 16 {
      // Longer values fit when the bytes in front only repeat the sign.
      first = count - 16
      let sign: UInt8 = bytes[first] & 0x80 != 0 ? 0xFF : 0
      for index in 0..<first where bytes[index] != sign { return nil }
    }
    let high = (start + first).loadUnaligned(as: UInt64.self).bigEndian
    let low = (start + first + 8).loadUnaligned(as: UInt64.self).bigEndian
    let value = Int128(truncatingIfNeeded: Int64(bitPattern: high)) << 64 | Int128(low)
    return value >> Int128(128 - (count - first) * 8)
  }
}

/// IEEE half precision.
enum HalfPrecision: BytesConversion {
  static var zero: Float { 0 }

  @inline(__always)
  static func convert(_ start: UnsafeRawPointer, _ count: Int) -> Float? {
    let bits = UInt32(start.loadUnaligned(as: UInt16.self))
    let sign = (bits & 0x8000) << 16
    let exponent = (bits >> 10) & 0x1F
    let fraction = bits & 0x3FF
    if exponent == 31 { return Float(bitPattern: sign | 0x7F80_0000 | fraction << 13) }
    if exponent == 0 {
      // Zero and subnormal numbers: the fraction counts in units of 2⁻²⁴.
      let value = Float(fraction) * 0x1p-24
      return Float(bitPattern: value.bitPattern | sign)
    }
    return Float(bitPattern: sign | (exponent + 112) << 23 | fraction << 13)
  }
}

/// Reads numbers that are stored as bytes: decimals and half precision.
final class ConvertedBytesDecoder<Conversion: BytesConversion>: TypedLeafDecoder {
  private let wrap: (Buffer<Conversion.Value>) -> Values
  private let fixedByteCount: Int
  /// Decodes what is neither plain nor a dictionary of fixed-length values.
  private let bytes: BytesLeafDecoder
  private var target = Buffer<Conversion.Value>(count: 0)
  private var dictionary: Buffer<Conversion.Value>?
  private var filled = 0
  private var capacity = 0

  /// A decoder whose columns `wrap` makes from the values.
  init(fixedByteCount: Int, _ wrap: @escaping (Buffer<Conversion.Value>) -> Values) {
    self.fixedByteCount = fixedByteCount
    self.wrap = wrap
    bytes = BytesLeafDecoder(fixedByteCount: fixedByteCount)
  }

  func begin(capacity: Int, keepsRuns: Bool) {
    self.capacity = capacity
    filled = 0
    target = Buffer(count: 0)
  }

  private func room(_ count: Int) -> UnsafeMutablePointer<Conversion.Value> {
    if filled &+ count > target.count {
      let larger = Buffer<Conversion.Value>(count: max(capacity, filled + count, filled * 2))
      larger.base.update(from: target.base, count: filled)
      target = larger
    }
    return target.base + filled
  }

  func setDictionary(_ page: inout PageValues, count: Int) throws(DecodingFailure) {
    try bytes.setDictionary(&page, count: count)
    guard case .bytes(let views, _)? = bytes.dictionary?.values else { return }
    let entries = Buffer<Conversion.Value>(count: max(count, 1))
    entries.base[0] = Conversion.zero
    try convert(views.base, count: count, into: entries.base)
    dictionary = entries.slice(0..<count)
  }

  private func convert(
    _ views: UnsafePointer<ByteView>,
    count: Int,
    into target: UnsafeMutablePointer<Conversion.Value>
  ) throws(DecodingFailure) {
    try withUnsafeTemporaryAllocation(byteCount: 64, alignment: 16) {
      (padded) throws(DecodingFailure) in
      guard let base = padded.baseAddress else { return }
      for index in 0..<count {
        let view = views[index]
        let value: Conversion.Value?
        if view.count <= 16 {
          // Into memory that is readable past the value.
          padded.copyBytes(from: (views + index).bytes)
          value = Conversion.convert(UnsafeRawPointer(base), view.count)
        } else {
          value = Conversion.convert(view.address, view.count)
        }
        guard let value else { throw tooLarge(view.count) }
        target[index] = value
      }
    }
  }

  private func tooLarge(_ byteCount: Int) -> DecodingFailure {
    DecodingFailure("a number of \(byteCount) bytes is larger than its column's type")
  }

  func append(_ page: inout PageValues, count: Int) throws(DecodingFailure) {
    let to = room(count)
    if page.layout == .plain && fixedByteCount > 0 {
      let start = try page.take(count &* fixedByteCount)
      for index in 0..<count {
        let value = Conversion.convert(start + index &* fixedByteCount, fixedByteCount)
        guard let value else { throw tooLarge(fixedByteCount) }
        to[index] = value
      }
    } else if page.layout == .dictionary {
      try appendCodes(&page, count: count, into: to)
    } else {
      bytes.begin(capacity: count)
      try bytes.append(&page, count: count)
      try convert(bytes.takeViews().base, count: count, into: to)
    }
    filled &+= count
  }

  private func appendCodes(
    _ page: inout PageValues,
    count: Int,
    into target: UnsafeMutablePointer<Conversion.Value>
  ) throws(DecodingFailure) {
    guard let dictionary else { throw DecodingFailure("codes without a dictionary page") }
    let codes = Buffer<UInt32>(count: count)
    try page.runs.decode(into: codes.base, count: count)
    try checkCodes(
      codes.base,
      count: count,
      entryCount: dictionary.count,
      bitWidth: page.runs.bitWidth
    )
    let entries = dictionary.base
    for index in 0..<count { target[index] = entries[Int(codes.base[index])] }
  }

  func skip(_ page: inout PageValues, count: Int) throws(DecodingFailure) {
    try bytes.skip(&page, count: count)
  }

  func finish(count: Int, validity: Validity?) -> Column {
    let base = room(count &- filled) - filled
    if let validity {
      NullSpreading.spread(
        base,
        valueCount: filled,
        count: count,
        validity: validity.words.base,
        filler: Conversion.zero
      )
    }
    let values = target.slice(0..<count)
    target = Buffer(count: 0)
    return Column(flat: wrap(values), count: count, validity: validity)
  }
}
