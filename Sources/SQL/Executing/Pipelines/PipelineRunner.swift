import ColumnFormat

/// Runs pipelines on the pool: every worker pulls morsels and pushes them through to the sink.
enum PipelineRunner {
  /// Inputs below this many rows are run on the calling thread: waking the pool costs as much.
  static let rowCountParallel = 100_000

  /// Runs a pipeline to its end, sink combined.
  static func run(_ pipeline: Pipeline, _ control: RunControl) throws {
    try control.check()
    let workerCount = try prepare(pipeline, control)
    for strand in pipeline.strands
    where !strand.stages.contains(where: \.isSatisfied) && !isIdle(strand) {
      control.pool.run(workerCount) { index in
        let worker = WorkerContext(index: index, count: workerCount, control: control)
        do { try work(strand, pipeline.sink, worker) } catch { control.fail(error) }
      }
      try control.check()
    }
    let start = monotonicNanoseconds()
    try pipeline.sink.combine(control)
    pipeline.sink.statistics?.add(
      rowsIn: 0,
      rowsOut: 0,
      nanoseconds: monotonicNanoseconds() - start
    )
    try control.check()
  }

  /// Whether a strand has nothing to do because a join did not spill: waking workers is not free.
  static func isIdle(_ strand: Strand) -> Bool {
    strand.source is SpilledJoinSource && strand.source.morselCount == 0
  }

  /// Prepares sources and sink; returns how many workers are worth it.
  static func prepare(_ pipeline: Pipeline, _ control: RunControl) throws -> Int {
    var workerCount = 1
    for strand in pipeline.strands where !strand.stages.contains(where: \.isSatisfied) {
      try strand.source.prepare(control)
      control.settings.progress?.addParts(strand.source.morselCount)
      let isSmall = strand.source.rowCountEstimate.map { $0 < rowCountParallel } ?? false
      if !isSmall {
        workerCount = max(workerCount, min(control.settings.threads, strand.source.morselCount))
      }
    }
    try pipeline.sink.prepare(workerCount: workerCount, control)
    return workerCount
  }

  /// One worker's part of a strand.
  static func work(_ strand: Strand, _ sink: Sink, _ worker: WorkerContext) throws {
    let control = worker.control
    let end = try sink.makeConsumer(worker)
    end.cancellation = control.settings.cancellation
    var first = end
    for stage in strand.stages.reversed() {
      let consumer = try stage.makeConsumer(worker)
      consumer.next = first
      consumer.cancellation = control.settings.cancellation
      first = consumer
    }
    let reader = try strand.source.makeReader(worker)
    let stages = strand.stages
    let start = monotonicNanoseconds()
    var rowCount = 0
    defer { reader.close() }
    while !control.isStopped, let morsel = try strand.source.claim() {
      end.begin(morsel: morsel)
      let rowCountBefore = rowCount
      try reader.read(morsel) { batch in
        if batch.rowCount > 0 {
          rowCount &+= batch.rowCount
          try first.push(batch)
        }
        if control.isStopped { return false }
        for stage in stages where stage.isSatisfied { return false }
        return true
      }
      try first.drainAll()
      try sink.end(morsel: morsel, worker: worker.index)
      control.settings.progress?.finishPart(rowCount: rowCount - rowCountBefore)
      if stages.contains(where: \.isSatisfied) { break }
    }
    let elapsed = monotonicNanoseconds() - start
    let nanoseconds = max(elapsed - first.totalNanoseconds, 0)
    strand.source.statistics?.add(rowsIn: rowCount, rowsOut: rowCount, nanoseconds: nanoseconds)
    strand.source.output?.add(rowsIn: 0, rowsOut: rowCount, nanoseconds: nanoseconds)
    try first.closeAll()
  }
}
