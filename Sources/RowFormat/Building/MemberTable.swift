#if canImport(Glibc)
  import Glibc
#endif

/// The spellings of an object's keys, found by guessing that keys come in the order of last time.
///
/// A spelling is the raw text between the quotes, so a key needs no unescaping to be compared.
/// Trivial memory without references: it lives inside slots that hot loops reach by pointer.
struct MemberTable {
  /// One spelling of a key.
  struct Member {
    /// The first sixteen bytes of the name, a quote and a colon, zero padded.
    var first: UInt64
    var second: UInt64
    /// Ones where `first` and `second` count.
    var firstMask: UInt64
    var secondMask: UInt64
    /// The first eight bytes, zero padded.
    var head: UInt64
    /// Ones where `head` counts.
    var mask: UInt64
    /// All bytes, with 16 readable ones behind.
    var name: UnsafeMutablePointer<UInt8>
    var nameCount: Int
    /// The column's slot or shape; negative for a key that is left out.
    var target: Int
    /// The member that came after this one last time.
    var next: Int
  }

  private(set) var members: UnsafeMutablePointer<Member>?
  private(set) var count = 0
  private var capacity = 0
  /// The member that came first last time.
  private var first = 0

  /// The most spellings that are learned; further unknown keys are looked up one by one.
  static let learnedCountMax = 4096

  /// Frees the memory.
  func free() {
    guard let members else { return }
    for index in 0..<count { Glibc.free(members[index].name) }
    Glibc.free(members)
  }

  /// Adds a spelling.
  mutating func add(_ name: UnsafeRawBufferPointer, target: Int) -> Int {
    if count == capacity {
      capacity = max(capacity * 2, 8)
      members = realloc(members, capacity * MemoryLayout<Member>.stride)?
        .assumingMemoryBound(to: Member.self)
    }
    // Memory of this size is always there; without it the process has no way to go on.
    guard let members, let copy = calloc(name.count + 16, 1) else {
      preconditionFailure("out of memory")
    }
    if let source = name.baseAddress { copy.copyMemory(from: source, byteCount: name.count) }
    let headCount = min(name.count, 8)
    let keyed = MemberTable.keyed(name)
    (members + count).initialize(
      to: Member(
        first: keyed.bytes.0,
        second: keyed.bytes.1,
        firstMask: keyed.masks.0,
        secondMask: keyed.masks.1,
        head: copy.loadUnaligned(as: UInt64.self),
        mask: headCount == 8 ? ~0 : (1 &<< UInt64(headCount * 8)) &- 1,
        name: copy.assumingMemoryBound(to: UInt8.self),
        nameCount: name.count,
        target: target,
        next: count + 1
      )
    )
    count += 1
    return count - 1
  }

  /// Makes the spellings of a target match no key.
  func hide(target: Int) {
    guard let members else { return }
    for index in 0..<count where members[index].target == target {
      (members[index].mask, members[index].head) = (0, 1)
      // Differences are masked here: a mask of zero would let every key pass.
      (members[index].firstMask, members[index].first) = (~0, ~0)
      (members[index].secondMask, members[index].second) = (~0, ~0)
    }
  }

  /// The beginning of a name with the quote and the colon behind it.
  private static func keyed(
    _ name: UnsafeRawBufferPointer
  ) -> (bytes: (UInt64, UInt64), masks: (UInt64, UInt64)) {
    var bytes: (UInt64, UInt64) = (0, 0)
    var masks: (UInt64, UInt64) = (0, 0)
    let shown = (Array(name.prefix(16)) + [UInt8(ascii: "\""), UInt8(ascii: ":")]).prefix(16)
    for (index, byte) in shown.enumerated() {
      let shift = UInt64(index & 7) * 8
      if index < 8 {
        bytes.0 |= UInt64(byte) << shift
        masks.0 |= 0xFF << shift
      } else {
        bytes.1 |= UInt64(byte) << shift
        masks.1 |= 0xFF << shift
      }
    }
    return (bytes, masks)
  }

