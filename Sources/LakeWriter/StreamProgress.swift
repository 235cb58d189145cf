import ObjectStore
import RowFormat

#if canImport(Glibc)
  import Glibc
#endif

/// What a process that delivers says about itself once a second: what it has taken and not committed yet.
///
/// It lies in `streams/STREAM/progress.json`, for whoever looks. Nothing depends on it, so it is not
/// synced, and a write that fails is passed over.
package struct StreamProgress: Sendable, Equatable {
  /// When the oldest record that is not committed arrived, in milliseconds since 1970-01-01 UTC; nil
  /// where none waits.
  package var oldestMillis: Int64?
  /// Partitions with records that are not committed.
  package var activePartitionCount: Int
  /// Records that are not committed.
  package var waitingRecordCount: Int

  private static let name = "progress.json"

  package init(oldestMillis: Int64?, activePartitionCount: Int, waitingRecordCount: Int) {
    self.oldestMillis = oldestMillis
    self.activePartitionCount = activePartitionCount
    self.waitingRecordCount = waitingRecordCount
  }

  /// Replaces what the process said before.
  func write(streamFolder: String) {
    let json: JSONValue = [
      "oldestMillis": oldestMillis.map { .integer(Int($0)) } ?? .null,
      "activePartitions": .integer(activePartitionCount),
      "waitingRecords": .integer(waitingRecordCount),
    ]
    let path = "\(streamFolder)/\(StreamProgress.name)"
    guard let file = fopen("\(path).new", "w") else { return }
    let text = json.compactText + "\n"
    let written = fputs(text, file)
    if fclose(file) == 0 && written >= 0 { rename("\(path).new", path) }
  }

  /// Nothing waits any more.
  static func remove(streamFolder: String) {
    unlink("\(streamFolder)/\(name)")
    unlink("\(streamFolder)/\(name).new")
  }

  /// What a process said last; nil where none has.
  static func read(streamFolder: String) -> StreamProgress? {
    guard let bytes = try? LocalFolder(streamFolder).read(name),
      let json = try? JSONValue.parse(bytes),
      let active = json["activePartitions"]?.integerValue,
      let waiting = json["waitingRecords"]?.integerValue
    else { return nil }
    return StreamProgress(
      oldestMillis: json["oldestMillis"]?.integerValue.map { Int64($0) },
      activePartitionCount: active,
      waitingRecordCount: waiting
    )
  }
}
