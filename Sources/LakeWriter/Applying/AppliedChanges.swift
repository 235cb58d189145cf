import ColumnFormat
import RowFormat

#if canImport(Glibc)
  import Glibc
#endif

/// Files of changes made into files of items: of each item only the newest row stays, of removed ones
/// none.
///
/// The files are unfinished ones that wait for the last commit of a run that replaces partitions. Those
/// that lose rows are written anew beside them, under other names, so that a crash leaves the old ones
/// for the next attempt. A partition that loses all of its rows keeps a file without rows: it takes the
/// place of what was there before.
struct AppliedChanges {
  /// What became of a file.
  struct FileChange: Equatable {
    var droppedRowCount: Int
    var byteCountChange: Int
    /// Whether no file took its place.
    var isGone: Bool
  }

  /// The files that are to appear.
  private(set) var renames: [Checkpoint.Rename] = []
  /// What became of the files that changed, by their names; they are to be removed.
  private(set) var changes: [String: FileChange] = [:]

  /// Decides which rows stay, and writes the files that lose some anew.
  ///
  /// - Parameters:
  ///   - renames: Unfinished data files, in the order of their records.
  ///   - keys: The names of the key attributes.
  ///   - files: Where they lie.
  ///   - settings: How files are written.
  /// - Throws: When a file cannot be read or written; the old ones are all there then.
  init(
    _ renames: [Checkpoint.Rename],
    keys: [String],
    files: StagedFiles,
    settings: DeliverySettings
  ) throws(LakeWriterError) {
    let folder = files.folder(.data)
    let newest = try NewestChanges(
      renames.map { "\(folder)/\($0.name)" },
      keys: keys,
      byteCountMax: settings.bufferByteCountMax
    )
    var keptCounts: [String: Int] = [:]
    for (file, kept) in zip(renames, newest.kept) {
      keptCounts[file.folder, default: 0] += kept.setCount
    }
    var emptied: Set<String> = []
    for (file, kept) in zip(renames, newest.kept) {
      if kept.setCount == kept.count && kept.count > 0 {
        self.renames.append(file)
        continue
      }
      let isForEmptied = keptCounts[file.folder] == 0 && emptied.insert(file.folder).inserted
      var byteCount = 0
      if kept.setCount > 0 || isForEmptied {
        var renamed = file
        renamed.name = AppliedChanges.anotherName(file.name, settings.fileExtension)
        byteCount = try AppliedChanges.rewrite(
          "\(folder)/\(file.name)",
          as: files.sink("\(folder)/\(renamed.name)"),
          kept,
          settings.writer
        )
        self.renames.append(renamed)
      }
      changes[file.name] = FileChange(
        droppedRowCount: kept.count - kept.setCount,
        byteCountChange: byteCount - AppliedChanges.byteCount("\(folder)/\(file.name)"),
        isGone: kept.setCount == 0 && !isForEmptied
      )
    }
  }

  /// A name with another random part.
  static func anotherName(_ name: String, _ suffix: String) -> String {
    var random = SystemRandomNumberGenerator()
    let uuid = ObjectName.uuid(&random)
    return name.dropLast(suffix.count + uuid.count) + uuid + suffix
  }

  private static func byteCount(_ path: String) -> Int {
    var status = stat()
    return stat(path, &status) == 0 ? Int(status.st_size) : 0
  }

  /// Writes the rows of a file that stay, and returns the size of the new one.
  private static func rewrite(
    _ path: String,
    as sink: FileSink,
    _ kept: RowMarks,
    _ options: WriterOptions
  ) throws(LakeWriterError) -> Int {
    let file: ParquetFile
    do throws(ColumnFormatError) { file = try ParquetFile(path: path) } catch {
      throw LakeWriterError(.source(error.message), path: path)
    }
    do throws(ColumnFormatError) {
      var writer = try ParquetWriter(sink: sink, schema: file.schema, options: options)
      var first = 0
      for group in file.metadata.rowGroups.indices where kept.setCount > 0 {
        let reader = try file.reader(rowGroup: group, fields: Array(file.schema.fields.indices))
        while let batch = try reader.next(Batch.rowCountTarget), batch.rowCount > 0 {
          let rows = (0..<batch.rowCount).filter { kept.isSet(first + $0) }
          first += batch.rowCount
          if rows.count == batch.rowCount {
            try writer.write(batch)
          } else if !rows.isEmpty {
            try writer.write(batch.taking(Buffer(rows.map { UInt32(truncatingIfNeeded: $0) })))
          }
        }
      }
      let written = try writer.finish()
      try sink.sync()
      try sink.close()
      return written.byteCount
    } catch {
      unlink(sink.path)
      throw LakeWriterError(destination: error, path: sink.path)
    }
  }
}

extension Checkpoint.Totals {
  /// Takes away what files have lost.
  mutating func apply(_ changes: some Collection<AppliedChanges.FileChange>) {
    for change in changes {
      delivered -= change.droppedRowCount
      fileBytes += change.byteCountChange
      files -= change.isGone ? 1 : 0
    }
  }
}
