/// What was seen of one field so far: the kinds of its values and how far they reach.
///
/// Trivial memory that scanners reach by pointer; ``ShapeTree`` owns it.
struct Shape {
  /// Kinds of values, as a set.
  struct Kinds: OptionSet {
    let rawValue: UInt32

    static let boolean = Kinds(rawValue: 1)
    /// Integers of 64 bits.
    static let integer = Kinds(rawValue: 2)
    /// Larger integers of up to 38 digits.
    static let wideInteger = Kinds(rawValue: 4)
    /// Numbers with a point or an exponent.
    static let decimal = Kinds(rawValue: 8)
    /// Numbers that only a double holds.
    static let double = Kinds(rawValue: 16)
    static let text = Kinds(rawValue: 32)
    static let date = Kinds(rawValue: 64)
    static let timestamp = Kinds(rawValue: 128)
    static let instant = Kinds(rawValue: 256)
    static let binary = Kinds(rawValue: 512)
    static let object = Kinds(rawValue: 1024)
    static let array = Kinds(rawValue: 2048)

    static let numbers: Kinds = [.integer, .wideInteger, .decimal, .double]
    static let times: Kinds = [.date, .timestamp, .instant]
  }

  /// The position in the tree's lists.
  let id: Int
  /// The kinds of values seen; nulls leave no trace.
  var kinds: Kinds = []
  /// The smallest and largest of the 64-bit integers.
  var integerMin: Int64 = .max
  var integerMax: Int64 = .min
  /// The most digits before and after the point among the other numbers.
  var integerDigitCount = 0
  var scale = 0
  /// The most significant digits among the other numbers.
  var significantDigitCount = 0
  /// The most digits of a second's fraction.
  var timeDigitCount = 0
  /// Whether some timestamp's year is out of reach for 64-bit nanoseconds.
  var isFarFromEpoch = false
  /// Whether numbers that need a double become text.
  var isExact = false
  /// The shape of an array's elements.
  var element: ShapePointer?
  /// The keys of an object; targets are addresses of shapes.
  var members = MemberTable()

  init(id: Int) { self.id = id }

  /// The most digits before the point among all numbers.
  var allIntegerDigitCount: Int {
    guard kinds.contains(.integer) else { return integerDigitCount }
    let largest = max(integerMin.magnitude, integerMax.magnitude)
    return max(integerDigitCount, PowersOfTen.digitCount(UInt128(largest)))
  }

  /// Whether doubles would keep all the numbers.
  var isKeptByDouble: Bool {
    if isExact { return false }
    let bound: Int64 = 1 << 53
    if kinds.contains(.wideInteger) { return false }
    if kinds.contains(.integer) && (integerMax > bound || integerMin < -bound) { return false }
    return significantDigitCount <= 17
  }
}

typealias ShapePointer = UnsafeMutablePointer<Shape>

/// Something seen that its shape does not say yet.
enum ShapeEvidence {
  case boolean
  case integer(Int64)
  case number(NumberText)
  /// A number whose exponent makes it a double, in CSV.
  case double(NumberText)
  case text
  case time(TimeText)
  case binary
  case object
  case array
}

extension Shape {
  /// Days between which nanoseconds since 1970 fit 64 bits.
  private static let nanosecondDays: ClosedRange<Int32> = -106_751...106_750

  /// Whether the shape says already that such integers occur.
  @inline(__always)
  func holds(_ value: Int64) -> Bool {
    kinds.contains(.integer) && value >= integerMin && value <= integerMax
  }

  /// Whether the shape says already that such numbers with a fraction occur.
  @inline(__always)
  func holds(_ number: NumberText) -> Bool {
    kinds.contains(.decimal) && !number.hasExponent && number.fractionDigitCount <= scale
      && number.digitCount <= significantDigitCount
      && number.digitCount - number.fractionDigitCount <= integerDigitCount
  }

  /// Whether the shape says already that such times occur.
  @inline(__always)
  func holds(_ time: TimeText) -> Bool {
    let kind: Kinds =
      switch time.kind {
      case .date: .date
      case .timestamp: .timestamp
      case .instant: .instant
      }
    return kinds.contains(kind) && time.fractionDigitCount <= timeDigitCount
      && (isFarFromEpoch || Shape.nanosecondDays.contains(time.days))
  }

  /// Takes evidence in.
  mutating func add(_ evidence: ShapeEvidence) {
    switch evidence {
    case .boolean: kinds.insert(.boolean)
    case .integer(let value): add(integer: value)
    case .number(let number): add(number)
    case .double(let number):
      kinds.insert(number.double != nil && number.isKeptByDouble ? .double : .text)
      significantDigitCount = max(significantDigitCount, number.significantDigitCount)
    case .text: kinds.insert(.text)
    case .time(let time): add(time)
    case .binary: kinds.insert(.binary)
    case .object: kinds.insert(.object)
    case .array: kinds.insert(.array)
    }
  }

  private mutating func add(integer value: Int64) {
    kinds.insert(.integer)
    integerMin = min(
      integerMin,
      value < 0 ? -Shape.bound(UInt64(value.magnitude), isNegative: true) : 0
    )
    integerMax = max(integerMax, value > 0 ? Shape.bound(UInt64(value), isNegative: false) : 0)
  }

  /// The largest magnitude that has the same types as this one: up to the next power of two or ten.
  ///
  /// Without this every record of growing identifiers would be news, and be checked as a whole.
  private static func bound(_ magnitude: UInt64, isNegative: Bool) -> Int64 {
    if magnitude >= 1 << 62 { return .max }
    let power = UInt64(1) << UInt64(64 - (magnitude - (isNegative ? 1 : 0)).leadingZeroBitCount)
    var bound = isNegative ? power : power - 1
    var nines: UInt64 = 9
    while nines < magnitude { nines = nines * 10 + 9 }
    bound = min(bound, nines)
    // Doubles keep whole numbers up to this one.
    if magnitude <= 1 << 53 { bound = min(bound, 1 << 53) }
    return Int64(bound)
  }

  private mutating func add(_ number: NumberText) {
    if number.isInteger, let value = number.int64 { return add(integer: value) }
    var integerDigits = number.integerDigitCount
    var fractionDigits = max(number.scale, 0)
    var significant = number.digitCount
    if integerDigits + fractionDigits > 38 || significant > 38 {
      // Zeros at the end may be all that is too much.
      significant = number.significantDigitCount
      fractionDigits = max(fractionDigits - (number.digitCount - significant), 0)
      integerDigits = min(integerDigits, 39)
    }
    significantDigitCount = max(significantDigitCount, significant)
    // Who writes exponents writes doubles; past 18 digits a decimal would keep nothing that a double
    // does not, and the next value might need more digits than there are.
    let isDouble = number.hasExponent && integerDigits + fractionDigits > 18 && significant <= 17
    if integerDigits + fractionDigits > 38 || (isDouble && number.double != nil) {
      kinds.insert(number.double != nil && significant <= 17 ? .double : .text)
      return
    }
    kinds.insert(number.isInteger ? .wideInteger : .decimal)
    integerDigitCount = max(integerDigitCount, integerDigits)
    scale = max(scale, fractionDigits)
  }

  private mutating func add(_ time: TimeText) {
    switch time.kind {
    case .date: kinds.insert(.date)
    case .timestamp: kinds.insert(.timestamp)
    case .instant: kinds.insert(.instant)
    }
    timeDigitCount = max(timeDigitCount, time.fractionDigitCount)
    if !Shape.nanosecondDays.contains(time.days) { isFarFromEpoch = true }
  }
}
