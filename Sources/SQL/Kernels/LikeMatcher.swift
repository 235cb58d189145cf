import CKernels
import ColumnFormat

/// A compiled LIKE pattern: the common shapes are prefix, suffix and substring tests.
struct LikeMatcher: Sendable {
  /// What may stand between two `%`.
  typealias Segment = [UInt16]

  /// Stands for `_`: any one code point.
  private static let anyCodePoint: UInt16 = 256

  enum Shape: Sendable {
    case exact([UInt8])
    case prefix([UInt8])
    case suffix([UInt8])
    case contains([UInt8])
    case everything
    /// Texts that follow one another: the first stands at the start, the last at the end.
    case ordered(first: [UInt8], middle: [[UInt8]], last: [UInt8])
    /// The same with `_` among the code points.
    case segments([Segment])
  }

  let shape: Shape

  /// Compiles a pattern; `escape` is one code point or nil.
  init(pattern: UnsafeRawBufferPointer, escape: UnsafeRawBufferPointer?) throws {
    if let escape, UTF8Text.count(escape) != 1 {
      throw SQLError(.invalidArgument, "Escape string must be a single character")
    }
    var segments: [Segment] = [[]]
    var position = 0
    while position < pattern.count {
      if let escape,
        ByteSearch.hasPrefix(UnsafeRawBufferPointer(rebasing: pattern[position...]), escape)
      {
        position += escape.count
        let isEscapable =
          position < pattern.count
          && (pattern[position] == 0x25 || pattern[position] == 0x5F
            || ByteSearch.hasPrefix(UnsafeRawBufferPointer(rebasing: pattern[position...]), escape))
        guard isEscapable else {
          throw SQLError(
            .invalidArgument,
            "Escape character must be followed by '%', '_' or the escape character itself"
          )
        }
        let width = UTF8Text.width(pattern[position])
        for byte in pattern[position..<min(position + width, pattern.count)] {
          segments[segments.count - 1].append(UInt16(byte))
        }
        position += width
        continue
      }
      switch pattern[position] {
      case 0x25: segments.append([])
      case 0x5F: segments[segments.count - 1].append(LikeMatcher.anyCodePoint)
      case let byte: segments[segments.count - 1].append(UInt16(byte))
      }
      position += 1
    }
    shape = LikeMatcher.shape(of: segments)
  }

  private static func shape(of segments: [Segment]) -> Shape {
    let hasWildcard = segments.contains { $0.contains(anyCodePoint) }
    // Neighbouring `%` leave empty segments in the middle, which match anywhere.
    let middle = segments.dropFirst().dropLast().filter { !$0.isEmpty }
    let first = segments.first ?? []
    let last = segments.last ?? []
    if !hasWildcard {
      if segments.count == 1 { return .exact(literal(first)) }
      switch (first.isEmpty, middle.count, last.isEmpty) {
      case (true, 0, true): return .everything
      case (false, 0, true): return .prefix(literal(first))
      case (true, 0, false): return .suffix(literal(last))
      case (true, 1, true): return .contains(literal(middle[0]))
      default:
        return .ordered(first: literal(first), middle: middle.map(literal), last: literal(last))
      }
    }
    if segments.count == 1 { return .segments([first]) }
    return .segments([first] + middle + [last])
  }

  private static func literal(_ segment: Segment) -> [UInt8] {
    segment.map { UInt8(truncatingIfNeeded: $0) }
  }

  /// Whether the text matches.
  func matches(_ text: UnsafeRawBufferPointer) -> Bool {
    switch shape {
    case .everything: return true
    case .exact(let literal):
      return text.count == literal.count
        && literal.withUnsafeBytes { ByteSearch.hasPrefix(text, $0) }
    case .prefix(let literal): return literal.withUnsafeBytes { ByteSearch.hasPrefix(text, $0) }
    case .suffix(let literal): return literal.withUnsafeBytes { ByteSearch.hasSuffix(text, $0) }
    case .contains(let literal):
      return literal.withUnsafeBytes { ByteSearch.find($0, in: text) != nil }
    case .ordered(let first, let middle, let last):
      return LikeMatcher.match(first, middle, last, text)
    case .segments(let segments): return LikeMatcher.match(segments, text)
    }
  }

  private static func match(
    _ first: [UInt8],
    _ middle: [[UInt8]],
    _ last: [UInt8],
    _ text: UnsafeRawBufferPointer
  ) -> Bool {
    guard text.count >= first.count &+ last.count,
      first.withUnsafeBytes({ ByteSearch.hasPrefix(text, $0) }),
      last.withUnsafeBytes({ ByteSearch.hasSuffix(text, $0) })
    else { return false }
    let body = UnsafeRawBufferPointer(rebasing: text[..<(text.count &- last.count)])
    var position = first.count
    // Leftmost is best: what is left for the others is longest then.
    for literal in middle {
      guard let found = literal.withUnsafeBytes({ ByteSearch.find($0, in: body, from: position) })
      else { return false }
      position = found &+ literal.count
    }
    return true
  }

