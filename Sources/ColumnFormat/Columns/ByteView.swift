#if canImport(Glibc)
  public import Glibc
#endif

/// A string or binary value in 16 bytes: up to twelve bytes inline, or four and a pointer.
///
/// ```
///   bytes 0-3   length
///   bytes 4-7   the first four bytes (zero padded)
///   bytes 8-15  the next eight bytes (zero padded), or the address of the whole value
/// ```
/// Most comparisons end at the first eight bytes (Neumann & Freitag, *Umbra*, CIDR 2020).
@frozen
public struct ByteView: BitwiseCopyable, Sendable {
  /// Length in the low half, the first four bytes in the high half.
  public var head: UInt64
  /// Bytes four to eleven of a short value; the address of a long one.
  public var tail: UInt64

  /// The longest value that needs no memory of its own.
  @inlinable public static var inlineByteCountMax: Int { 12 }

  /// The empty value.
  @inlinable
  public init() {
    head = 0
    tail = 0
  }

  /// A view of `count` bytes at `start`, which must outlive the view when `count` is over twelve.
  @inlinable
  public init(_ start: UnsafeRawPointer, count: Int) {
    if count <= ByteView.inlineByteCountMax {
      var low: UInt64 = 0
      var high: UInt64 = 0
      if count >= 8 {
        low = start.loadUnaligned(as: UInt64.self)
        // The last eight bytes, shifted so that only those past the eighth stay.
        let last = (start + (count &- 8)).loadUnaligned(as: UInt64.self)
        high = count == 8 ? 0 : last &>> UInt64(truncatingIfNeeded: (16 &- count) &* 8)
      } else if count >= 4 {
        let first = UInt64(start.loadUnaligned(as: UInt32.self))
        let last = UInt64((start + (count &- 4)).loadUnaligned(as: UInt32.self))
        low = first | (last &<< UInt64(truncatingIfNeeded: (count &- 4) &* 8))
      } else {
        for index in 0..<count {
          low |= UInt64(start.load(fromByteOffset: index, as: UInt8.self)) &<< UInt64(index &* 8)
        }
      }
      // low holds bytes 0-7 and high bytes 8-11; the view wants 0-3 and 4-11.
      head = UInt64(UInt32(truncatingIfNeeded: count)) | (low &<< 32)
      tail = (low &>> 32) | (high &<< 32)
    } else {
      let first = UInt64(start.loadUnaligned(as: UInt32.self))
      head = UInt64(UInt32(truncatingIfNeeded: count)) | (first &<< 32)
      tail = UInt64(UInt(bitPattern: start))
    }
  }

  /// Copies the bytes of a long view; up to 32 without a call.
  @inline(__always)
  func copyLong(to target: UnsafeMutableRawPointer) {
    let count = self.count
    let source = address
    // Two steps that overlap, so that nothing outside of the value is touched.
    if count <= 16 {
      let last = source.loadUnaligned(fromByteOffset: count &- 8, as: UInt64.self)
      target.storeBytes(of: source.loadUnaligned(as: UInt64.self), as: UInt64.self)
      target.storeBytes(of: last, toByteOffset: count &- 8, as: UInt64.self)
    } else if count <= 32 {
      let last = source.loadUnaligned(fromByteOffset: count &- 16, as: SIMD2<UInt64>.self)
      target.storeBytes(
        of: source.loadUnaligned(as: SIMD2<UInt64>.self),
        as: SIMD2<UInt64>.self
      )
      target.storeBytes(of: last, toByteOffset: count &- 16, as: SIMD2<UInt64>.self)
    } else {
      target.copyMemory(from: source, byteCount: count)
    }
  }

  /// A view of the bytes of another long one that were copied to `address`.
  @inline(__always)
  init(head: UInt64, address: UnsafeMutableRawPointer) {
    self.head = head
    tail = UInt64(UInt(bitPattern: address))
  }

  /// The number of bytes.
  @inlinable
  public var count: Int { Int(UInt32(truncatingIfNeeded: head)) }

  /// Whether the value lies inside the view.
  @inlinable
  public var isInline: Bool { count <= ByteView.inlineByteCountMax }

  /// Where a long value lies.
  @inlinable
  public var address: UnsafeRawPointer {
    assert(!isInline)
    // The bit pattern came from a pointer in `init`, so it is never zero.
    return UnsafeRawPointer(bitPattern: UInt(tail)).unsafelyUnwrapped
  }

