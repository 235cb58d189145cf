import ColumnFormat

/// Appends scalars to column slots, each kind of value to each kind of column that holds it.
///
/// Functions answer whether the value fits. In an evolving decode only what the inference would
/// give the same type fits; everything else widens the column. In a fixed decode the column's type
/// is declared, so every text that denotes one of its values is taken.
struct ValueAppender {
  let slots: SlotPointer
  let isEvolving: Bool
  /// Whether a text may denote a number or a truth value: in CSV, and in declared columns.
  let textsAreTyped: Bool
  /// See ``DecodingOptions/leavesOddValues``.
  var leavesOddValues = false
  private let powers = PowersOfTen.narrowPointer
  /// Where the next text that is not in the block as it is goes.
  private(set) var arena: UnsafeMutablePointer<UInt8>?
  private let tree: Unmanaged<ColumnTree>

  /// An appender to the slots of `tree`, which must outlive it.
  init(_ tree: ColumnTree, isEvolving: Bool, textsAreTyped: Bool) {
    self.tree = Unmanaged.passUnretained(tree)
    slots = tree.slots
    self.isEvolving = isEvolving
    self.textsAreTyped = textsAreTyped
  }

  /// Where a text may be written; call ``keepArena(upTo:)`` with its end.
  @inline(__always)
  mutating func openArena() -> UnsafeMutablePointer<UInt8> {
    if let arena { return arena }
    let start = tree._withUnsafeGuaranteedRef { $0.makeArena() }
    arena = start
    return start
  }

  /// Keeps what was written, and ends it with a zero for scanners of numbers.
  @inline(__always)
  mutating func keepArena(upTo end: UnsafeMutablePointer<UInt8>) {
    end.pointee = 0
    arena = end + 1
  }

  /// The slot of a key that was not met in this spelling before; nil where there is no such column.
  func lookUp(_ slot: SlotPointer, _ name: String) -> Int? {
    tree._withUnsafeGuaranteedRef { $0.field(of: slot - slots, named: name) }
  }

  /// Appends a null.
  @inline(__always)
  func appendNull(_ slot: SlotPointer) { ColumnTree.appendNull(slot, slots) }

  /// Appends a truth value that is written as `text`.
  @inline(__always)
  func appendBoolean(_ slot: SlotPointer, _ value: Bool, _ text: BytePointer, count: Int) -> Bool {
    switch slot.pointee.kind {
    case .boolean: slot.append(value ? 1 as UInt8 : 0)
    case .text, .json: slot.appendView(text, count: count)
    case .null where !isEvolving: appendNull(slot)
    default: return false
    }
    return true
  }

  /// Appends a number of at most 18 digits and without an exponent to a column of whole numbers or
  /// narrow decimals; nil, and nothing appended, where it is not that simple or does not fit.
  ///
  /// Nearly all numbers are like that, and putting each into a ``NumberText`` first took twice as long.
  ///
  /// - Parameters:
  ///   - slot: The column.
  ///   - start: The first byte; the text ends at a byte that is part of no number.
  ///   - isEnd: Whether a number may end before a byte.
  /// - Returns: The byte after the number.
  @inline(__always)
  func appendShortNumber(
    _ slot: SlotPointer,
    _ start: BytePointer,
    endingAt isEnd: (BytePointer) -> Bool = { _ in true }
  ) -> BytePointer? {
    let kind = slot.pointee.kind
    if kind != .int64 && kind != .decimal64 { return nil }
    var at = start
    let isNegative = at.pointee == UInt8(ascii: "-")
    if isNegative { at += 1 }
    let first = at
    var magnitude: UInt64 = 0
    while true {
      let digit = at.pointee &- 48
      if digit > 9 { break }
      magnitude = magnitude &* 10 &+ UInt64(digit)
      at += 1
    }
    var digitCount = at - first
    if digitCount == 0 || digitCount > 1 && first.pointee == UInt8(ascii: "0") { return nil }
    var fractionDigitCount = 0
    if at.pointee == UInt8(ascii: ".") {
      if kind == .int64 { return nil }
      at += 1
      let point = at
      while true {
        let digit = at.pointee &- 48
        if digit > 9 { break }
        magnitude = magnitude &* 10 &+ UInt64(digit)
        at += 1
      }
      fractionDigitCount = at - point
      digitCount &+= fractionDigitCount
      if fractionDigitCount == 0 { return nil }
    }
    if digitCount > 18 || at.pointee | 0x20 == UInt8(ascii: "e") { return nil }
    if !isEnd(at) { return nil }
    if kind == .decimal64 {
      let shift = slot.pointee.scale &- fractionDigitCount
      if shift < 0 || digitCount &+ shift > 18 { return nil }
      magnitude = magnitude &* powers[shift]
      if magnitude >= slot.pointee.limit { return nil }
      slot.pointee.magnitudeMax = max(slot.pointee.magnitudeMax, magnitude)
    }
    let value = Int64(truncatingIfNeeded: magnitude)
    slot.append(isNegative ? 0 &- value : value)
    return at
  }