  /// A member whose key came as expected.
  struct Expected {
    var member: Int
    var target: Int
    /// The byte after the colon.
    var value: UnsafePointer<UInt8>
  }

  /// Looks whether the key is the one that came after `previous` last time.
  ///
  /// - Parameters:
  ///   - key: The byte after the opening quote; 16 bytes are readable.
  ///   - previous: The member of the key before, or -1 at an object's start.
  /// - Returns: That member if its spelling stands there with quote and colon; nil proves nothing.
  @inline(__always)
  func expected(_ key: UnsafePointer<UInt8>, after previous: Int) -> Expected? {
    guard let members else { return nil }
    let guess = previous < 0 ? first : members[previous].next
    if guess >= count { return nil }
    let member = members + guess
    let text = UnsafeRawPointer(key)
    let first = text.loadUnaligned(as: UInt64.self) ^ member.pointee.first
    let second = text.loadUnaligned(fromByteOffset: 8, as: UInt64.self) ^ member.pointee.second
    if first & member.pointee.firstMask | second & member.pointee.secondMask != 0 { return nil }
    let nameCount = member.pointee.nameCount
    if nameCount > MemberTable.keyedCountMax && !isWhole(member, text) { return nil }
    return Expected(
      member: guess,
      target: member.pointee.target,
      value: key + (nameCount &+ 2)
    )
  }

  /// Names of more bytes are not compared with quote and colon at once.
  private static let keyedCountMax = 14

  /// Whether a name of which the first sixteen bytes agree, or all of them, stands there whole with
  /// quote and colon.
  @inline(never)
  private func isWhole(_ member: UnsafeMutablePointer<Member>, _ text: UnsafeRawPointer) -> Bool {
    let count = member.pointee.nameCount
    // Compared up to the first difference, so that nothing is read past the text's own end.
    for index in min(16, count)..<count
    where text.load(fromByteOffset: index, as: UInt8.self) != member.pointee.name[index] {
      return false
    }
    return text.load(fromByteOffset: count, as: UInt8.self) == UInt8(ascii: "\"")
      && text.load(fromByteOffset: count + 1, as: UInt8.self) == UInt8(ascii: ":")
  }

  /// The member whose spelling starts at `key` and ends with a quote; nil where none does.
  ///
  /// - Parameters:
  ///   - key: The byte after the opening quote; 8 bytes past the key are readable.
  ///   - previous: The member of the key before, or -1 at an object's start.
  /// - Returns: The member's position.
  @inline(__always)
  mutating func find(_ key: UnsafePointer<UInt8>, after previous: Int) -> Int? {
    guard let members else { return nil }
    let guess = previous < 0 ? first : members[previous].next
    let head = UnsafeRawPointer(key).loadUnaligned(as: UInt64.self)
    if guess < count && MemberTable.matches(members + guess, key, head: head) { return guess }
    return search(key, head: head, after: previous)
  }

  @inline(__always)
  private static func matches(
    _ member: UnsafeMutablePointer<Member>,
    _ key: UnsafePointer<UInt8>,
    head: UInt64
  ) -> Bool {
    if head & member.pointee.mask != member.pointee.head { return false }
    let count = member.pointee.nameCount
    if key[min(count, 8)] != UInt8(ascii: "\"") && count <= 8 { return false }
    if count <= 8 { return true }
    // Compared byte by byte, so that nothing is read past the text's own end.
    var index = 8
    while index < count {
      if key[index] != member.pointee.name[index] { return false }
      index &+= 1
    }
    return key[count] == UInt8(ascii: "\"")
  }

  @inline(never)
  private mutating func search(
    _ key: UnsafePointer<UInt8>,
    head: UInt64,
    after previous: Int
  ) -> Int? {
    guard let members else { return nil }
    for index in 0..<count where MemberTable.matches(members + index, key, head: head) {
      if previous < 0 { first = index } else { members[previous].next = index }
      return index
    }
    return nil
  }
}
