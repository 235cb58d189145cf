import ColumnFormat
import Synchronization

#if LAKE_PCRE2
  import CPCRE2
#endif

/// A regular expression of Java's syntax, compiled by PCRE2 and translated to machine code; simple ones
/// also as a ``DirectPattern``.
///
/// Shared by all workers: the compiled form never changes. Matching goes through a
/// ``RegularExpressionMatcher``, of which each call has its own.
final class RegularExpression: @unchecked Sendable {
  /// A pattern without any operator: then a substring search does.
  let literal: [UInt8]?
  /// What matches texts in ASCII faster, where the pattern allows it.
  let direct: DirectPattern?

  #if LAKE_PCRE2
    fileprivate let code: OpaquePointer
    let groupCount: Int

    private init(pattern: [UInt8]) throws {
      var errorCode: Int32 = 0
      var errorOffset = 0
      let translated = JavaPattern.translated(pattern)
      let options = PCRE2_UTF | PCRE2_MATCH_INVALID_UTF
      let compiled = translated.withUnsafeBufferPointer {
        pcre2_compile_8($0.baseAddress, $0.count, options, &errorCode, &errorOffset, nil)
      }
      guard let compiled else {
        var message = [UInt8](repeating: 0, count: 256)
        let length = pcre2_get_error_message_8(errorCode, &message, message.count)
        let why = String(decoding: message.prefix(max(0, Int(length))), as: UTF8.self)
        throw SQLError(
          .invalidArgument,
          "Invalid regular expression '\(String(decoding: pattern, as: UTF8.self))': \(why)"
        )
      }
      code = compiled
      // Without machine code the interpreter does the same, slower.
      _ = pcre2_jit_compile_8(compiled, PCRE2_JIT_COMPLETE)
      var groups: UInt32 = 0
      _ = pcre2_pattern_info_8(compiled, UInt32(PCRE2_INFO_CAPTURECOUNT), &groups)
      groupCount = Int(groups)
      literal = RegularExpression.literal(pattern)
      direct = DirectPattern(pattern)
    }

    deinit { pcre2_code_free_8(code) }

    /// The number of a named group.
    func group(named name: String) -> Int? {
      let number = name.withCString { pointer in
        pointer.withMemoryRebound(to: UInt8.self, capacity: name.utf8.count + 1) {
          pcre2_substring_number_from_name_8(code, $0)
        }
      }
      return number > 0 ? Int(number) : nil
    }
  #else
    private init(pattern: [UInt8]) throws {
      throw SQLError(
        .notSupported,
        "this build of lake has no regular expressions",
        help: "install libpcre2-dev and build lake again"
      )
    }
  #endif

  private static let cache = Mutex<[[UInt8]: RegularExpression]>([:])

  /// The compiled form of a pattern, kept for the next batch.
  static func compiled(_ pattern: UnsafeRawBufferPointer) throws -> RegularExpression {
    let key = Array(pattern)
    if let known = cache.withLock({ $0[key] }) { return known }
    let made = try RegularExpression(pattern: key)
    cache.withLock {
      // A query has a handful of patterns; one that has many of them gets no cache.
      if $0.count > 500 { $0.removeAll() }
      $0[key] = made
    }
    return made
  }

  /// The pattern itself, if no character of it is an operator.
  private static func literal(_ pattern: [UInt8]) -> [UInt8]? {
    let operators = Set("\\^$.|?*+()[]{}".utf8)
    return pattern.contains { operators.contains($0) } ? nil : pattern
  }
}

/// Finds matches of one expression, text after text, from one thread.
final class RegularExpressionMatcher {
  let expression: RegularExpression
  #if LAKE_PCRE2
    private let data: OpaquePointer
    private let context: OpaquePointer?
    /// The groups of the last match, if ``DirectPattern`` made it.
    private let directGroups: UnsafeMutablePointer<Int>
    private let direct: DirectMatch?
    private var isDirect = false

    init(_ expression: RegularExpression) throws {
      self.expression = expression
      guard let data = pcre2_match_data_create_from_pattern_8(expression.code, nil) else {
        throw SQLError(.exceededMemory, "no memory for a regular expression's match")
      }
      self.data = data
      let groups = UnsafeMutablePointer<Int>.allocate(capacity: 2 * (expression.groupCount + 1))
      groups.initialize(repeating: -1, count: 2 * (expression.groupCount + 1))
      directGroups = groups
      direct = expression.direct.flatMap { DirectMatch($0, groups: groups) }
      context = pcre2_match_context_create_8(nil)
      // A pattern that tries more than this on one text is an error by name, not a hang.
      pcre2_set_match_limit_8(context, 10_000_000)
      pcre2_set_heap_limit_8(context, 64 << 10)
    }

