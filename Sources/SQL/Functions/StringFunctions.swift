import ColumnFormat

#if canImport(Glibc)
  import Glibc
#endif

/// Text: lengths, parts, searching and changing; positions count code points from one.
enum StringFunctions {
  typealias Bytes = UnsafeRawBufferPointer

  static func register(_ functions: inout FunctionRegistry) {
    functions.scalar(
      "length(varchar) -> bigint",
      "The number of code points of text, or of bytes of binary.",
      examples: ["length('héllo')": "5"],
      canFail: false
    ) { a, n, _ in
      try Rowwise.map(a, n) { (text: Bytes) -> Int64? in Int64(UTF8Text.count(text)) }
    }
    functions.scalar("length(char) -> bigint", canFail: false) { a, n, _ in
      try Rowwise.map(a, n) { (text: Bytes) -> Int64? in Int64(UTF8Text.count(text)) }
    }
    functions.scalar("length(varbinary) -> bigint", canFail: false) { a, n, _ in
      try Rowwise.map(a, n) { (bytes: Bytes) -> Int64? in Int64(bytes.count) }
    }
    cases(&functions)
    parts(&functions)
    search(&functions)
    padding(&functions)
    joining(&functions)
    codes(&functions)
  }

  // MARK: Case

  private static func cases(_ functions: inout FunctionRegistry) {
    functions.scalar(
      "lower(varchar) -> varchar",
      "The text in lower case.",
      examples: ["lower('HÉLLO')": "héllo"],
      canFail: false
    ) { a, n, _ in try mapCase(a, n, isUpper: false) }
    functions.scalar(
      "upper(varchar) -> varchar",
      "The text in upper case.",
      examples: ["upper('héllo')": "HÉLLO"],
      canFail: false
    ) { a, n, _ in try mapCase(a, n, isUpper: true) }
  }

  private static func mapCase(_ arguments: [Column], _ rowCount: Int, isUpper: Bool) throws
    -> Column
  {
    let arena = ByteArena()
    let first: UInt8 = isUpper ? 0x61 : 0x41
    var text: [UInt8] = []
    return try Rowwise.map(arguments, rowCount, arena: arena) { (bytes: Bytes) -> ByteView? in
      guard UTF8Text.isASCII(bytes) else {
        text.removeAll(keepingCapacity: true)
        appendCase(bytes, isUpper: isUpper, to: &text)
        return arena.copy(text)
      }
      if bytes.count <= ByteView.inlineByteCountMax {
        var word: (UInt64, UInt64) = (0, 0)
        return withUnsafeMutableBytes(of: &word) { target in
          for (index, byte) in bytes.enumerated() {
            target[index] = byte &- first < 26 ? byte ^ 0x20 : byte
          }
          return ByteView(UnsafeRawBufferPointer(target), 0, bytes.count)
        }
      }
      let target = arena.allocate(bytes.count).assumingMemoryBound(to: UInt8.self)
      for index in 0..<bytes.count {
        let byte = bytes[index]
        target[index] = byte ^ (bit(byte &- first < 26) &<< 5)
      }
      return ByteView(target, count: bytes.count)
    }
  }

  /// Code point by code point, as Trino does: one that has no single counterpart stays.
  private static func appendCase(_ bytes: Bytes, isUpper: Bool, to text: inout [UInt8]) {
    for scalar in String(decoding: bytes, as: UTF8.self).unicodeScalars {
      let mapped =
        isUpper ? scalar.properties.uppercaseMapping : scalar.properties.lowercaseMapping
      // İ alone has a short form beside its long one.
      let single =
        mapped.unicodeScalars.count == 1
        ? mapped.unicodeScalars.first : scalar == "\u{130}" && !isUpper ? "i" : nil
      UTF8Text.append((single ?? scalar).value, to: &text)
    }
  }

  // MARK: Parts