  /// Appends a number.
  @inline(__always)
  func appendNumber(_ slot: SlotPointer, _ number: NumberText) -> Bool {
    switch slot.pointee.kind {
    case .int64:
      if isEvolving && !number.isInteger { return false }
      guard let value = number.int64 else { return false }
      slot.append(value)
      return true
    case .decimal64:
      let scale = slot.pointee.scale
      let shift = scale &- number.fractionDigitCount
      if number.hasExponent || shift < 0 || number.digitCount &+ shift > 18 {
        return appendOddNumber(slot, number)
      }
      let magnitude = number.magnitude &* powers[shift]
      if magnitude >= slot.pointee.limit { return false }
      slot.pointee.magnitudeMax = max(slot.pointee.magnitudeMax, magnitude)
      let value = Int64(truncatingIfNeeded: magnitude)
      slot.append(number.isNegative ? 0 &- value : value)
      return true
    case .text, .json:
      slot.appendView(number.start, count: number.end - number.start)
      return true
    default: return appendOddNumber(slot, number)
    }
  }

  /// The rarer types, and decimals that need care.
  private func appendOddNumber(_ slot: SlotPointer, _ number: NumberText) -> Bool {
    switch slot.pointee.kind {
    case .decimal64:
      guard let value = number.int128(scale: slot.pointee.scale),
        value.magnitude < UInt128(slot.pointee.limit)
      else { return false }
      let magnitude = UInt64(truncatingIfNeeded: value.magnitude)
      slot.pointee.magnitudeMax = max(slot.pointee.magnitudeMax, magnitude)
      slot.append(Int64(truncatingIfNeeded: value))
    case .decimal128:
      guard let value = number.int128(scale: slot.pointee.scale),
        value.magnitude < PowersOfTen.wide(slot.pointee.precisionMax)
      else { return false }
      slot.pointee.wideMagnitudeMax = max(slot.pointee.wideMagnitudeMax, value.magnitude)
      slot.append(value)
    case .float64:
      guard let value = number.double, !isEvolving || number.isKeptByDouble else { return false }
      slot.append(value)
    case .float32:
      guard let value = number.double else { return false }
      let narrow = Float(value)
      // An evolving column must not round; a declared one takes the nearest value.
      if !narrow.isFinite || (isEvolving && Double(narrow) != value) { return false }
      slot.append(narrow)
    case .int8: return appendInteger(slot, number, as: Int8.self)
    case .int16: return appendInteger(slot, number, as: Int16.self)
    case .int32: return appendInteger(slot, number, as: Int32.self)
    case .null where !isEvolving: appendNull(slot)
    default: return false
    }
    return true
  }

  private func appendInteger<Value: FixedWidthInteger & BitwiseCopyable>(
    _ slot: SlotPointer,
    _ number: NumberText,
    as type: Value.Type
  ) -> Bool {
    if isEvolving && !number.isInteger { return false }
    guard let value = number.int64, let narrow = Value(exactly: value) else { return false }
    slot.append(narrow)
    return true
  }

  /// Appends a text; a byte that belongs to no number follows it.
  @inline(__always)
  mutating func appendText(_ slot: SlotPointer, _ start: BytePointer, count: Int) -> Bool {
    if slot.pointee.kind == .text {
      slot.appendView(start, count: count)
      return true
    }
    return appendTypedText(slot, start, count: count)
  }

  private mutating func appendTypedText(_ slot: SlotPointer, _ start: BytePointer, count: Int)
    -> Bool
  {
    switch slot.pointee.kind {
    case .timestamp:
      guard let time = TimeText.parse(start, count: count),
        let value = units(time, slot), !isEvolving || isSameKind(time, slot)
      else { return false }
      slot.append(value)
      return true
    case .date:
      guard let time = TimeText.parse(start, count: count), time.kind == .date else { return false }
      slot.append(time.days)
      return true
    case .text, .json:
      slot.appendView(start, count: count)
      return true
    default: return textsAreTyped && appendParsedText(slot, start, count: count)
    }
  }

  private func units(_ time: TimeText, _ slot: SlotPointer) -> Int64? {
    time.units(digits: slot.pointee.scale)
  }

