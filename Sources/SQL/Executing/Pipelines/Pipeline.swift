import ColumnFormat
import Synchronization

/// What a worker needs to make its instances of operators.
struct WorkerContext {
  /// From zero; the sinks keep a state for each.
  var index: Int
  /// How many workers run the pipeline.
  var count: Int
  var control: RunControl
}

/// Where the batches of a pipeline come from: pieces of work ("morsels") that any worker may take.
class Source: @unchecked Sendable {
  final let statistics: OperatorStatistics?
  /// Of an operator whose sink took the rows that this source hands on.
  final let output: OperatorStatistics?
  private let claimed = Atomic<Int>(0)

  init(statistics: OperatorStatistics?, output: OperatorStatistics? = nil) {
    self.statistics = statistics
    self.output = output
  }

  /// Called once before the workers start: what the pipelines before this one found out is known.
  func prepare(_ control: RunControl) throws {}

  /// The number of morsels, after ``prepare(_:)``.
  var morselCount: Int { 0 }

  /// About how many rows there are, where that is known.
  var rowCountEstimate: Int? { nil }

  /// Takes the next morsel; nil when there is none left.
  func claim() throws -> Int? {
    let number = claimed.wrappingAdd(1, ordering: .relaxed).oldValue
    return number < morselCount ? number : nil
  }

  func makeReader(_ worker: WorkerContext) throws -> SourceReader {
    preconditionFailure("a source makes readers")
  }
}

/// One worker's way through a source.
class SourceReader {
  /// Pushes the batches of a morsel; stops when `push` returns false.
  func read(_ morsel: Int, push: (Batch) throws -> Bool) throws {}

  /// Reports what is counted and lets go of files.
  func close() {}
}

/// A streaming operator of a plan; every worker has an instance of its own.
class Stage: @unchecked Sendable {
  final let statistics: OperatorStatistics?

  init(statistics: OperatorStatistics?) { self.statistics = statistics }

  func makeConsumer(_ worker: WorkerContext) throws -> BatchConsumer {
    preconditionFailure("a stage makes consumers")
  }

  /// Whether no more rows are wanted: the limit is reached, the build side is empty.
  var isSatisfied: Bool { false }
}

/// The end of a pipeline, where rows are collected by all workers.
class Sink: @unchecked Sendable {
  final let statistics: OperatorStatistics?

  init(statistics: OperatorStatistics?) { self.statistics = statistics }

  /// Called before the workers start.
  func prepare(workerCount: Int, _ control: RunControl) throws {}

  func makeConsumer(_ worker: WorkerContext) throws -> BatchConsumer {
    preconditionFailure("a sink makes consumers")
  }

  /// Brings the workers' results together; called by one thread, after all are done.
  func combine(_ control: RunControl) throws {}

  /// Called on the worker after the last batch of a morsel.
  func end(morsel: Int, worker: Int) throws {}
}

/// A source and the streaming operators its batches go through, not yet ended by a sink.
struct Strand {
  var source: Source
  var stages: [Stage]
  /// What the last stage puts out.
  var columns: [PlanColumn]

  /// The strand with one more stage.
  func adding(_ stage: Stage, columns: [PlanColumn]) -> Strand {
    var longer = self
    longer.stages.append(stage)
    longer.columns = columns
    return longer
  }
}

/// Strands that end in the same sink; each begins when the one before it is done by all workers.
struct Pipeline {
  var strands: [Strand]
  var sink: Sink
}
