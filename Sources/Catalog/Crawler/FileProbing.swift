import ColumnFormat
import ObjectStore
import RowFormat
import Synchronization

#if canImport(Glibc)
  import Glibc
#endif

/// Looks into many files on a few threads; into a large text file, on all that are idle.
final class FileProbing: Sendable {
  struct Task: Sendable {
    /// The file's number; its path is made when it is opened, as a million of them take memory.
    var file: Int
    var byteCount: Int
    /// How text is laid out if that is known.
    var format: RecordFormat?
    /// Whether the first records of a text file will do.
    var isSampled = false
  }

  enum Outcome: Sendable {
    case probe(FileProbe)
    case refusal(String)
    case cancelled
  }

  private let tasks: [Task]
  private let store = LocalFolder("/")
  private let next = Atomic<Int>(0)
  private let doneCount = Atomic<Int>(0)
  private let shared = OpenInferences()
  private let outcomes: Mutex<[Outcome]>
  private let progress: CrawlProgress
  private let path: @Sendable (_ file: Int) -> String

  private init(
    _ tasks: [Task],
    _ progress: CrawlProgress,
    _ path: @escaping @Sendable (_ file: Int) -> String
  ) {
    self.tasks = tasks
    self.path = path
    self.progress = progress
    outcomes = Mutex(Array(repeating: .cancelled, count: tasks.count))
  }

  /// Looks into files.
  ///
  /// - Parameters:
  ///   - tasks: The files.
  ///   - threadCount: How many threads work.
  ///   - progress: Who is told how far it is.
  ///   - path: A file's path as the system knows it.
  /// - Returns: The outcome for each file, in the order of the files.
  static func run(
    _ tasks: [Task],
    threadCount: Int,
    progress: CrawlProgress,
    path: @escaping @Sendable (_ file: Int) -> String
  ) -> [Outcome] {
    let probing = FileProbing(tasks, progress, path)
    let hasLarge = tasks.contains { $0.byteCount >= OpenInferences.sharedByteCountMin }
    let count = max(1, hasLarge ? threadCount : min(threadCount, tasks.count))
    WorkerThreads.run(count: count) { _ in
      probing.work()
      if hasLarge { probing.help() }
    }
    return probing.outcomes.withLock { $0 }
  }

  /// Helps those that are still at work on large files.
  private func help() {
    while !progress.isCancelled(), doneCount.load(ordering: .relaxed) < tasks.count {
      if !shared.help() { usleep(500) }
    }
  }

  private func work() {
    // Most files have the columns of the one before; kept once, they take no memory.
    var last: [Field] = []
    while !progress.isCancelled() {
      let index = next.add(1, ordering: .relaxed).oldValue
      guard index < tasks.count else { return }
      defer { doneCount.add(1, ordering: .relaxed) }
      let task = tasks[index]
      let outcome: Outcome
      let reading = FileReading(progress, byteCount: task.byteCount)
      do throws(FileProbe.Refusal) {
        var probe = try FileProbe(
          path: path(task.file),
          in: store,
          byteCount: task.byteCount,
          format: task.format,
          isSampled: task.isSampled,
          shared: shared,
          reading: reading
        )
        if probe.fields == last { probe.fields = last } else { last = probe.fields }
        outcome = .probe(probe)
      } catch {
        outcome = .refusal(error.reason)
      }
      outcomes.withLock { $0[index] = outcome }
      reading.finish()
    }
  }
}

/// How a crawl tells how far it is, and learns that it shall stop; called from several threads.
public struct CrawlProgress: Sendable {
  /// Called with the number and size of the files that will be looked at.
  public var begin: @Sendable (_ fileCount: Int, _ byteCount: Int) -> Void = { _, _ in }
  /// Called when so many more bytes of them are dealt with, in large files several times.
  public var read: @Sendable (_ byteCount: Int) -> Void = { _ in }
  /// Called after each file.
  public var probed: @Sendable () -> Void = {}
  /// Asked before each file.
  public var isCancelled: @Sendable () -> Bool = { false }

  /// Progress that nobody watches.
  public init() {}
}

/// How far the reading of one file is, told to who watches it all.
final class FileReading: Sendable {
  private let progress: CrawlProgress
  private let byteCount: Int
  private let toldByteCount = Atomic<Int>(0)

  init(_ progress: CrawlProgress, byteCount: Int) {
    self.progress = progress
    self.byteCount = byteCount
  }

  /// The first bytes of the file are dealt with; one call at a time.
  func advance(to position: Int) {
    let position = min(position, byteCount)
    let told = toldByteCount.load(ordering: .relaxed)
    guard position > told else { return }
    toldByteCount.store(position, ordering: .relaxed)
    progress.read(position - told)
  }

  /// The file is dealt with, whether or not all of it had to be read.
  func finish() {
    advance(to: byteCount)
    progress.probed()
  }
}
