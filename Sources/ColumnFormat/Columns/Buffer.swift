import CKernels

/// A block of raw memory with one owner; buffers and views share it by reference.
public final class MemoryBlock: @unchecked Sendable {
  /// The first byte; aligned to 16 bytes, from 2 KiB on to 64, and from 2 MiB on to that.
  public let base: UnsafeMutableRawPointer
  /// The size in bytes.
  public let byteCount: Int

  /// Allocates `byteCount` bytes (at least one) without setting them.
  public init(byteCount: Int) {
    let size = max(byteCount, 1)
    self.byteCount = size
    base =
      BlockPool.take(byteCount: size)
      ?? UnsafeMutableRawPointer.allocate(byteCount: size, alignment: size < 2 << 10 ? 16 : 64)
  }

  deinit {
    if !BlockPool.give(base, byteCount: byteCount) { base.deallocate() }
  }

  /// Gives memory that is kept for later blocks back to the system; for programs that wait after
  /// large work.
  public static func releaseIdleMemory() { LargeBlocks.releaseIdle() }

  /// Keeps freed memory from piling up in the C library's allocator: for programs, as the first thing.
  ///
  /// Large blocks go back to the system when they are freed, whatever was freed before, and there are
  /// no more arenas than processors. Without that, the peak of a join of many batches is twice as high;
  /// giving smaller blocks back would cost a third of the time of fast queries.
  ///
  /// - Parameter threadCount: How many threads may run at once.
  public static func limitIdleMemory(threadCount: Int) {
    lake_limit_idle_memory(4 << 20, 16 << 20, Int32(clamping: max(2, threadCount)))
  }
}

/// A run of values in memory that some object keeps alive.
///
/// A buffer is a view: copying or slicing it copies no values. Whoever made it fills it before
/// handing it on; from then on nobody writes.
@frozen
public struct Buffer<Element: BitwiseCopyable>: @unchecked Sendable {
  /// The first value.
  public let base: UnsafeMutablePointer<Element>
  /// The number of values.
  public let count: Int
  /// What keeps the memory alive: a ``MemoryBlock``, a mapped file, a page.
  public let owner: AnyObject

  /// A view of `count` values at `base`, kept alive by `owner`.
  @inlinable
  public init(base: UnsafeMutablePointer<Element>, count: Int, owner: AnyObject) {
    self.base = base
    self.count = count
    self.owner = owner
  }

  /// A fresh buffer whose values are not set; the caller fills it.
  @inlinable
  public init(count: Int) {
    let block = MemoryBlock(byteCount: count &* MemoryLayout<Element>.stride)
    self.init(
      base: block.base.assumingMemoryBound(to: Element.self),
      count: count,
      owner: block
    )
  }

  /// A fresh buffer with `count` copies of `value`.
  @inlinable
  public init(repeating value: Element, count: Int) {
    self.init(count: count)
    base.initialize(repeating: value, count: count)
  }

  /// A fresh buffer with the values of `array`.
  @inlinable
  public init(_ array: [Element]) {
    self.init(count: array.count)
    array.withUnsafeBufferPointer {
      if let first = $0.baseAddress { base.initialize(from: first, count: $0.count) }
    }
  }

  /// The value at `index`; checked in debug builds only.
  @inlinable
  public subscript(index: Int) -> Element {
    get {
      assert(index >= 0 && index < count)
      return base[index]
    }
    nonmutating set {
      assert(index >= 0 && index < count)
      base[index] = newValue
    }
  }

  /// The values of `range` without copying.
  @inlinable
  public func slice(_ range: Range<Int>) -> Buffer {
    precondition(range.lowerBound >= 0 && range.upperBound <= count)
    return Buffer(base: base + range.lowerBound, count: range.count, owner: owner)
  }

  /// The values as a standard buffer pointer, valid while this buffer lives.
  @inlinable
  public var values: UnsafeBufferPointer<Element> {
    UnsafeBufferPointer(start: base, count: count)
  }
}

/// A buffer that grows by appending; `finish()` hands the values on without a copy.
@frozen
public struct BufferBuilder<Element: BitwiseCopyable>: @unchecked Sendable {
  @usableFromInline var block: MemoryBlock
  @usableFromInline var base: UnsafeMutablePointer<Element>
  @usableFromInline var capacity: Int
  @usableFromInline var filled: Int
  /// The number of values appended.
  @inlinable public var count: Int { filled }

  /// An empty builder with room for `capacity` values.
  @inlinable
  public init(capacity: Int = 64) {
    let room = max(capacity, 1)
    block = MemoryBlock(byteCount: room &* MemoryLayout<Element>.stride)
    base = block.base.assumingMemoryBound(to: Element.self)
    self.capacity = room
    filled = 0
  }

  /// Makes room for `additional` more values.
  @inlinable
  public mutating func reserve(_ additional: Int) {
    if count &+ additional > capacity { grow(to: count + additional) }
  }

  @usableFromInline
  mutating func grow(to needed: Int) {
    let room = max(needed, capacity * 2)
    let larger = MemoryBlock(byteCount: room * MemoryLayout<Element>.stride)
    let target = larger.base.assumingMemoryBound(to: Element.self)
    target.update(from: base, count: count)
    block = larger
    base = target
    capacity = room
  }

  /// Appends one value.
  @inlinable
  public mutating func append(_ value: Element) {
    if count == capacity { grow(to: count + 1) }
    base[count] = value
    filled &+= 1
  }

  /// Appends `count` copies of `value`.
  @inlinable
  public mutating func append(repeating value: Element, count added: Int) {
    reserve(added)
    (base + count).update(repeating: value, count: added)
    filled &+= added
  }

  /// Appends the values at `source`.
  @inlinable
  public mutating func append(from source: UnsafePointer<Element>, count added: Int) {
    reserve(added)
    (base + count).update(from: source, count: added)
    filled &+= added
  }

  /// Forgets the values, and keeps the memory if nobody else holds it.
  @inlinable
  public mutating func removeAll() {
    filled = 0
    if !isKnownUniquelyReferenced(&block) {
      block = MemoryBlock(byteCount: capacity &* MemoryLayout<Element>.stride)
      base = block.base.assumingMemoryBound(to: Element.self)
    }
  }

  /// The value at `index`.
  @inlinable
  public subscript(index: Int) -> Element {
    get { base[index] }
    set { base[index] = newValue }
  }

  /// The values appended so far, as a buffer that shares this builder's memory.
  @inlinable
  public func finish() -> Buffer<Element> { Buffer(base: base, count: count, owner: block) }
}
