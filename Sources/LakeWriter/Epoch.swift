/// A file that is written and waits for its commit.
struct StagedFile: Sendable {
  var rename: Checkpoint.Rename
  var rowCount: Int
  var byteCount: Int
  /// The place of its job among all jobs.
  var number = 0
}

/// What one commit makes visible: all records between two places in the input.
struct Epoch: Sendable {
  var number: Int
  /// When its first record arrived, in milliseconds.
  var openedMillis: Int64?
  /// Where the stream is after it.
  var position = StreamPosition()
  /// Whether its records are complete.
  var isCut = false
  /// Whether all inputs are delivered with it.
  var isLast = false
  /// Files that are still to be written.
  var unwrittenCount = 0
  var staged: [StagedFile] = []
  /// The partitions of its files.
  var keys: Set<PartitionKey> = []
  /// The keys that repetitions of its records are known by.
  var seen: SeenKeys.Delta?
  /// The key attributes of the items, as far as they are known.
  var itemKeys: [String]?
  /// What its records and files count.
  var taken = Checkpoint.Totals()
  var written = Checkpoint.Totals()

  init(number: Int) { self.number = number }

  /// Counts records that were taken in.
  mutating func take(
    _ counts: Checkpoint.Totals,
    through position: StreamPosition,
    nowMillis: Int64
  ) {
    if counts.records > 0 { openedMillis = openedMillis ?? nowMillis }
    taken.add(counts)
    self.position = position
  }

  /// A file was written.
  mutating func add(_ file: StagedFile) {
    unwrittenCount -= 1
    staged.append(file)
    if file.rename.area == .data {
      written.add(
        Checkpoint.Totals(delivered: file.rowCount, files: 1, fileBytes: file.byteCount)
      )
    }
  }
}

extension Checkpoint.Totals {
  mutating func add(_ more: Checkpoint.Totals) {
    records += more.records
    inputBytes += more.inputBytes
    delivered += more.delivered
    rejected += more.rejected
    files += more.files
    fileBytes += more.fileBytes
  }
}
