import Synchronization

/// What writers of files leave for the files after them: the encodings that were chosen for columns,
/// and the memory of small chunks and of encoders of pages.
///
/// Files of one table hold values of one kind, so that a choice by trial is good for several of them.
/// In files of some thousands of rows the trials cost more than everything else that a writer does, and
/// making tables and buffers anew for each more than filling them.
public final class EncodingMemory: Sendable {
  private let trials = Mutex<[String: EncodingTrial]>([:])
  private let encoders = Mutex<[PageEncoder]>([])
  /// The empty chunks of files, each with a writer for each leaf.
  private let chunks = Mutex<[[ColumnChunkWriter]]>([])

  /// The most encoders that wait for a file, each with a codec's tables and room for some pages.
  private static let encoderCountMax = 8
  /// The most files whose chunks wait for another one.
  private static let chunksCountMax = 4
  /// Chunks that took more bytes than this in all do not wait.
  static let chunkByteCountMax = 2 << 20

  /// A memory of nothing, for files with the same options.
  public init() {}

  /// The last trial of a leaf.
  func trial(of path: String) -> EncodingTrial? { trials.withLock { $0[path] } }

  /// Keeps a trial for the files to come.
  func keep(_ trial: EncodingTrial, of path: String) { trials.withLock { $0[path] = trial } }

  /// An encoder that another file has done with; nil where none with these options waits.
  func takeEncoder(_ options: WriterOptions) -> PageEncoder? {
    encoders.withLock { encoders in
      guard let index = encoders.lastIndex(where: { $0.isGood(for: options) }) else { return nil }
      return encoders.remove(at: index)
    }
  }

  /// Keeps encoders for the files to come.
  func keep(_ done: [PageEncoder]) {
    encoders.withLock { encoders in
      let room = max(EncodingMemory.encoderCountMax - encoders.count, 0)
      encoders += done.lazy.filter { !$0.isLarge }.prefix(room)
    }
  }

  /// The chunks of a file that is done, for one with the same leaves; nil where none wait.
  func takeChunks(_ leaves: [LeafColumn], _ options: WriterOptions) -> [ColumnChunkWriter]? {
    let known = chunks.withLock { chunks -> [ColumnChunkWriter]? in
      guard
        let index = chunks.lastIndex(where: {
          $0.map(\.leaf) == leaves && $0.allSatisfy { $0.isGood(for: options) }
        })
      else { return nil }
      return chunks.remove(at: index)
    }
    for chunk in known ?? [] { chunk.takeTrial(from: self) }
    return known
  }

  /// Keeps empty chunks for the files to come.
  func keep(_ done: [ColumnChunkWriter]) {
    if done.isEmpty { return }
    chunks.withLock { chunks in
      if chunks.count < EncodingMemory.chunksCountMax { chunks.append(done) }
    }
  }
}
