/// Something that is to become a file.
struct DeliveryJob: @unchecked Sendable {
  enum Content {
    case partition(PartitionKey, PartitionBuffer, openedMillis: Int64)
    case rejects(FailedRecords.Batch)
    case backup(SourceBackup.Part)
  }

  /// The commit that it belongs to.
  var epoch: Int
  /// Its place among all jobs of the run, which is that of its records.
  var number: Int
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

  /// Counts what became of files when only the newest row of each item was left.
  mutating func apply(_ changes: some Collection<AppliedChanges.FileChange>) {
    for change in changes {
      supersededCount += change.droppedRowCount
      deliveredRowCount -= change.droppedRowCount
      fileByteCount += change.byteCountChange
      fileCount -= change.isGone ? 1 : 0
    }
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
