import ColumnFormat

/// Computes a plan.
struct Execution {
  private let plan: LogicalPlan
  private let output: [PlanColumn]
  private let settings: ExecutionSettings
  /// Tables that are read from memory and not from files, by name.
  var memoryTables: [String: [Batch]] = [:]

  /// - Parameters:
  ///   - plan: An optimized plan.
  ///   - output: The columns of the result, which the plan puts out in some order.
  ///   - settings: Threads, memory, clock and the switch to stop.
  init(plan: LogicalPlan, output: [PlanColumn], settings: ExecutionSettings) {
    self.plan = plan
    self.output = output
    self.settings = settings
  }

  /// Runs the plan and hands over its rows, in order, on the calling thread.
  ///
  /// - Parameter receive: Takes a batch with the output's columns; what it throws stops the query.
  /// - Returns: What was read and done.
  /// - Throws: The first error of any worker, or what `receive` threw.
  func run(_ receive: (Batch) throws -> Void) throws(SQLError) -> ExecutionStatistics {
    let start = monotonicNanoseconds()
    let control = RunControl(settings)
    var builder = PipelineBuilder(control, memoryTables: memoryTables)
    var rowCount = 0
    do {
      let strands = try strands(&builder)
      for pipeline in builder.pipelines { try PipelineRunner.run(pipeline, control) }
      try withoutActuallyEscaping(receive) { receive in
        try runResult(strands, control) { batch in
          rowCount += batch.rowCount
          try receive(batch)
        }
      }
    } catch {
      throw ScanFailure.sqlError(error)
    }
    return statistics(builder, control, since: start, rowCount: rowCount)
  }

  /// Runs the plan and ends it in a sink, which all workers fill at the same time.
  ///
  /// - Parameter makeSink: Gets where the sink counts what it does.
  /// - Returns: What was read and done.
  /// - Throws: The first error of any worker.
  func fill(_ makeSink: (OperatorStatistics?) -> Sink) throws(SQLError) -> ExecutionStatistics {
    let start = monotonicNanoseconds()
    let control = RunControl(settings)
    var builder = PipelineBuilder(control, memoryTables: memoryTables)
    do {
      let strands = try strands(&builder)
      for pipeline in builder.pipelines { try PipelineRunner.run(pipeline, control) }
      try PipelineRunner.run(Pipeline(strands: strands, sink: makeSink(nil)), control)
    } catch {
      throw ScanFailure.sqlError(error)
    }
    return statistics(builder, control, since: start, rowCount: 0)
  }

  /// The strands of the plan with the output's columns.
  private func strands(_ builder: inout PipelineBuilder) throws(SQLError) -> [Strand] {
    var strands: [Strand] = []
    for strand in try builder.build(plan) {
      let items = output.map { LogicalPlan.ProjectItem(column: $0, expression: .column($0)) }
      _ = try PipelineBuilder.positions(output, in: strand.columns)
      strands.append(
        strand.columns.map(\.id) == output.map(\.id)
          ? strand
          : strand.adding(
            ProjectStage(items, strand.columns, statistics: nil),
            columns: output
          )
      )
    }
    return strands
  }

  private func statistics(
    _ builder: PipelineBuilder,
    _ control: RunControl,
    since start: Int,
    rowCount: Int
  ) -> ExecutionStatistics {
    var statistics = ExecutionStatistics()
    statistics.nanoseconds = monotonicNanoseconds() - start
    statistics.threads = settings.threads
    statistics.rowCount = rowCount
    statistics.peakMemoryByteCount = control.budget.peakByteCount
    statistics.spilledByteCount = control.spill.byteCount
    statistics.operators = builder.statistics.map(\.report)
    statistics.scans = statistics.operators.reduce(ScanCounts()) { $0 + ($1.scan ?? ScanCounts()) }
    return statistics
  }

  /// The last pipeline: on this thread where one is enough, otherwise on others while this one takes
  /// the rows.
  private func runResult(
    _ strands: [Strand],
    _ control: RunControl,
    _ receive: @escaping (Batch) throws -> Void
  ) throws {
    try control.check()
    let direct = DirectSink(receive)
    let ordered = ResultSink(control)
    for strand in strands where !strand.stages.contains(where: \.isSatisfied) {
      let single = Pipeline(strands: [strand], sink: direct)
      let workerCount = try PipelineRunner.prepare(single, control)
      if PipelineRunner.isIdle(strand) { continue }
      let isStarted = workerCount > 1 && start(strand, ordered, workerCount, control)
      if !isStarted {
        let worker = WorkerContext(index: 0, count: 1, control: control)
        try PipelineRunner.work(strand, direct, worker)
        try control.check()
        continue
      }
      do {
        while let batches = ordered.next() {
          for batch in batches { try receive(batch) }
        }
      } catch {
        control.fail(error)
        ordered.wake()
      }
      ordered.wake()
      control.pool.wait()
      try control.check()
    }
  }

  private func start(
    _ strand: Strand,
    _ sink: ResultSink,
    _ workerCount: Int,
    _ control: RunControl
  ) -> Bool {
    sink.begin(workerCount: workerCount)
    return control.pool.start(workerCount) { index in
      let worker = WorkerContext(index: index, count: workerCount, control: control)
      do { try PipelineRunner.work(strand, sink, worker) } catch { control.fail(error) }
      sink.leave()
    }
  }
}
