import ObjectStore
import RowFormat

/// How a delivery stream stands, as its last commit left it.
package struct StreamReport: Sendable, Equatable {
  package var name: String
  /// `database.table`, or `.` for a folder.
  package var destination: String
  /// Whether everything that was asked for is delivered.
  package var isComplete: Bool
  /// The number of the last run.
  package var run: Int
  /// Whether a process delivers right now, and which.
  package var process: Int?
  /// What it has taken and not committed; nil where none says so.
  package var progress: StreamProgress?
  /// The run's inputs, and how many of them are delivered to their end.
  package var inputCount: Int
  package var finishedInputCount: Int
  /// Bytes of the input it stands in, decompressed, that are delivered.
  package var byteOffset: Int
  /// Bytes taken from pipes, of all spools that are left.
  package var spooledByteCount: Int
  /// Counts over the life of the stream.
  package var recordCount: Int
  package var inputByteCount: Int
  package var deliveredCount: Int
  package var rejectedCount: Int
  package var fileCount: Int
  package var fileByteCount: Int
  /// The clock at the last commit, in milliseconds since 1970-01-01 UTC.
  package var committedMillis: Int64

  /// The reports of all streams in a folder, by name.
  package static func all(streamsFolder: String) throws(LakeWriterError) -> [StreamReport] {
    let names: [FolderEntry]
    do throws(ObjectStoreError) { names = try LocalFolder(streamsFolder).entries(of: "") } catch {
      if error.kind == .notFound { return [] }
      throw LakeWriterError(.source("\(error)"), path: streamsFolder)
    }
    var reports: [StreamReport] = []
    for entry in names where entry.isFolder && !entry.name.hasPrefix("_") {
      if let report = try StreamReport(streamsFolder: streamsFolder, name: entry.name) {
        reports.append(report)
      }
    }
    return reports
  }

  /// The report of one stream; nil if there is none, or it never began.
  package init?(streamsFolder: String, name: String) throws(LakeWriterError) {
    let folder = "\(streamsFolder)/\(name)"
    let (checkpoint, ledger) = try StreamState.load(LocalFolder(folder), destination: "")
    if checkpoint.run == 0 { return nil }
    self.name = name
    destination = ledger.destination
    isComplete = checkpoint.isComplete && checkpoint.damaged.isEmpty
    run = checkpoint.run
    process = StreamLock.holder(folder: folder)
    progress = process == nil ? nil : StreamProgress.read(streamFolder: folder)
    inputCount = ledger.inputs.count
    finishedInputCount = checkpoint.position.input - checkpoint.damaged.count
    // A run that has not committed yet stands where its first input starts.
    byteOffset =
      checkpoint.sequence > 0
      ? checkpoint.position.place.byteOffset : ledger.inputs.first?.start.byteOffset ?? 0
    spooledByteCount = ledger.inputs.compactMap(\.spool)
      .reduce(0) { $0 + InputSpool.byteCount(of: "\(folder)/\($1)") }
    recordCount = checkpoint.totals.records
    inputByteCount = checkpoint.totals.inputBytes
    deliveredCount = checkpoint.totals.delivered
    rejectedCount = checkpoint.totals.rejected
    fileCount = checkpoint.totals.files
    fileByteCount = checkpoint.totals.fileBytes
    committedMillis = checkpoint.committedMillis
  }
}
