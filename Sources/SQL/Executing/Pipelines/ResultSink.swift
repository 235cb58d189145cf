import ColumnFormat

/// Hands the last pipeline's batches to who asked, on the calling thread and in the order of morsels.
///
/// Workers run ahead only so far; the one that works on the oldest morsel never waits, so there is
/// always somebody to wait for.
final class ResultSink: Sink, @unchecked Sendable {
  private static let waitingRowCountMax = 1 << 17

  private let monitor = Monitor()
  private let control: RunControl
  private var batches: [Int: [Batch]] = [:]
  private var finished: Set<Int> = []
  private var oldest = 0
  private var waitingRowCount = 0
  private var workersLeft = 0

  init(_ control: RunControl) {
    self.control = control
    super.init(statistics: nil)
  }

  override func makeConsumer(_ worker: WorkerContext) throws -> BatchConsumer { Consumer(self) }

  /// Begins a strand that so many workers run.
  func begin(workerCount: Int) {
    monitor.locked {
      batches = [:]
      finished = []
      oldest = 0
      waitingRowCount = 0
      workersLeft = workerCount
    }
  }

  /// A worker is done, in whatever way.
  func leave() {
    monitor.locked {
      workersLeft -= 1
      monitor.signal()
    }
  }

  /// Wakes whoever waits, to look whether the query is stopped.
  func wake() { monitor.locked { monitor.signal() } }

  override func end(morsel: Int, worker: Int) throws {
    monitor.locked {
      finished.insert(morsel)
      monitor.signal()
    }
  }

  fileprivate func add(_ batch: Batch, morsel: Int) {
    monitor.locked {
      while waitingRowCount > ResultSink.waitingRowCountMax && morsel != oldest
        && !control.isStopped
      {
        monitor.wait()
      }
      batches[morsel, default: []].append(batch)
      waitingRowCount += batch.rowCount
      monitor.signal()
    }
  }

  /// The next batches in order; nil when there are no more.
  func next() -> [Batch]? {
    monitor.locked {
      while true {
        if control.isStopped { return nil }
        if let found = batches.removeValue(forKey: oldest) {
          waitingRowCount -= found.reduce(0) { $0 + $1.rowCount }
          monitor.signal()
          return found
        }
        if finished.remove(oldest) != nil {
          oldest += 1
          monitor.signal()
          continue
        }
        if workersLeft == 0 { return nil }
        monitor.wait()
      }
    }
  }

  private final class Consumer: BatchConsumer {
    private let sink: ResultSink
    var morsel = 0

    init(_ sink: ResultSink) {
      self.sink = sink
      super.init(statistics: nil)
    }

    override func begin(morsel: Int) { self.morsel = morsel }
    override func consume(_ batch: Batch) throws { sink.add(batch, morsel: morsel) }
  }
}

/// Hands batches on as they come, on the calling thread.
final class DirectSink: Sink, @unchecked Sendable {
  private let receive: (Batch) throws -> Void

  init(_ receive: @escaping (Batch) throws -> Void) {
    self.receive = receive
    super.init(statistics: nil)
  }

  override func makeConsumer(_ worker: WorkerContext) throws -> BatchConsumer {
    Consumer(receive)
  }

  private final class Consumer: BatchConsumer {
    private let receive: (Batch) throws -> Void

    init(_ receive: @escaping (Batch) throws -> Void) {
      self.receive = receive
      super.init(statistics: nil)
    }

    override func consume(_ batch: Batch) throws { try receive(batch) }
  }
}