  private static func parts(_ functions: inout FunctionRegistry) {
    functions.scalar(
      "substr(varchar, bigint) -> varchar",
      "The text from a position on; a negative one counts from the end.",
      examples: [
        "substr('hello', 2)": "ello", "substr('hello', -3, 2)": "ll", "substr('hello', 0, 2)": "",
      ],
      canFail: false
    ) { a, n, _ in
      try Rowwise.map(a, n) { (text: Bytes, start: Int64) -> ByteView? in
        substring(text, start, .max)
      }
    }
    functions.scalar("substr(varchar, bigint, bigint) -> varchar", canFail: false) { a, n, _ in
      try Rowwise.map(a, n) { (text: Bytes, start: Int64, length: Int64) -> ByteView? in
        substring(text, start, length)
      }
    }
    functions.scalar("substr(varbinary, bigint) -> varbinary", canFail: false) { a, n, _ in
      try Rowwise.map(a, n) { (bytes: Bytes, start: Int64) -> ByteView? in
        byteRange(bytes, start, .max)
      }
    }
    functions.scalar("substr(varbinary, bigint, bigint) -> varbinary", canFail: false) { a, n, _ in
      try Rowwise.map(a, n) { (bytes: Bytes, start: Int64, length: Int64) -> ByteView? in
        byteRange(bytes, start, length)
      }
    }
    functions.alias("substring", of: "substr")
    functions.scalar(
      "reverse(varchar) -> varchar",
      "The code points, bytes or elements from last to first.",
      examples: ["reverse('héllo')": "olléh"],
      canFail: false
    ) { a, n, _ in
      let arena = ByteArena()
      return try Rowwise.map(a, n, arena: arena) { (text: Bytes) -> ByteView? in
        reversed(text, arena)
      }
    }
    functions.scalar("reverse(varbinary) -> varbinary", canFail: false) { a, n, _ in
      let arena = ByteArena()
      return try Rowwise.map(a, n, arena: arena) { (bytes: Bytes) -> ByteView? in
        arena.copy(Array(bytes.reversed()))
      }
    }
    functions.scalar(
      "split_part(varchar, varchar, bigint) -> varchar",
      "The field with a number, from one; null past the last.",
      examples: ["split_part('a,b,c', ',', 2)": "b", "split_part('a,b', ',', 3)": "NULL"]
    ) { a, n, _ in
      try Rowwise.map(a, n) { (text: Bytes, delimiter: Bytes, index: Int64) -> ByteView? in
        try splitPart(text, delimiter, index)
      }
    }
    functions.scalar(
      "split(varchar, varchar) -> array(varchar)",
      "The fields between delimiters; empty ones stay.",
      examples: ["split('a,,b', ',')": "[a, , b]", "split('a,b,c', ',', 2)": "[a, b,c]"]
    ) { a, n, _ in try split(a, n) }
    functions.scalar("split(varchar, varchar, bigint) -> array(varchar)") { a, n, _ in
      try split(a, n)
    }
  }

  @inline(__always)
  static func substring(_ text: Bytes, _ start: Int64, _ length: Int64) -> ByteView {
    if start == 0 || length <= 0 { return ByteView() }
    var first: Int
    if start > 0 {
      first = UTF8Text.offset(text, by: Int(clamping: start &- 1))
    } else {
      let count = UTF8Text.count(text)
      guard start >= -Int64(count) else { return ByteView() }
      first = UTF8Text.offset(text, by: count + Int(start))
    }
    first = min(first, text.count)
    if length >= Int64(text.count - first) { return ByteView(text, first, text.count) }
    return ByteView(text, first, UTF8Text.offset(text, from: first, by: Int(length)))
  }

  private static func byteRange(_ bytes: Bytes, _ start: Int64, _ length: Int64) -> ByteView {
    if start == 0 || length <= 0 { return ByteView() }
    let first = start > 0 ? start - 1 : Int64(bytes.count) + start
    guard first >= 0, first < Int64(bytes.count) else { return ByteView() }
    let end = min(Int64(bytes.count) - first, length) + first
    return ByteView(bytes, Int(first), Int(end))
  }

  private static func reversed(_ text: Bytes, _ arena: ByteArena) -> ByteView {
    if text.isEmpty { return ByteView() }
    let target = arena.allocate(text.count).assumingMemoryBound(to: UInt8.self)
    var position = 0
    var end = text.count
    while position < text.count {
      let width = min(UTF8Text.width(text[position]), text.count - position)
      end -= width
      for index in 0..<width { target[end + index] = text[position + index] }
      position += width
    }
    return ByteView(target, count: text.count)
  }

  private static func splitPart(_ text: Bytes, _ delimiter: Bytes, _ index: Int64) throws
    -> ByteView?
  {
    if index <= 0 { throw SQLError(.invalidArgument, "Index must be greater than zero") }
    if delimiter.isEmpty {
      // Every code point is a field of its own.
      let start = UTF8Text.offset(text, by: Int(clamping: index - 1))
      if start >= text.count { return nil }
      return ByteView(text, start, UTF8Text.offset(text, from: start, by: 1))
    }
    var left = index
    var start = 0
    while true {
      let end = ByteSearch.find(delimiter, in: text, from: start)
      left -= 1
      if left == 0 { return ByteView(text, start, end ?? text.count) }
      guard let end else { return nil }
      start = end + delimiter.count
    }
  }

