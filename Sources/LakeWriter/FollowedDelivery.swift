import RowFormat

#if canImport(Glibc)
  import Glibc
#endif

/// Delivers files and what is added to them for as long as it is not interrupted.
///
/// Every round delivers the whole lines that have come since the last one, with the stream's
/// journal, so that a round that dies is gone on with like any other delivery.
public struct FollowedDelivery: Sendable {
  private let settings: DeliverySettings
  private let list: @Sendable () -> [String]

  /// A compressed file is taken when nobody has written to it for so long.
  private static let quietMillis: Int64 = 2000
  private static let pollMicros: UInt32 = 200_000

  /// A delivery of files that may grow and become more.
  ///
  /// - Parameters:
  ///   - settings: Where to and how; ``BufferingHints/intervalSeconds`` is how long records wait.
  ///   - list: Gives the paths of all files that there are by now.
  public init(_ settings: DeliverySettings, list: @escaping @Sendable () -> [String]) {
    self.settings = settings
    self.list = list
  }

  /// Delivers until ``DeliverySettings/isInterrupted`` says so, or the destination fails.
  ///
  /// What has come by then and waits for its time is delivered, too, unless a round was interrupted:
  /// then it goes on with the rest another time.
  ///
  /// - Parameter progress: See ``DeliveryStream/deliver(_:progress:)``.
  /// - Returns: What all rounds together delivered.
  public func run(
    progress: @escaping @Sendable (DeliveryProgress) -> Void = { _ in }
  ) -> DeliverySummary {
    var settings = settings
    settings.resumes = true
    settings.growingFiles = GrowingFiles(settings)
    let intervalMillis = Int64(settings.hints.intervalSeconds) * 1000
    var total = DeliverySummary()
    var delivered: [String: Int] = [:]
    var lastMillis: Int64?
    var isEnding = false
    while !isEnding && total.failure == nil && !total.isInterrupted {
      isEnding = settings.isInterrupted()
      if isEnding { settings.isInterrupted = { false } }
      let files = files()
      let sizes = Dictionary(files.map { ($0.key, $0.byteCount) }) { max($0, $1) }
      let addedByteCount = sizes.reduce(0) { $0 + max($1.value - (delivered[$1.key] ?? 0), 0) }
      let now = FollowedDelivery.clockMillis
      // Nobody who interrupts the start wants all that there is to be delivered first.
      let isDue =
        isEnding
        ? lastMillis != nil
        : lastMillis.map { now - $0 >= intervalMillis } ?? true
          || addedByteCount >= settings.hints.byteCount
      if addedByteCount > 0 && isDue {
        let paths = files.map(\.path).sorted()
        total.add(DeliveryStream(settings).deliver(paths, progress: progress))
        delivered = sizes
        lastMillis = now
      }
      if !isEnding && total.failure == nil { usleep(FollowedDelivery.pollMicros) }
    }
    // An interrupt is how it ends.
    total.isInterrupted = false
    return total
  }

  /// A file that may be read now.
  private struct ReadableFile {
    var path: String
    var key: String
    var byteCount: Int
  }

  private func files() -> [ReadableFile] {
    var files: [ReadableFile] = []
    for path in list() {
      var status = stat()
      guard stat(path, &status) == 0, let identity = try? InputIdentity(file: path) else {
        continue
      }
      let changed = Int64(status.st_mtim.tv_sec) * 1000 + Int64(status.st_mtim.tv_nsec) / 1_000_000
      let isQuiet = FollowedDelivery.wallMillis - changed >= FollowedDelivery.quietMillis
      if identity.isCompressed && !isQuiet { continue }
      files.append(
        ReadableFile(path: path, key: identity.key, byteCount: identity.byteCount)
      )
    }
    return files
  }

  private static var clockMillis: Int64 { millis(CLOCK_MONOTONIC) }
  private static var wallMillis: Int64 { millis(CLOCK_REALTIME) }

  private static func millis(_ clock: clockid_t) -> Int64 {
    var time = timespec()
    clock_gettime(clock, &time)
    return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
  }
}

extension DeliverySummary {
  /// Counts another round of the same delivery.
  mutating func add(_ round: DeliverySummary) {
    recordCount += round.recordCount
    inputByteCount += round.inputByteCount
    deliveredRowCount += round.deliveredRowCount
    fileCount += round.fileCount
    fileByteCount += round.fileByteCount
    partitions.merge(round.partitions) { $0 + $1 }
    rejectedCount += round.rejectedCount
    rejectFiles += round.rejectFiles
    untimedCount += round.untimedCount
    outsideCount += round.outsideCount
    filteredCount += round.filteredCount
    repeatedCount += round.repeatedCount
    unkeyedCount += round.unkeyedCount
    undeliveredRowCount += round.undeliveredRowCount
    // An input that is damaged is found again in each round.
    inputFailures.removeAll { failure in round.inputFailures.contains { $0.path == failure.path } }
    inputFailures += round.inputFailures
    failure = failure ?? round.failure
    isInterrupted = isInterrupted || round.isInterrupted
    schema = round.schema
  }
}
