import ColumnFormat

/// Cutting texts at their ends and filling them up.
enum StringTrimFunctions {
  typealias Bytes = UnsafeRawBufferPointer

  static func register(_ functions: inout FunctionRegistry) {
    let sides: [(String, Bool, Bool, String)] = [
      ("trim", true, true, "both ends"), ("ltrim", true, false, "the start"),
      ("rtrim", false, true, "the end"),
    ]
    for (name, start, end, where_) in sides {
      functions.scalar(
        "\(name)(varchar(x)) -> varchar(x)",
        "The text without white space, or given characters, at \(where_).",
        canFail: false
      ) { a, n, _ in
        try Rowwise.map(a, n) { (text: Bytes) -> ByteView? in trimmed(text, start, end) }
      }
      functions.scalar("\(name)(varchar(x), varchar) -> varchar(x)", canFail: false) { a, n, _ in
        try Rowwise.map(a, n) { (text: Bytes, characters: Bytes) -> ByteView? in
          trimmed(text, characters, start, end)
        }
      }
    }
    functions.examples([
      ("trim", "trim('  a ') || '|'", "a|"), ("ltrim", "ltrim('  a ') || '|'", "a |"),
      ("rtrim", "rtrim('xya', 'ay')", "x"),
    ])
    for isLeft in [true, false] {
      let name = isLeft ? "lpad" : "rpad"
      functions.scalar(
        "\(name)(varchar, bigint, varchar) -> varchar",
        "The text cut or filled up \(isLeft ? "in front" : "behind") to a number of code points.",
        examples: isLeft
          ? ["lpad('7', 3, '0')": "007"] : ["rpad('abc', 5, 'xy')": "abcxy"]
      ) { a, n, _ in
        let arena = ByteArena()
        return try Rowwise.map(a, n, arena: arena) {
          (text: Bytes, size: Int64, pad: Bytes) -> ByteView? in
          try padded(text, size, pad, isLeft, arena)
        }
      }
      functions.scalar("\(name)(varbinary, bigint, varbinary) -> varbinary") { a, n, _ in
        let arena = ByteArena()
        return try Rowwise.map(a, n, arena: arena) {
          (bytes: Bytes, size: Int64, pad: Bytes) -> ByteView? in
          try paddedBytes(bytes, size, pad, isLeft, arena)
        }
      }
    }
  }

  /// Java's idea of white space within ASCII, and the spaces of Unicode.
  private static func isSpace(_ value: UInt32) -> Bool {
    switch value {
    case 9...13, 28...32, 0x1680, 0x2000...0x2006, 0x2008...0x200A, 0x2028, 0x2029, 0x205F, 0x3000:
      true
    default: false
    }
  }

  private static func trimmed(_ text: Bytes, _ start: Bool, _ end: Bool) -> ByteView {
    var first = 0
    var last = text.count
    while start && first < last {
      let (value, width) = UTF8Text.decode(text, at: first)
      guard isSpace(value) else { break }
      first += width
    }
    while end && last > first {
      var place = last - 1
      while place > first && text[place] & 0xC0 == 0x80 { place -= 1 }
      guard isSpace(UTF8Text.decode(text, at: place).0) else { break }
      last = place
    }
    return ByteView(text, first, last)
  }

  private static func trimmed(_ text: Bytes, _ characters: Bytes, _ start: Bool, _ end: Bool)
    -> ByteView
  {
    var set: Set<UInt32> = []
    var position = 0
    while position < characters.count {
      let (value, width) = UTF8Text.decode(characters, at: position)
      set.insert(value)
      position += width
    }
    var first = 0
    var last = text.count
    while start && first < last {
      let (value, width) = UTF8Text.decode(text, at: first)
      guard set.contains(value) else { break }
      first += width
    }
    while end && last > first {
      var place = last - 1
      while place > first && text[place] & 0xC0 == 0x80 { place -= 1 }
      guard set.contains(UTF8Text.decode(text, at: place).0) else { break }
      last = place
    }
    return ByteView(text, first, last)
  }

  private static func padded(
    _ text: Bytes,
    _ size: Int64,
    _ pad: Bytes,
    _ isLeft: Bool,
    _ arena: ByteArena
  ) throws -> ByteView {
    guard size >= 0, size <= 1 << 24 else {
      throw SQLError(.invalidArgument, "Target length must be in the range [0..16777216]")
    }
    if pad.isEmpty { throw SQLError(.invalidArgument, "Padding string must not be empty") }
    let count = UTF8Text.count(text)
    if count >= Int(size) { return ByteView(text, 0, UTF8Text.offset(text, by: Int(size))) }
    var filling: [UInt8] = []
    var left = Int(size) - count
    let padCount = UTF8Text.count(pad)
    while left >= padCount {
      filling += pad
      left -= padCount
    }
    filling += pad[0..<UTF8Text.offset(pad, by: left)]
    return arena.copy(isLeft ? filling + Array(text) : Array(text) + filling)
  }

  private static func paddedBytes(
    _ bytes: Bytes,
    _ size: Int64,
    _ pad: Bytes,
    _ isLeft: Bool,
    _ arena: ByteArena
  ) throws -> ByteView {
    guard size >= 0, size <= 1 << 24 else {
      throw SQLError(.invalidArgument, "Target length must be in the range [0..16777216]")
    }
    if pad.isEmpty { throw SQLError(.invalidArgument, "Padding bytes must not be empty") }
    if bytes.count >= Int(size) { return ByteView(bytes, 0, Int(size)) }
    let filling = (0..<(Int(size) - bytes.count)).map { pad[$0 % pad.count] }
    return arena.copy(isLeft ? filling + Array(bytes) : Array(bytes) + filling)
  }
}
