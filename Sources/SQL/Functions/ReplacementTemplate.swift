import ColumnFormat

/// What replaces a match: bytes, and groups of the match, which `$1` and `${name}` stand for; `\`
/// takes what follows as it is (java.util.regex.Matcher.appendReplacement).
struct ReplacementTemplate {
  typealias Bytes = UnsafeRawBufferPointer

  enum Part {
    case bytes(ByteView)
    case group(Int)
  }

  private(set) var parts: [Part] = []
  /// The group that is all there is to the template.
  private(set) var soleGroup: Int?

  /// Reads a template for the groups of `matcher`; its bytes are kept in `arena`.
  ///
  /// Throws: `INVALID_FUNCTION_ARGUMENT` for an unknown group or an incomplete escape.
  init(_ source: Bytes, _ matcher: RegularExpressionMatcher, arena: ByteArena) throws {
    var literal: [UInt8] = []
    func endLiteral() {
      if literal.isEmpty { return }
      parts.append(.bytes(arena.copy(literal)))
      literal.removeAll()
    }
    var position = 0
    while position < source.count {
      let byte = source[position]
      position += 1
      if byte == UInt8(ascii: "\\") {
        guard position < source.count else {
          throw SQLError(.invalidArgument, "Incomplete escape at the end of replacement string")
        }
        literal.append(source[position])
        position += 1
      } else if byte == UInt8(ascii: "$") {
        endLiteral()
        parts.append(.group(try ReplacementTemplate.group(source, matcher, &position)))
      } else {
        literal.append(byte)
      }
    }
    endLiteral()
    if parts.count == 1, case .group(let group) = parts[0] { soleGroup = group }
  }

  /// The number of the group behind a dollar sign.
  private static func group(
    _ source: Bytes,
    _ matcher: RegularExpressionMatcher,
    _ position: inout Int
  ) throws -> Int {
    if position < source.count, source[position] == UInt8(ascii: "{"),
      let close = source[position...].firstIndex(of: UInt8(ascii: "}"))
    {
      let name = String(decoding: source[(position + 1)..<close], as: UTF8.self)
      guard let number = matcher.number(ofGroup: name) else {
        throw SQLError(
          .invalidArgument,
          "Illegal replacement sequence: unknown group { \(name) }"
        )
      }
      position = close + 1
      return number
    }
    guard position < source.count, let first = digit(source[position]) else {
      throw SQLError(.invalidArgument, "Illegal replacement sequence: \(source.text)")
    }
    var group = first
    position += 1
    // More digits belong to the number while there is such a group.
    while position < source.count, let next = digit(source[position]) {
      let longer = group * 10 + next
      guard longer <= matcher.groupCount else { break }
      group = longer
      position += 1
    }
    guard group <= matcher.groupCount else {
      throw SQLError(.invalidArgument, "Illegal replacement sequence: unknown group \(group)")
    }
    return group
  }

  private static func digit(_ byte: UInt8) -> Int? {
    (0x30...0x39).contains(byte) ? Int(byte - 0x30) : nil
  }
}
