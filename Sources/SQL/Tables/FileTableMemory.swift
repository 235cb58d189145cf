import Catalog
import ColumnFormat
import Synchronization

/// The tables that lately were made of Parquet files.
///
/// Putting together what 720 footers say takes as long as many a query; while all of them are the
/// same, so is the table. Only what the footers say is kept, and not the files.
final class FileTableMemory: Sendable {
  static let shared = FileTableMemory()

  private struct Entry {
    var paths: [String]
    /// Of the files as they were read: see ``KnownParquetFile``.
    var numbers: [Int]
    var table: TableHandle
  }

  private static let entryCountMax = 16
  private let entries = Mutex<[Entry]>([])

  /// The table that some files make.
  func table(
    _ name: String,
    _ files: [FileSearch.Found],
    _ known: [KnownParquetFile]
  ) -> TableHandle {
    let numbers = known.map(\.number)
    let remembered = entries.withLock { entries -> TableHandle? in
      guard
        let index = entries.firstIndex(where: { entry in
          entry.numbers == numbers && entry.paths.elementsEqual(files.lazy.map(\.path))
        })
      else { return nil }
      // The one that was used last goes last.
      entries.append(entries.remove(at: index))
      return entries.last?.table
    }
    if var table = remembered {
      table.name = name
      return table
    }
    let table = FileTableMemory.made(name, files, known)
    let entry = Entry(paths: files.map(\.path), numbers: numbers, table: table)
    entries.withLock { entries in
      if entries.count >= FileTableMemory.entryCountMax { entries.removeFirst() }
      entries.append(entry)
    }
    return table
  }

  private static func made(
    _ name: String,
    _ files: [FileSearch.Found],
    _ known: [KnownParquetFile]
  ) -> TableHandle {
    let grouped = FolderPartitions(files)
    let footers = ParquetFooters(known)
    var handle = TableHandle(
      name: name,
      columns: TableHandle.columns(footers.schema.fields, keys: grouped.keys),
      partitions: grouped.partitions,
      format: .parquet,
      rowCount: footers.rowCount
    )
    for (position, column) in handle.columns.enumerated() where column.partitionIndex == nil {
      let own = footers.schema.fields.firstIndex { $0.name == column.name }
      handle.statistics[position] = own.flatMap { footers.statistics[$0] }
    }
    return handle
  }
}
