import Synchronization

/// The encodings that were chosen for columns, from one file to the next.
///
/// Files of one table hold values of one kind, so that a choice by trial is good for several of them.
/// In files of some thousands of rows the trials cost more than everything else that a writer does.
public final class EncodingMemory: Sendable {
  private let trials = Mutex<[String: EncodingTrial]>([:])

  /// A memory of nothing, for files with the same options.
  public init() {}

  /// The last trial of a leaf.
  func trial(of path: String) -> EncodingTrial? { trials.withLock { $0[path] } }

  /// Keeps a trial for the files to come.
  func keep(_ trial: EncodingTrial, of path: String) { trials.withLock { $0[path] = trial } }
}