  /// Calls `body` with the bytes.
  @inlinable
  public func withBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows
    -> Result
  {
    if isInline {
      var copy = self
      return try withUnsafeBytes(of: &copy) {
        try body(UnsafeRawBufferPointer(rebasing: $0[4..<(4 &+ count)]))
      }
    }
    return try body(UnsafeRawBufferPointer(start: address, count: count))
  }

  /// The value as text, with invalid UTF-8 repaired; for messages and output, never per row.
  public var text: String { withBytes { String(decoding: $0, as: UTF8.self) } }

  /// Whether both views hold the same bytes.
  @inlinable
  public static func isEqual(_ left: ByteView, _ right: ByteView) -> Bool {
    if left.head != right.head { return false }
    if left.tail == right.tail { return true }
    if left.isInline { return false }
    return memcmp(left.address, right.address, left.count) == 0
  }

  /// Negative, zero or positive as `left` sorts before, with or after `right`, byte by byte.
  ///
  /// For UTF-8 this is the order of code points, as Trino compares text.
  @inlinable
  public static func compare(_ left: ByteView, _ right: ByteView) -> Int {
    let leftPrefix = UInt32(truncatingIfNeeded: left.head &>> 32).byteSwapped
    let rightPrefix = UInt32(truncatingIfNeeded: right.head &>> 32).byteSwapped
    if leftPrefix != rightPrefix { return leftPrefix < rightPrefix ? -1 : 1 }
    if left.isInline && right.isInline {
      let leftRest = left.tail.byteSwapped
      let rightRest = right.tail.byteSwapped
      if leftRest != rightRest { return leftRest < rightRest ? -1 : 1 }
      // The bytes behind the shorter one are zeros, and so are those of the longer one.
      return left.count < right.count ? -1 : (left.count > right.count ? 1 : 0)
    }
    return compareLong(left, right)
  }

  /// The order of views of which one at least is long.
  @usableFromInline
  static func compareLong(_ left: ByteView, _ right: ByteView) -> Int {
    left.withBytes { leftBytes in
      right.withBytes { rightBytes in
        let shared = min(leftBytes.count, rightBytes.count)
        if shared > 0, let leftStart = leftBytes.baseAddress,
          let rightStart = rightBytes.baseAddress
        {
          let order = compare(leftStart, rightStart, count: shared)
          if order != 0 { return order }
        }
        return leftBytes.count < rightBytes.count
          ? -1 : (leftBytes.count > rightBytes.count ? 1 : 0)
      }
    }
  }

  /// The order of `count` bytes at two places.
  ///
  /// Most differ within the first words, for which a call of memcmp takes longer than the comparison.
  @inline(__always)
  private static func compare(
    _ left: UnsafeRawPointer,
    _ right: UnsafeRawPointer,
    count: Int
  ) -> Int {
    var at = 0
    while count - at >= 8 && at < 32 {
      let leftWord = UInt64(bigEndian: (left + at).loadUnaligned(as: UInt64.self))
      let rightWord = UInt64(bigEndian: (right + at).loadUnaligned(as: UInt64.self))
      if leftWord != rightWord { return leftWord < rightWord ? -1 : 1 }
      at += 8
    }
    let order = memcmp(left + at, right + at, count - at)
    return order == 0 ? 0 : (order < 0 ? -1 : 1)
  }
}

extension UnsafePointer where Pointee == ByteView {
  /// The bytes of the view this pointer stands at; valid while the column of the view lives.
  @inlinable
  public var bytes: UnsafeRawBufferPointer {
    let view = pointee
    let start = view.isInline ? UnsafeRawPointer(self) + 4 : view.address
    return UnsafeRawBufferPointer(start: start, count: view.count)
  }
}

extension UnsafeMutablePointer where Pointee == ByteView {
  /// The bytes of the view this pointer stands at; valid while the column of the view lives.
  @inlinable
  public var bytes: UnsafeRawBufferPointer { UnsafePointer(self).bytes }
}

/// The objects that keep the long values of a byte column alive.
public struct ByteHeap: @unchecked Sendable {
  /// Pages, arenas or mapped files; few, and each once.
  public private(set) var owners: [AnyObject]

  /// A heap kept alive by `owners`.
  public init(_ owners: [AnyObject] = []) { self.owners = owners }

  /// Keeps an object that was kept a moment ago, or has not been yet.
  ///
  /// Readers ask for the same page, and what belongs to it, over and over: only the last two owners are
  /// looked at.
  mutating func keep(_ owner: AnyObject) {
    for recent in owners.suffix(2) where recent === owner { return }
    owners.append(owner)
  }

