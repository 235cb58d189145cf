/// How a column chunk will be written: what is decided before its pages are encoded.
///
/// Pages can then be encoded in any order, and on several threads.
struct ChunkPlan: @unchecked Sendable {
  /// A page: which levels, values and rows of the chunk it takes.
  struct Page: Sendable {
    var levels: Range<Int>
    var values: Range<Int>
    var rows: Range<Int>
  }

  /// How the values are laid out.
  var encoding: ChunkEncoding
  /// The bounds of all values, with views into the chunk's own memory.
  var bounds: ValueBounds
  /// The data pages in order.
  var pages: [Page] = []
  /// The hashes of the values, where they are asked for.
  var bloomFilter: SplitBlockBloomFilter?
}

/// An encoded page as it stands in the file.
struct EncodedPage: @unchecked Sendable {
  /// Header and body; empty where they wait in the encoder.
  var bytes: [UInt8] = []
  /// The sizes, header included.
  var size: PageEncoder.PageSize
  /// The bounds of the values, with views into the chunk's own memory.
  var bounds: ValueBounds = .none
}
