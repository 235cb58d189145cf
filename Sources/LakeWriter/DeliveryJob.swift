/// Something that is to become a file.
struct DeliveryJob: @unchecked Sendable {
  enum Content {
    case partition(PartitionKey, PartitionBuffer, openedMillis: Int64)
    case rejects(FailedRecords.Batch)
    case backup(SourceBackup.Part)
  }

  /// The commit that it belongs to.
  var epoch: Int
  var content: Content
}

extension DeliverySummary {
  /// Files that were written are held back until a run is complete.
  mutating func forgetFiles() {
    fileCount = 0
    fileByteCount = 0
    deliveredRowCount = 0
    partitions = [:]
    rejectFiles = []
  }

  mutating func add(_ epoch: Epoch, _ settings: DeliverySettings) {
    for file in epoch.staged {
      switch file.rename.area {
      case .rejects:
        rejectFiles.append("\(settings.rejectsFolder)/\(file.rename.folder)\(file.rename.name)")
      case .backup: break
      case .data:
        fileCount += 1
        fileByteCount += file.byteCount
        deliveredRowCount += file.rowCount
        partitions[file.rename.folder, default: 0] += 1
      }
    }
  }
}