  private static func match(_ segments: [Segment], _ text: UnsafeRawBufferPointer) -> Bool {
    guard let first = segments.first, var position = match(first, text, at: 0) else { return false }
    if segments.count == 1 { return position == text.count }
    guard let last = segments.last, let end = matchBackwards(last, text), end >= position else {
      return false
    }
    // Leftmost is best: every segment takes a fixed number of code points.
    for segment in segments.dropFirst().dropLast() {
      var found: Int?
      var start = position
      while start <= end {
        if let next = match(segment, text, at: start) {
          found = next
          break
        }
        guard start < end else { break }
        start += segment.first == anyCodePoint ? UTF8Text.width(text[start]) : 1
      }
      guard let found, found <= end else { return false }
      position = found
    }
    return true
  }

  /// Where a match of the segment that begins at `start` ends.
  @inline(__always)
  private static func match(_ segment: Segment, _ text: UnsafeRawBufferPointer, at start: Int)
    -> Int?
  {
    var position = start
    for element in segment {
      guard position < text.count else { return nil }
      if element == anyCodePoint {
        position += UTF8Text.width(text[position])
      } else {
        guard UInt16(text[position]) == element else { return nil }
        position += 1
      }
    }
    return position <= text.count ? position : nil
  }

  /// Where a match of the segment that ends at the text's end begins.
  private static func matchBackwards(_ segment: Segment, _ text: UnsafeRawBufferPointer) -> Int? {
    var position = text.count
    for element in segment.reversed() {
      guard position > 0 else { return nil }
      position -= 1
      if element == anyCodePoint {
        while position > 0 && text[position] & 0xC0 == 0x80 { position -= 1 }
      } else if UInt16(text[position]) != element {
        return nil
      }
    }
    return position
  }
}

extension LikeMatcher {
  /// `value LIKE pattern [ESCAPE escape]`; a constant pattern is compiled once a batch.
  static let kernel: ScalarFunction.Kernel = { arguments, rowCount, _ in
    let patterns = Operand<ByteView>(arguments[1])
    let escapes = arguments.count > 2 ? Operand<ByteView>(arguments[2]) : nil
    if patterns.isConstant && escapes?.isConstant ?? true && patterns.validity == nil
      && escapes?.validity == nil
    {
      let matcher = try LikeMatcher(
        pattern: patterns.buffer.base.bytes,
        escape: escapes?.buffer.base.bytes
      )
      return column(matcher, arguments[0], rowCount)
    }
    if arguments.count > 2 {
      return try Rowwise.map(arguments, rowCount) {
        (
          text: UnsafeRawBufferPointer,
          pattern: UnsafeRawBufferPointer,
          escape: UnsafeRawBufferPointer
        ) -> UInt8? in
        bit(try LikeMatcher(pattern: pattern, escape: escape).matches(text))
      }
    }
    return try Rowwise.map(arguments, rowCount) {
      (text: UnsafeRawBufferPointer, pattern: UnsafeRawBufferPointer) -> UInt8? in
      bit(try LikeMatcher(pattern: pattern, escape: nil).matches(text))
    }
  }

  private static func column(_ matcher: LikeMatcher, _ texts: Column, _ rowCount: Int) -> Column {
    let source = Operand<ByteView>(texts)
    let result = Buffer<UInt8>(count: rowCount)
    let target = result.base
    withExtendedLifetime(source.buffer) {
      let views = UnsafePointer(source.buffer.base)
      let mask = source.mask
      switch matcher.shape {
      case .contains(let literal):
        literal.withUnsafeBufferPointer { needle in
          guard let start = needle.baseAddress else { return }
          source.withTexts { texts, mask in
            lake_texts_contain(texts, mask, Int64(rowCount), start, Int64(needle.count), target)
          }
        }
      case .prefix(let literal):
        literal.withUnsafeBytes { needle in
          for row in 0..<rowCount {
            target[row] = bit(ByteSearch.hasPrefix((views + (row & mask)).bytes, needle))
          }
        }
      case .ordered(let first, let middle, let last):
        for row in 0..<rowCount {
          target[row] = bit(match(first, middle, last, (views + (row & mask)).bytes))
        }
      default:
        for row in 0..<rowCount { target[row] = bit(matcher.matches((views + (row & mask)).bytes)) }
      }
    }
    return Column(booleans: result, validity: source.validity)
  }
}
