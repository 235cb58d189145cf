/// The same type in the file and in memory.
enum Same<Number: BitwiseCopyable & Numeric>: StoredConversion {
  typealias Stored = Number
  typealias Value = Number
  static var isIdentity: Bool { true }
  static var zero: Number { 0 }
  static func convert(_ stored: Number) -> Number { stored }
}

/// An integer that is made wider with or without sign, or narrower where the file says it fits.
enum Resized<
  Stored: FixedWidthInteger & BitwiseCopyable,
  Value: FixedWidthInteger & BitwiseCopyable
>: StoredConversion {
  static var zero: Value { 0 }
  @inline(__always)
  static func convert(_ stored: Stored) -> Value { Value(truncatingIfNeeded: stored) }
}

/// An integer without sign whose upper bits in the file may be anything.
enum Masked<
  Stored: FixedWidthInteger & BitwiseCopyable,
  Narrow: FixedWidthInteger & BitwiseCopyable,
  Value: FixedWidthInteger & BitwiseCopyable
>: StoredConversion {
  static var zero: Value { 0 }
  @inline(__always)
  static func convert(_ stored: Stored) -> Value {
    Value(truncatingIfNeeded: Narrow(truncatingIfNeeded: stored))
  }
}

/// The twelve bytes of an old timestamp.
struct Int96: BitwiseCopyable {
  /// Nanoseconds of the day.
  var nanos: Int64
  /// The Julian day.
  var day: Int32

  /// 1970-01-01 as a Julian day.
  static let epochDay: Int64 = 2_440_588
  static let microsPerDay: Int64 = 86_400_000_000
}

/// An old timestamp as microseconds since 1970-01-01.
///
/// The arithmetic wraps, as Spark's does when it makes days from microseconds of far years.
enum Int96Timestamp: StoredConversion {
  typealias Stored = Int96
  typealias Value = Int64
  static var zero: Int64 { 0 }

  @inline(__always)
  static func convert(_ stored: Int96) -> Int64 {
    // Towards the past, also before 1970.
    let micros = (stored.nanos >= 0 ? stored.nanos : stored.nanos &- 999) / 1000
    return (Int64(stored.day) &- Int96.epochDay) &* Int96.microsPerDay &+ micros
  }
}
