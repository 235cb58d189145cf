import Catalog
import LakeWriter

/// The folders that a delivery writes to.
struct DeliveryTarget {
  /// Nil when the destination is a folder outside of any lake.
  var table: TableName?
  /// Where the partitions lie.
  var folder: String
  var rejectsFolder: String
  /// Where the stream keeps what it knows between runs.
  var streamsFolder: String
  /// The lake's folder; nil outside.
  var lake: String?

  /// A table of a lake, in the place that is its by default.
  init(table: TableName, lake: String) {
    self.table = table
    self.lake = lake
    folder = "\(lake)/data/\(table.database)/\(table.table)"
    rejectsFolder = "\(lake)/rejects/\(table.database)/\(table.table)"
    streamsFolder = "\(lake)/streams"
  }

  /// A folder; what is not data goes under names that readers skip.
  init(folder: String) {
    self.folder = folder
    rejectsFolder = "\(folder)/_rejects"
    streamsFolder = "\(folder)/_streams"
  }

  var defaultStreamName: String { table.map { "\($0.database)-\($0.table)" } ?? "lake" }

  /// How the destination is called in messages.
  var name: String { table?.description ?? folder }
}