    deinit {
      pcre2_match_data_free_8(data)
      pcre2_match_context_free_8(context)
      directGroups.deallocate()
    }

    /// The matcher of a pattern that matches at the start of a text or not at all, and where it writes its
    /// groups; nil for other patterns.
    var anchored: (match: DirectMatch, groups: UnsafePointer<Int>)? {
      guard let direct, expression.direct?.isAnchored == true else { return nil }
      return (direct, UnsafePointer(directGroups))
    }

    /// Whether there is a match at or after `start`; `group` then tells where.
    func find(_ text: UnsafeRawBufferPointer, from start: Int = 0) throws -> Bool {
      isDirect = false
      if var direct {
        switch direct.find(text, from: start) {
        case .found:
          isDirect = true
          return true
        case .none: return false
        case .undecided: break
        }
      }
      return try findByPCRE2(text, from: start)
    }

    /// What `find` answers, by PCRE2 whatever the pattern.
    func findByPCRE2(_ text: UnsafeRawBufferPointer, from start: Int) throws -> Bool {
      isDirect = false
      // An empty text has no address, but PCRE2 wants one.
      var nothing: UInt8 = 0
      return try withUnsafePointer(to: &nothing) { empty in
        let subject = text.baseAddress?.assumingMemoryBound(to: UInt8.self) ?? empty
        let result = pcre2_match_8(
          expression.code,
          subject,
          text.count,
          start,
          0,
          data,
          context
        )
        if result > 0 { return true }
        if result == PCRE2_ERROR_NOMATCH { return false }
        if result == PCRE2_ERROR_MATCHLIMIT || result == PCRE2_ERROR_DEPTHLIMIT
          || result == PCRE2_ERROR_HEAPLIMIT || result == PCRE2_ERROR_JIT_STACKLIMIT
        {
          throw SQLError(
            .invalidArgument,
            "a regular expression takes too many steps on a text of \(text.count) bytes",
            help: "make the pattern less ambiguous; nested repetitions are the usual cause"
          )
        }
        throw SQLError(.internalError, "regular expression matching failed with \(result)")
      }
    }

    /// The bytes of a group of the last match; nil if it took no part.
    func group(_ index: Int) -> Range<Int>? {
      if isDirect {
        guard index <= expression.groupCount, directGroups[2 * index + 1] >= 0 else { return nil }
        return directGroups[2 * index]..<directGroups[2 * index + 1]
      }
      guard let pairs = pcre2_get_ovector_pointer_8(data), index <= expression.groupCount else {
        return nil
      }
      let start = pairs[2 * index]
      let end = pairs[2 * index + 1]
      // PCRE2_UNSET, and `\K` in a look-ahead may put the start past the end.
      guard start != Int.max, end != Int.max, start >= 0, end >= start else { return nil }
      return start..<end
    }

    var groupCount: Int { expression.groupCount }
    func number(ofGroup name: String) -> Int? { expression.group(named: name) }
  #else
    init(_ expression: RegularExpression) throws { self.expression = expression }
    func find(_ text: UnsafeRawBufferPointer, from start: Int = 0) throws -> Bool { false }
    func group(_ index: Int) -> Range<Int>? { nil }
    var anchored: (match: DirectMatch, groups: UnsafePointer<Int>)? { nil }
    var groupCount: Int { 0 }
    func number(ofGroup name: String) -> Int? { nil }
  #endif

  /// Calls `body` with each match in turn, as Java's `Matcher.find` goes on after empty ones, until
  /// it returns false.
  func forEachMatch(
    _ text: UnsafeRawBufferPointer,
    _ body: (Range<Int>) throws -> Bool
  ) throws {
    var start = 0
    while start <= text.count, try find(text, from: start), let match = group(0) {
      guard try body(match) else { return }
      start = match.upperBound
      if match.isEmpty {
        start += start < text.count ? UTF8Text.width(text[start]) : 1
      }
    }
  }
}
