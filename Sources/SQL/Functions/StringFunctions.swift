import CKernels
import ColumnFormat

#if canImport(Glibc)
  import Glibc
#endif

/// Text: lengths, case and parts; positions count code points from one.
enum StringFunctions {
  typealias Bytes = UnsafeRawBufferPointer

  static func register(_ functions: inout FunctionRegistry) {
    functions.scalar(
      "length(varchar) -> bigint",
      "The number of code points of text, or of bytes of binary.",
      examples: ["length('héllo')": "5"],
      canFail: false
    ) { a, n, _ in lengths(a[0], n) }
    functions.scalar("length(char) -> bigint", canFail: false) { a, n, _ in lengths(a[0], n) }
    functions.scalar("length(varbinary) -> bigint", canFail: false) { a, n, _ in
      try Rowwise.map(a, n) { (bytes: Bytes) -> Int64? in Int64(bytes.count) }
    }
    cases(&functions)
    parts(&functions)
    StringSearchFunctions.register(&functions)
    StringTrimFunctions.register(&functions)
    StringJoinFunctions.register(&functions)
    CodePointFunctions.register(&functions)
    StringDistanceFunctions.register(&functions)
  }

  private static func lengths(_ texts: Column, _ rowCount: Int) -> Column {
    let source = Operand<ByteView>(texts)
    let result = Buffer<Int64>(count: rowCount)
    source.withTexts { texts, mask in
      lake_texts_count_code_points(texts, mask, Int64(rowCount), result.base)
    }
    return Column(result, validity: source.validity)
  }

  // MARK: Case

  private static func cases(_ functions: inout FunctionRegistry) {
    functions.scalar(
      "lower(varchar(x)) -> varchar(x)",
      "The text in lower case.",
      examples: ["lower('HÉLLO')": "héllo"],
      canFail: false
    ) { a, n, _ in try mapCase(a, n, isUpper: false) }
    functions.scalar(
      "upper(varchar(x)) -> varchar(x)",
      "The text in upper case.",
      examples: ["upper('héllo')": "HÉLLO"],
      canFail: false
    ) { a, n, _ in try mapCase(a, n, isUpper: true) }
    // The case of a letter does not change how many there are, so the padding stays right.
    for isUpper in [false, true] {
      let name = isUpper ? "upper" : "lower"
      functions.scalar("\(name)(char(x)) -> char(x)", canFail: false) { a, n, _ in
        try mapCase(a, n, isUpper: isUpper)
      }
    }
  }

  private static func mapCase(_ arguments: [Column], _ rowCount: Int, isUpper: Bool) throws
    -> Column
  {
    let arena = ByteArena()
    let first: UInt8 = isUpper ? 0x61 : 0x41
    var scratch = Buffer<UInt8>(count: 1024)
    let mapping = CaseMapping(isUpper: isUpper)
    return try Rowwise.map(arguments, rowCount, arena: arena) { (bytes: Bytes) -> ByteView? in
      guard UTF8Text.isASCII(bytes) else {
        if scratch.count < bytes.count * 3 { scratch = Buffer<UInt8>(count: bytes.count * 4) }
        let count = mapping.write(bytes, to: scratch.base)
        return arena.copy(UnsafeRawBufferPointer(start: scratch.base, count: count))
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

  // MARK: Parts

  private static func parts(_ functions: inout FunctionRegistry) {
    functions.scalar(
      "substr(varchar(x), bigint) -> varchar(x)",
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
    functions.scalar("substr(varchar(x), bigint, bigint) -> varchar(x)", canFail: false) {
      a,
      n,
      _ in
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
      "reverse(varchar(x)) -> varchar(x)",
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
      "split_part(varchar(x), varchar, bigint) -> varchar(x)",
      "The field with a number, from one; null past the last.",
      examples: ["split_part('a,b,c', ',', 2)": "b", "split_part('a,b', ',', 3)": "NULL"]
    ) { a, n, _ in
      try Rowwise.map(a, n) { (text: Bytes, delimiter: Bytes, index: Int64) -> ByteView? in
        try splitPart(text, delimiter, index)
      }
    }
    functions.scalar(
      "split(varchar(x), varchar) -> array(varchar(x))",
      "The fields between delimiters; empty ones stay.",
      examples: ["split('a,,b', ',')": "[a, , b]", "split('a,b,c', ',', 2)": "[a, b,c]"]
    ) { a, n, _ in try split(a, n) }
    functions.scalar("split(varchar(x), varchar, bigint) -> array(varchar(x))") { a, n, _ in
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
    if UTF8Text.isASCII(text) {
      for index in 0..<text.count { target[index] = text[text.count &- 1 &- index] }
      return ByteView(target, count: text.count)
    }
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
}
