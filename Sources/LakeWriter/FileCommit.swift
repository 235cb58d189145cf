import ColumnFormat
import ObjectStore

#if canImport(Glibc)
  import Glibc
#endif

/// Makes a Parquet file visible whole or not at all: hidden name, `fsync`, rename, `fsync` of the
/// folder.
///
/// Readers skip names that start with a dot, so what a crash leaves behind is never read.
enum FileCommit {
  /// Files in the making have this ending behind their hidden name.
  static let partSuffix = ".part"

  /// Writes a batch as the Parquet file `folder/name` and returns its size in bytes.
  static func parquet(
    _ batch: Batch,
    schema: Schema,
    folder: String,
    name: String,
    options: WriterOptions
  ) throws(LakeWriterError) -> Int {
    let path = "\(folder)/\(name)"
    do throws(ObjectStoreError) {
      try LocalFolder(folder).makeFolder("")
    } catch {
      throw LakeWriterError(destination: error, path: folder)
    }
    let hidden = "\(folder)/.\(name)\(partSuffix)"
    do throws(ColumnFormatError) {
      let sink = try FileSink(path: hidden)
      var writer = try ParquetWriter(sink: sink, schema: schema, options: options)
      try writer.write(batch)
      let written = try writer.finish()
      try sink.sync()
      try sink.close()
      try rename(hidden, to: path)
      try sync(folder: folder)
      return written.byteCount
    } catch {
      unlink(hidden)
      throw LakeWriterError(destination: error, path: path)
    }
  }

  private static func rename(_ from: String, to target: String) throws(ColumnFormatError) {
    if Glibc.rename(from, target) != 0 { throw systemError("rename", target) }
  }

  private static func sync(folder: String) throws(ColumnFormatError) {
    let descriptor = open(folder, O_RDONLY | O_DIRECTORY)
    if descriptor < 0 { throw systemError("open", folder) }
    defer { close(descriptor) }
    if fsync(descriptor) != 0 { throw systemError("fsync", folder) }
  }

  private static func systemError(_ call: String, _ path: String) -> ColumnFormatError {
    ColumnFormatError(
      .system(call: call, message: String(cString: strerror(errno))),
      ColumnFormatError.Location(path: path)
    )
  }
}

extension LakeWriterError {
  private static let keepsDelivered =
    "make room or grant access; files delivered before are complete and stay"

  /// A refusal of the Parquet writer.
  init(destination error: ColumnFormatError, path: String) {
    switch error.kind {
    case .system(_, let message):
      self.init(.destination(message), path: path, help: LakeWriterError.keepsDelivered)
    default: self.init(.destination(error.message), path: path)
    }
  }

  /// A refusal of the object store.
  init(destination error: ObjectStoreError, path: String) {
    let words =
      switch error.kind {
      case .notFound: "there is no such folder"
      case .alreadyExists: "the name is taken"
      case .full: "No space left on device"
      case .system(_, let message): message
      }
    self.init(.destination(words), path: path, help: LakeWriterError.keepsDelivered)
  }
}
