import Synchronization

/// A decompressor that the columns of a row group share.
///
/// Contexts of codecs are expensive to make, so a row group's reader takes one that another has
/// finished with.
final class PageDecompressor {
  private let decompressor: Decompressor

  private init() { decompressor = Decompressor() }

  func decompress(
    _ codec: Codec,
    _ source: UnsafeRawBufferPointer,
    into target: UnsafeMutableRawBufferPointer
  ) throws(DecodingFailure) {
    try decompressor.decompress(codec, source, into: target)
  }

  /// An idle decompressor; nobody else refers to it while it lies in the list.
  private struct Idle: @unchecked Sendable {
    var list: [PageDecompressor] = []
  }

  private static let idle = Mutex(Idle())
  /// As many as run at once on any machine.
  private static let idleCountMax = 64

  /// One that is idle, or a new one.
  static func take() -> PageDecompressor {
    let found = idle.withLock { idle in Held(idle.list.popLast()) }
    return found.decompressor ?? PageDecompressor()
  }

  /// Puts it back for the next reader.
  func putBack() {
    let held = Held(self)
    PageDecompressor.idle.withLock { idle in
      if idle.list.count < PageDecompressor.idleCountMax, let decompressor = held.decompressor {
        idle.list.append(decompressor)
      }
    }
  }

  /// Carries a decompressor over the lock's border, from one owner to the next.
  private struct Held: @unchecked Sendable {
    let decompressor: PageDecompressor?
    init(_ decompressor: PageDecompressor?) { self.decompressor = decompressor }
  }
}
