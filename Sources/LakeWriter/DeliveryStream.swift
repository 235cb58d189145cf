package import ColumnFormat

/// Turns records into partitioned Parquet files.
///
/// Workers take blocks of records in turn, decode them side by side, and hand the rows on in the order
/// they were read; ``BufferState`` says when a buffer is due, and whoever handed on the rows writes the
/// file, while the others go on decoding.
public final class DeliveryStream: Sendable {
  private let settings: DeliverySettings
  private let known: KnownSchema

  /// What earlier runs knew of the stream's fields.
  package struct KnownSchema: Sendable, Equatable {
    package var schema: Schema
    package var numbering: FieldNumbering

    package init(schema: Schema = Schema([]), numbering: FieldNumbering = FieldNumbering()) {
      self.schema = schema
      self.numbering = numbering
    }
  }

  /// A stream that knows nothing of its records yet.
  public convenience init(_ settings: DeliverySettings) {
    self.init(settings, known: KnownSchema())
  }

  /// A stream that goes on with the fields of earlier runs.
  package init(_ settings: DeliverySettings, known: KnownSchema) {
    self.settings = settings
    self.known = known
  }

  /// Delivers all records of the inputs, in their order.
  ///
  /// What goes wrong is told in the summary, together with what was delivered all the same.
  ///
  /// - Parameters:
  ///   - inputs: Paths of files; `-` is standard input.
  ///   - progress: Called now and then, from any thread, one call at a time.
  /// - Returns: What was delivered, rejected and left.
  public func deliver(
    _ inputs: [String],
    progress: @escaping @Sendable (DeliveryProgress) -> Void = { _ in }
  ) -> DeliverySummary { run(inputs, progress: progress).summary }

  /// As ``deliver(_:progress:)``, and what the next run should know.
  package func run(
    _ inputs: [String],
    progress: @escaping @Sendable (DeliveryProgress) -> Void
  ) -> (summary: DeliverySummary, known: KnownSchema) {
    let source = BlockSource(inputs, format: settings.format)
    let buffers = DeliveryBuffers(settings, known: known)
    WorkerThreads.run(count: settings.workerCount) { [settings] _ in
      let worker = DeliveryWorker(settings: settings, source: source, buffers: buffers)
      worker.run(progress)
    }
    let remaining = buffers.end()
    WorkerThreads.run(count: settings.workerCount) { _ in
      while let job = remaining.next() { buffers.write(job) }
    }
    return buffers.finish(
      inputFailures: source.failures,
      isInterrupted: settings.isInterrupted()
    )
  }
}
