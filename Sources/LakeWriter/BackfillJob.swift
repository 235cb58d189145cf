import ObjectStore
import RowFormat

/// A backfill by its name: a stream of its own, and the arguments it was started with.
package struct BackfillJob: Sendable {
  package let name: String
  private let streamsFolder: String

  /// How the streams of jobs are called.
  private static let prefix = "backfill-"

  /// The name of the job's stream.
  package var stream: String { BackfillJob.prefix + name }

  package init(_ name: String, streamsFolder: String) {
    self.name = name
    self.streamsFolder = streamsFolder
  }

  /// The names of all jobs in a folder of streams.
  package static func names(streamsFolder: String) throws(LakeWriterError) -> [String] {
    try StreamReport.all(streamsFolder: streamsFolder).compactMap {
      $0.name.hasPrefix(prefix) ? String($0.name.dropFirst(prefix.count)) : nil
    }
  }

  /// How the job stands; nil if there is none.
  package func report() throws(LakeWriterError) -> StreamReport? {
    try StreamReport(streamsFolder: streamsFolder, name: stream)
  }

  private var store: LocalFolder { LocalFolder("\(streamsFolder)/\(stream)") }
  private static let path = "job.json"

  /// The arguments the job was started with; nil if there is no such job.
  package func arguments() throws(LakeWriterError) -> [String]? {
    try document()?["arguments"]?.arrayValue?.compactMap(\.stringValue)
  }

  /// Whether the process of the last run has seen it end; false if it was killed in its last moments,
  /// when everything was delivered already.
  package func hasEnded() throws(LakeWriterError) -> Bool {
    guard let document = try document(), let ended = document["endedRun"]?.integerValue else {
      return false
    }
    return try report()?.run == ended
  }

  private func document() throws(LakeWriterError) -> JSONValue? {
    let bytes: [UInt8]
    do throws(ObjectStoreError) { bytes = try store.read(BackfillJob.path) } catch {
      if error.kind == .notFound { return nil }
      throw LakeWriterError(.source("\(error)"), path: store.systemPath(BackfillJob.path))
    }
    return try? JSONValue.parse(bytes)
  }

  /// Keeps the arguments for ``arguments()``.
  package func keep(arguments: [String]) throws(LakeWriterError) {
    try keep(arguments, endedRun: try document()?["endedRun"]?.integerValue)
  }

  /// Keeps that the last run has ended.
  package func keepEnd() throws(LakeWriterError) {
    guard let arguments = try arguments() else { return }
    try keep(arguments, endedRun: try report()?.run)
  }

  private func keep(_ arguments: [String], endedRun: Int?) throws(LakeWriterError) {
    var object: JSONObject = ["arguments": .array(arguments.map { .string($0) })]
    object["endedRun"] = endedRun.map { .integer($0) }
    do throws(ObjectStoreError) {
      try store.put(
        Array((JSONValue.object(object).prettyText + "\n").utf8),
        at: BackfillJob.path
      )
    } catch {
      throw LakeWriterError(destination: error, path: store.systemPath(BackfillJob.path))
    }
  }

  /// Gives up what the job has not delivered; the settings are those it ran with.
  package func cancel(_ settings: DeliverySettings) throws(LakeWriterError) {
    try StreamJournal(settings).cancel()
  }
}
