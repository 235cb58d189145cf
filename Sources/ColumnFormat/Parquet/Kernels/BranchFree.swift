/// Truth as a number, without the jump that `condition ? 1 : 0` becomes in a counted loop.
///
/// Levels and predicates are as good as random: a wrong guess costs seven times what the loop does.
enum BranchFree {
  /// One for true, zero for false.
  @inline(__always)
  static func byte(_ condition: Bool) -> UInt8 { unsafeBitCast(condition, to: UInt8.self) & 1 }

  /// One for true, zero for false.
  @inline(__always)
  static func integer(_ condition: Bool) -> Int { Int(truncatingIfNeeded: byte(condition)) }
}