  private static func split(_ arguments: [Column], _ rowCount: Int) throws -> Column {
    let texts = Operand<ByteView>(arguments[0])
    let delimiters = Operand<ByteView>(arguments[1])
    let limits = arguments.count > 2 ? Operand<Int64>(arguments[2]) : nil
    let validity = Column.unitedValidity(arguments)
    var builder = ListBuilder<ByteView>()
    for row in 0..<rowCount {
      if validity?.isValid(row) ?? true {
        let text = (texts.buffer.base + (row & texts.mask)).bytes
        let delimiter = (delimiters.buffer.base + (row & delimiters.mask)).bytes
        let limit = limits.map { $0[row] } ?? .max
        if limit <= 0 { throw SQLError(.invalidArgument, "Limit must be positive") }
        if delimiter.isEmpty {
          throw SQLError(.invalidArgument, "The delimiter may not be the empty string")
        }
        var start = 0
        var count: Int64 = 1
        while count < limit, let end = ByteSearch.find(delimiter, in: text, from: start) {
          builder.append(ByteView(text, start, end))
          start = end + delimiter.count
          count += 1
        }
        builder.append(ByteView(text, start, text.count))
      }
      builder.endRow()
    }
    return builder.finish(validity: validity, heap: arguments[0].byteHeap)
  }

  // MARK: Searching

  private static func search(_ functions: inout FunctionRegistry) {
    functions.scalar(
      "strpos(varchar, varchar) -> bigint",
      "The position of the first occurrence, or of the n-th; zero where there is none.",
      examples: [
        "strpos('hello', 'l')": "3", "strpos('hello', 'x')": "0", "strpos('hello', 'l', -1)": "4",
      ],
      canFail: false
    ) { a, n, _ in
      try Rowwise.map(a, n) { (text: Bytes, part: Bytes) -> Int64? in position(text, part, 1) }
    }
    functions.scalar("strpos(varchar, varchar, bigint) -> bigint") { a, n, _ in
      try Rowwise.map(a, n) { (text: Bytes, part: Bytes, instance: Int64) -> Int64? in
        if instance == 0 { throw SQLError(.invalidArgument, "'instance' must not be zero") }
        return position(text, part, instance)
      }
    }
    functions.scalar(
      "starts_with(varchar, varchar) -> boolean",
      "Whether the text begins with another.",
      examples: ["starts_with('hello', 'he')": "true"],
      canFail: false
    ) { a, n, _ in
      try Rowwise.map(a, n) { (text: Bytes, part: Bytes) -> UInt8? in
        bit(ByteSearch.hasPrefix(text, part))
      }
    }
    functions.scalar(
      "ends_with(varchar, varchar) -> boolean",
      "Whether the text ends with another.",
      examples: ["ends_with('hello', 'lo')": "true"],
      canFail: false
    ) { a, n, _ in
      try Rowwise.map(a, n) { (text: Bytes, part: Bytes) -> UInt8? in
        bit(ByteSearch.hasSuffix(text, part))
      }
    }
    functions.scalar(
      "replace(varchar, varchar) -> varchar",
      "The text with every occurrence replaced, or removed.",
      examples: ["replace('banana', 'an', 'x')": "bxxa", "replace('banana', 'an')": "ba"]
    ) { a, n, _ in
      let arena = ByteArena()
      var scratch: [UInt8] = []
      let empty = Bytes(start: nil, count: 0)
      return try Rowwise.map(a, n, arena: arena) { (text: Bytes, part: Bytes) -> ByteView? in
        replace(text, part, empty, &scratch, arena)
      }
    }
    functions.scalar("replace(varchar, varchar, varchar) -> varchar") { a, n, _ in
      let arena = ByteArena()
      var scratch: [UInt8] = []
      return try Rowwise.map(a, n, arena: arena) {
        (text: Bytes, part: Bytes, with: Bytes) -> ByteView? in
        replace(text, part, with, &scratch, arena)
      }
    }
    functions.scalar(
      "translate(varchar, varchar, varchar) -> varchar",
      "The text with each code point of the second replaced by that of the third.",
      examples: ["translate('abcd', 'ab', 'x')": "xcd"]
    ) { a, n, _ in
      let arena = ByteArena()
      return try Rowwise.map(a, n, arena: arena) {
        (text: Bytes, from: Bytes, to: Bytes) -> ByteView? in
        arena.copy(translate(text, from, to))
      }
    }
  }