  /// Both heaps together, without repeating an owner.
  public func union(_ other: ByteHeap) -> ByteHeap { ByteHeap.union([self, other]) }

  /// All heaps together, without repeating an owner.
  ///
  /// - Complexity: linear in the number of owners, so that thousands of batches can be put together.
  public static func union(_ heaps: [ByteHeap]) -> ByteHeap {
    let count = heaps.reduce(0) { $0 + $1.owners.count }
    var joined: [AnyObject] = []
    joined.reserveCapacity(count)
    if count <= 8 {
      // A comparison with each is cheaper than a set.
      for heap in heaps {
        for owner in heap.owners where !joined.contains(where: { $0 === owner }) {
          joined.append(owner)
        }
      }
      return ByteHeap(joined)
    }
    var known = Set<ObjectIdentifier>(minimumCapacity: count)
    for heap in heaps {
      for owner in heap.owners where known.insert(ObjectIdentifier(owner)).inserted {
        joined.append(owner)
      }
    }
    return ByteHeap(joined)
  }
}

/// Memory for the long values of a byte column that is being built: blocks that never move.
public final class ByteArena: @unchecked Sendable {
  private var blocks: [MemoryBlock] = []
  private var next: UnsafeMutableRawPointer
  private var remaining = 0
  private var blockByteCount: Int
  /// The memory taken from the system, in bytes.
  public private(set) var byteCount = 0
  /// What of it holds texts, or is left over between them, in bytes.
  public var usedByteCount: Int { byteCount - remaining }

  /// An empty arena whose first block has `blockByteCount` bytes.
  public init(blockByteCount: Int = 16 << 10) {
    self.blockByteCount = blockByteCount
    // Never read: `remaining` is zero until the first block is there.
    next = UnsafeMutableRawPointer(bitPattern: 64).unsafelyUnwrapped
  }

  /// Room for `count` bytes, to be filled by the caller.
  @inline(__always)
  public func allocate(_ count: Int) -> UnsafeMutableRawPointer {
    if count > remaining { addBlock(atLeast: count) }
    let start = next
    next += count
    remaining &-= count
    return start
  }

  private func addBlock(atLeast count: Int) {
    let size = max(count, blockByteCount)
    let block = MemoryBlock(byteCount: size)
    blocks.append(block)
    byteCount += size
    next = block.base
    remaining = size
    // Doubling keeps the number of blocks small; 1 MiB keeps the waste bounded.
    blockByteCount = min(blockByteCount * 2, 1 << 20)
  }

  /// A view of a copy of `bytes` that lives as long as this arena.
  @inline(__always)
  public func copy(_ bytes: UnsafeRawBufferPointer) -> ByteView {
    guard let start = bytes.baseAddress, !bytes.isEmpty else { return ByteView() }
    if bytes.count <= ByteView.inlineByteCountMax { return ByteView(start, count: bytes.count) }
    let target = allocate(bytes.count)
    target.copyMemory(from: start, byteCount: bytes.count)
    return ByteView(target, count: bytes.count)
  }

  /// A view whose bytes this arena owns; short values are themselves already.
  @inline(__always)
  public func copy(_ view: ByteView) -> ByteView {
    if view.isInline { return view }
    let target = allocate(view.count)
    target.copyMemory(from: view.address, byteCount: view.count)
    return ByteView(target, count: view.count)
  }

  /// Appends views of copies of values that lie one after the other in a column.
  ///
  /// One block takes all of them, so that thousands of small pieces of memory are spared.
  func copy(
    _ views: UnsafePointer<ByteView>,
    count: Int,
    to target: inout BufferBuilder<ByteView>
  ) {
    var byteCount = 0
    for index in 0..<count { byteCount &+= views[index].isInline ? 0 : views[index].count }
    var place = byteCount > 0 ? allocate(byteCount) : next
    let copies = target.room(for: count)
    for index in 0..<count {
      let view = views[index]
      if view.isInline {
        copies[index] = view
        continue
      }
      view.copyLong(to: place)
      copies[index] = ByteView(head: view.head, address: place)
      place += view.count
    }
    target.advance(by: count)
  }

  /// A view of the UTF-8 form of `text`.
  public func copy(_ text: String) -> ByteView {
    var text = text
    return text.withUTF8 { copy(UnsafeRawBufferPointer($0)) }
  }
}