  /// Whether inference would put the text into such a column; see ``ShapeTree``.
  private func isSameKind(_ time: TimeText, _ slot: SlotPointer) -> Bool {
    switch time.kind {
    case .instant: slot.pointee.isUTC
    case .timestamp, .date: !slot.pointee.isUTC
    }
  }

  private mutating func appendParsedText(_ slot: SlotPointer, _ start: BytePointer, count: Int)
    -> Bool
  {
    switch slot.pointee.kind {
    case .boolean:
      guard let value = BooleanText.parse(start, count: count) else { return false }
      slot.append(value ? 1 as UInt8 : 0)
      return true
    case .int8, .int16, .int32, .int64, .decimal64, .decimal128, .float32, .float64:
      if appendShortNumber(slot, start, endingAt: { $0 == start + count }) != nil { return true }
      guard let number = NumberText.scan(start, isEvolving ? .json : .lenient),
        number.end == start + count
      else { return !isEvolving && appendWord(slot, start, count: count) }
      // In evolving CSV an exponent means a double.
      let isDouble = slot.pointee.kind == .float64 || slot.pointee.kind == .float32
      if (isEvolving || leavesOddValues) && number.hasExponent && !isDouble { return false }
      return appendNumber(slot, number)
    case .binary where !isEvolving:
      let target = openArena()
      guard let length = Base64.decode(start, count: count, into: target) else { return false }
      slot.appendView(target, count: length)
      keepArena(upTo: target + length)
      return true
    case .uuid where !isEvolving:
      let target = openArena()
      guard UUIDText.parse(start, count: count, into: target) else { return false }
      slot.appendView(target, count: 16)
      keepArena(upTo: target + 16)
      return true
    case .time where !isEvolving:
      guard let time = TimeText.parseTime(start, count: count) else { return false }
      let (units, rest) = time.nanos.quotientAndRemainder(
        dividingBy: Int64(powers[9 - slot.pointee.scale])
      )
      if rest != 0 { return false }
      slot.append(units)
      return true
    case .null where !isEvolving:
      appendNull(slot)
      return true
    default: return false
    }
  }

  /// Appends what JSON and CSV have no number for, in Java's words: `NaN`, `Infinity`, `-Infinity`.
  private mutating func appendWord(_ slot: SlotPointer, _ start: BytePointer, count: Int) -> Bool {
    let text = UnsafeBufferPointer(start: start, count: count)
    let value: Double
    if text.elementsEqual("NaN".utf8) {
      value = .nan
    } else if text.elementsEqual("Infinity".utf8) {
      value = .infinity
    } else if text.elementsEqual("-Infinity".utf8) {
      value = -.infinity
    } else {
      return false
    }
    switch slot.pointee.kind {
    case .float64: slot.append(value)
    case .float32: slot.append(Float(value))
    default: return false
    }
    return true
  }

  /// Appends bytes that are written as base64.
  mutating func appendBase64(_ slot: SlotPointer, _ start: BytePointer, count: Int) -> Bool {
    guard slot.pointee.kind == .binary else { return appendText(slot, start, count: count) }
    let target = openArena()
    guard let length = Base64.decode(start, count: count, into: target) else { return false }
    slot.appendView(target, count: length)
    keepArena(upTo: target + length)
    return true
  }
}

/// Truth values as text.
enum BooleanText {
  /// `true` or `false`, in any case; nil otherwise.
  static func parse(_ start: BytePointer, count: Int) -> Bool? {
    func isEqual(_ word: StaticString) -> Bool {
      for index in 0..<count where start[index] | 0x20 != word.utf8Start[index] { return false }
      return true
    }
    if count == 4 && isEqual("true") { return true }
    if count == 5 && isEqual("false") { return false }
    return nil
  }
}

/// UUIDs as text: 32 hexadecimal digits, four hyphens (RFC 9562).
enum UUIDText {
  /// Writes the sixteen bytes; false where the text is no UUID.
  static func parse(
    _ start: BytePointer,
    count: Int,
    into target: UnsafeMutablePointer<UInt8>
  ) -> Bool {
    guard count == 36 else { return false }
    var written = 0
    var at = 0
    while at < 36 {
      if at == 8 || at == 13 || at == 18 || at == 23 {
        if start[at] != UInt8(ascii: "-") { return false }
        at += 1
        continue
      }
      guard let high = digit(start[at]), let low = digit(start[at + 1]) else { return false }
      target[written] = high << 4 | low
      written += 1
      at += 2
    }
    return true
  }

  private static func digit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - 48
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - 87
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - 55
    default: nil
    }
  }
}
