import Catalog
import ColumnFormat

/// Tables made of files that no catalog knows.
struct FileTables: Sendable {
  let threads: Int

  /// Some files as one table; what they hold and which columns they have is found out here.
  func table(_ name: String, _ found: [FileSearch.Found]) throws(SQLError) -> TableHandle {
    // Empty files are left behind by jobs that wrote nothing.
    let files = found.filter { $0.byteCount > 0 }
    guard let first = files.first else {
      throw SQLError(.tableNotFound, "'\(name)' holds no data: all files are empty")
    }
    let format = try FileFormat.of(first.path)
    for file in files.dropFirst() {
      let other = try FileFormat.of(file.path)
      if other != format {
        throw SQLError(
          .notSupported,
          "'\(name)' holds files of different formats",
          details: ["\(format.rawValue): \(first.path)", "\(other.rawValue): \(file.path)"],
          help: "name files of one format: FROM 'folder/*.\(format.rawValue)'"
        )
      }
    }
    if format == .parquet {
      let known = try ParquetFooters.read(files, threads: threads)
      return FileTableMemory.shared.table(name, files, known)
    }
    let grouped = FolderPartitions(files)
    let text = try TextTables.schema(files.map(\.path), format, threads: threads)
    return TableHandle(
      name: name,
      columns: TableHandle.columns(text.schema.fields, keys: grouped.keys),
      partitions: grouped.partitions,
      format: text.format
    )
  }
}