  private static func position(_ text: Bytes, _ part: Bytes, _ instance: Int64) -> Int64 {
    if part.isEmpty { return 1 }
    var found: [Int] = []
    var start = 0
    while let place = ByteSearch.find(part, in: text, from: start) {
      if instance > 0 && Int64(found.count) + 1 == instance {
        return Int64(UTF8Text.count(Bytes(rebasing: text[0..<place]))) + 1
      }
      found.append(place)
      start = place + 1
    }
    guard instance < 0, Int64(found.count) >= instance.magnitude else { return 0 }
    let place = found[found.count + Int(instance)]
    return Int64(UTF8Text.count(Bytes(rebasing: text[0..<place]))) + 1
  }

  private static func replace(
    _ text: Bytes,
    _ part: Bytes,
    _ with: Bytes,
    _ scratch: inout [UInt8],
    _ arena: ByteArena
  ) -> ByteView {
    scratch.removeAll(keepingCapacity: true)
    if part.isEmpty {
      // Between all code points, and at both ends.
      scratch += with
      var position = 0
      while position < text.count {
        let end = UTF8Text.offset(text, from: position, by: 1)
        scratch += text[position..<end]
        scratch += with
        position = end
      }
      return arena.copy(scratch)
    }
    guard var place = ByteSearch.find(part, in: text) else { return ByteView(text, 0, text.count) }
    var start = 0
    while true {
      scratch += text[start..<place]
      scratch += with
      start = place + part.count
      guard let next = ByteSearch.find(part, in: text, from: start) else { break }
      place = next
    }
    scratch += text[start...]
    return arena.copy(scratch)
  }

  private static func translate(_ text: Bytes, _ from: Bytes, _ to: Bytes) -> [UInt8] {
    let targets = Array(to.text.unicodeScalars)
    var map: [Unicode.Scalar: Unicode.Scalar?] = [:]
    for (index, scalar) in from.text.unicodeScalars.enumerated() where map[scalar] == nil {
      map[scalar] = .some(index < targets.count ? targets[index] : nil)
    }
    var result: [UInt8] = []
    for scalar in text.text.unicodeScalars {
      if let target = map[scalar] {
        if let target { UTF8Text.append(target.value, to: &result) }
      } else {
        UTF8Text.append(scalar.value, to: &result)
      }
    }
    return result
  }

  // MARK: Padding and trimming

