/// The matcher of the pattern that was used last.
struct MatcherCache {
  private var source = SameBytes()
  private var matcher: RegularExpressionMatcher?

  mutating func matcher(_ pattern: UnsafeRawBufferPointer) throws -> RegularExpressionMatcher {
    var isOther = false
    return try matcher(pattern, isOther: &isOther)
  }

  /// The matcher of a pattern; `isOther` becomes true where it is not the one of the last call.
  mutating func matcher(_ pattern: UnsafeRawBufferPointer, isOther: inout Bool) throws
    -> RegularExpressionMatcher
  {
    if source.isSame(as: pattern), let matcher { return matcher }
    isOther = true
    matcher = nil
    let made = try RegularExpressionMatcher(RegularExpression.compiled(pattern))
    matcher = made
    return made
  }
}

/// Tells whether bytes are the ones that were seen last.
///
/// Most often they lie at the same place, as a constant argument's do. Lives no longer than the
/// arguments of one call.
struct SameBytes {
  private var address: UnsafeRawPointer?
  private var bytes: [UInt8]?
  /// Set to have the next bytes taken for others.
  var isForgotten = false

  /// Whether `other` is what the last call got; remembers it if not.
  @inline(__always)
  mutating func isSame(as other: UnsafeRawBufferPointer) -> Bool {
    if let address, address == other.baseAddress, bytes?.count == other.count, !isForgotten {
      return true
    }
    return remember(other)
  }

  @inline(never)
  private mutating func remember(_ other: UnsafeRawBufferPointer) -> Bool {
    address = other.baseAddress
    let isSame = !isForgotten && bytes.map { $0.elementsEqual(other) } ?? false
    if !isSame { bytes = Array(other) }
    isForgotten = false
    return isSame
  }
}
