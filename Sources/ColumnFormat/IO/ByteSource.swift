/// Bytes that stay where they are for as long as the object lives.
///
/// Columns may point into them, so they must not change either.
public protocol ByteSource: AnyObject, Sendable {
  /// All bytes.
  var bytes: UnsafeRawBufferPointer { get }

  /// Lets go of memory that the system can bring back when bytes are touched again.
  func releasePages()
}

extension ByteSource {
  /// Nothing can be brought back.
  public func releasePages() {}
}

/// Bytes in memory.
public final class MemorySource: ByteSource, @unchecked Sendable {
  private let block: MemoryBlock
  private let count: Int

  /// A copy of `contents`.
  public init(_ contents: [UInt8]) {
    block = MemoryBlock(byteCount: contents.count)
    count = contents.count
    contents.withUnsafeBytes { if let base = $0.baseAddress { fill(from: base) } }
  }

  private func fill(from base: UnsafeRawPointer) {
    block.base.copyMemory(from: base, byteCount: count)
  }

  /// All bytes.
  public var bytes: UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(start: block.base, count: count)
  }
}