  private static func padding(_ functions: inout FunctionRegistry) {
    let sides: [(String, Bool, Bool, String)] = [
      ("trim", true, true, "both ends"), ("ltrim", true, false, "the start"),
      ("rtrim", false, true, "the end"),
    ]
    for (name, start, end, where_) in sides {
      functions.scalar(
        "\(name)(varchar) -> varchar",
        "The text without white space, or given characters, at \(where_).",
        canFail: false
      ) { a, n, _ in
        try Rowwise.map(a, n) { (text: Bytes) -> ByteView? in trimmed(text, start, end) }
      }
      functions.scalar("\(name)(varchar, varchar) -> varchar", canFail: false) { a, n, _ in
        try Rowwise.map(a, n) { (text: Bytes, characters: Bytes) -> ByteView? in
          trimmed(text, characters, start, end)
        }
      }
    }
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

  // MARK: Joining

  private static func joining(_ functions: inout FunctionRegistry) {
    functions.scalar(
      "concat(varchar...) -> varchar",
      "The texts, binaries or arrays one after the other; null if one of them is.",
      examples: ["concat('a', 'b', 'c')": "abc", "concat('a', NULL)": "NULL"],
      canFail: false,
      kernel: concat
    )
    functions.scalar("concat(varbinary...) -> varbinary", canFail: false, kernel: concat)
    functions.scalar("$concat(varchar, varchar) -> varchar", canFail: false, kernel: concat)
    functions.scalar("$concat(varbinary, varbinary) -> varbinary", canFail: false, kernel: concat)
    functions.scalar(
      "concat_ws(varchar, varchar...) -> varchar",
      "The texts that are not null, with a separator between.",
      examples: ["concat_ws('-', 'a', NULL, 'b')": "a-b"],
      nulls: .custom,
      canFail: false
    ) { a, n, _ in concatWithSeparator(a, n) }
    functions.scalar(
      "concat_ws(varchar, array(varchar)) -> varchar",
      nulls: .custom,
      canFail: false
    ) { a, n, _ in concatWithSeparator(a, n) }
  }

  static let concat: ScalarFunction.Kernel = { arguments, rowCount, _ in
    let operands = arguments.map { Operand<ByteView>($0) }
    let arena = ByteArena()
    let result = Buffer<ByteView>(count: rowCount)
    // At most twelve bytes are put together here, longer texts in the arena.
    let short = UnsafeMutableRawPointer.allocate(byteCount: 16, alignment: 8)
    defer { short.deallocate() }
    for row in 0..<rowCount {
      var total = 0
      for operand in operands { total &+= operand[row].count }
      let target = total <= ByteView.inlineByteCountMax ? short : arena.allocate(total)
      var position = 0
      for operand in operands {
        let bytes = (operand.buffer.base + (row & operand.mask)).bytes
        if let source = bytes.baseAddress, !bytes.isEmpty {
          memcpy(target + position, source, bytes.count)
        }
        position &+= bytes.count
      }
      result.base[row] = ByteView(target, count: total)
    }
    return Column(result, validity: Column.unitedValidity(arguments), heap: ByteHeap([arena]))
  }

  private static func concatWithSeparator(_ arguments: [Column], _ rowCount: Int) -> Column {
    let separators = Operand<ByteView>(arguments[0])
    let arena = ByteArena()
    let result = Buffer<ByteView>(count: rowCount)
    let isList = arguments.count > 1 && arguments[1].physicalType == .list
    let list = isList ? ListOperand(arguments[1]) : nil
    let elements = list.map { Operand<ByteView>($0.elements) }
    let operands = list == nil ? arguments.dropFirst().map { Operand<ByteView>($0) } : []
    var text: [UInt8] = []
    for row in 0..<rowCount {
      text.removeAll(keepingCapacity: true)
      let separator = (separators.buffer.base + (row & separators.mask)).bytes
      var isFirst = true
      func add(_ bytes: Bytes) {
        if !isFirst { text += separator }
        text += bytes
        isFirst = false
      }
      if let list, let elements {
        for index in list[row] where elements.validity?.isValid(index) ?? true {
          add((elements.buffer.base + index).bytes)
        }
      } else {
        for operand in operands where operand.validity?.isValid(row) ?? true {
          add((operand.buffer.base + (row & operand.mask)).bytes)
        }
      }
      result.base[row] = arena.copy(text)
    }
    let validity = Validity.intersection(separators.validity, list?.validity)
    return Column(result, validity: validity, heap: ByteHeap([arena]))
  }

  // MARK: Code points and distances

  private static func codes(_ functions: inout FunctionRegistry) {
    functions.scalar(
      "chr(bigint) -> varchar",
      "The code point as text.",
      examples: ["chr(65)": "A"]
    ) { a, n, _ in
      let arena = ByteArena()
      return try Rowwise.map(a, n, arena: arena) { (value: Int64) -> ByteView? in
        guard let code = UInt32(exactly: value), Unicode.Scalar(code) != nil else {
          throw SQLError(.invalidArgument, "Not a valid Unicode code point: \(value)")
        }
        var bytes: [UInt8] = []
        UTF8Text.append(code, to: &bytes)
        return arena.copy(bytes)
      }
    }
    functions.scalar(
      "codepoint(varchar) -> integer",
      "The code point of the only character.",
      examples: ["codepoint('A')": "65"]
    ) { a, n, _ in
      try Rowwise.map(a, n) { (text: Bytes) -> Int32? in
        guard UTF8Text.count(text) == 1 else {
          throw SQLError(.invalidArgument, "Input string must be a single character string")
        }
        return Int32(truncatingIfNeeded: UTF8Text.decode(text, at: 0).0)
      }
    }
    functions.scalar(
      "levenshtein_distance(varchar, varchar) -> bigint",
      "How many changes of a code point make one text of the other.",
      examples: ["levenshtein_distance('kitten', 'sitting')": "3"]
    ) { a, n, _ in
      try Rowwise.map(a, n) { (left: Bytes, right: Bytes) -> Int64? in
        Int64(levenshtein(Array(left.text.unicodeScalars), Array(right.text.unicodeScalars)))
      }
    }
    functions.scalar(
      "hamming_distance(varchar, varchar) -> bigint",
      "In how many places two texts of one length differ.",
      examples: ["hamming_distance('karolin', 'kathrin')": "3"]
    ) { a, n, _ in
      try Rowwise.map(a, n) { (left: Bytes, right: Bytes) -> Int64? in
        let one = Array(left.text.unicodeScalars)
        let other = Array(right.text.unicodeScalars)
        guard one.count == other.count else {
          throw SQLError(
            .invalidArgument,
            "The input strings to hamming_distance function must have the same length"
          )
        }
        return Int64(zip(one, other).filter { $0 != $1 }.count)
      }
    }
    functions.scalar(
      "soundex(varchar) -> varchar",
      "The sound of an English word as a letter and three digits.",
      examples: ["soundex('Robert')": "R163"]
    ) { a, n, _ in
      let arena = ByteArena()
      return try Rowwise.map(a, n, arena: arena) { (text: Bytes) -> ByteView? in
        arena.copy(soundex(text))
      }
    }
    functions.scalar(
      "luhn_check(varchar) -> boolean",
      "Whether the digits' check digit is right.",
      examples: ["luhn_check('79927398713')": "true"]
    ) { a, n, _ in
      try Rowwise.map(a, n) { (text: Bytes) -> UInt8? in
        guard !text.isEmpty else { return 0 }
        var sum = 0
        for (index, byte) in text.reversed().enumerated() {
          guard (0x30...0x39).contains(byte) else {
            throw SQLError(.invalidArgument, "Input should contain only digits")
          }
          let digit = Int(byte) - 0x30
          sum += index % 2 == 0 ? digit : digit * 2 > 9 ? digit * 2 - 9 : digit * 2
        }
        return bit(sum % 10 == 0)
      }
    }
    functions.scalar(
      "to_utf8(varchar) -> varbinary",
      "The text's bytes.",
      examples: ["to_utf8('Az')": "41 7a"],
      canFail: false
    ) { a, _, _ in a[0] }
    functions.scalar(
      "from_utf8(varbinary) -> varchar",
      "The bytes as text; what is not UTF-8 becomes U+FFFD.",
      examples: ["from_utf8(to_utf8('hé'))": "hé"],
      canFail: false
    ) { a, n, _ in
      let arena = ByteArena()
      return try Rowwise.map(a, n, arena: arena) { (bytes: Bytes) -> ByteView? in
        UTF8Text.isASCII(bytes) ? ByteView(bytes, 0, bytes.count) : arena.copy(bytes.text)
      }
    }
    functions.scalar("from_utf8(varbinary, varchar) -> varchar") { a, n, _ in
      let arena = ByteArena()
      return try Rowwise.map(a, n, arena: arena) { (bytes: Bytes, other: Bytes) -> ByteView? in
        guard UTF8Text.count(other) <= 1 else {
          throw SQLError(
            .invalidArgument,
            "Replacement character string must empty or a single character"
          )
        }
        return arena.copy(repaired(bytes, other))
      }
    }
  }

  /// The text with each part that is no UTF-8 replaced.
  private static func repaired(_ bytes: Bytes, _ replacement: Bytes) -> [UInt8] {
    var result: [UInt8] = []
    var decoder = UTF8()
    var iterator = bytes.makeIterator()
    while true {
      switch decoder.decode(&iterator) {
      case .scalarValue(let scalar): UTF8Text.append(scalar.value, to: &result)
      case .emptyInput: return result
      case .error: result += replacement
      }
    }
  }

  private static func levenshtein(_ a: [Unicode.Scalar], _ b: [Unicode.Scalar]) -> Int {
    var row = Array(0...b.count)
    for (i, x) in a.enumerated() {
      var diagonal = row[0]
      row[0] = i + 1
      for (j, y) in b.enumerated() {
        let above = row[j + 1]
        row[j + 1] = min(above + 1, row[j] + 1, diagonal + (x == y ? 0 : 1))
        diagonal = above
      }
    }
    return row[b.count]
  }

  private static func soundex(_ text: Bytes) -> [UInt8] {
    // The letters A to Z; H and W (8) do not separate equal codes, vowels (0) do.
    let codes = Array("01230128022455012623018202".utf8).map { $0 - 48 }
    var result: [UInt8] = []
    var last: UInt8 = 0
    for byte in text {
      let upper = byte & 0xDF
      guard (0x41...0x5A).contains(upper) else { continue }
      let code = codes[Int(upper - 0x41)]
      if result.isEmpty {
        result.append(upper)
        last = code
        continue
      }
      if code == 8 { continue }
      if code != 0 && code != last { result.append(48 + code) }
      last = code
      if result.count == 4 { break }
    }
    while !result.isEmpty && result.count < 4 { result.append(48) }
    return result
  }
}
