import CExchange
import ObjectStore

#if canImport(Glibc)
  import Glibc
#endif

/// Replaces whole partitions: a reader lists the old files of a partition or the new ones, never both.
///
/// The new files are collected in a folder that is exchanged with the partition's in one step
/// (`renameat2`, `RENAME_EXCHANGE`); what comes back is removed. Each step can be done again after a
/// crash: the names of the new files tell which folder is which.
struct PartitionSwap {
  /// The table's folder.
  let root: String
  /// Where the new files lie, and folders are collected; on the same file system.
  let staging: String

  /// Refuses partitions that cannot be replaced.
  ///
  /// - Parameter folders: Relative to the table, with a slash at the end.
  /// - Throws: When one of them is the table itself or holds other folders.
  func validate(_ folders: Set<String>) throws(LakeWriterError) {
    for folder in folders.sorted() {
      let path = "\(root)/\(folder)"
      if folder.isEmpty {
        throw LakeWriterError(
          .invalidSettings("a table without partitions cannot be replaced by partition"),
          path: path
        )
      }
      let entries = (try? LocalFolder(path).entries(of: "")) ?? []
      if let inner = entries.first(where: \.isFolder) {
        throw LakeWriterError(
          .invalidSettings("the partition '\(folder)' holds the folder '\(inner.name)'"),
          path: path,
          help: "replace with the granularity that the table was delivered with"
        )
      }
    }
  }

  /// Brings the new files of one partition in and the old ones out.
  ///
  /// - Parameters:
  ///   - folder: The partition, relative to the table, with a slash at the end.
  ///   - names: Its new files, one at least.
  /// - Throws: When the file system refuses.
  func replace(_ folder: String, with names: [String]) throws(LakeWriterError) {
    let target = "\(root)/\(folder.dropLast())"
    let collected = "\(staging)/" + folder.dropLast().replacingSlashes
    for name in names where exists("\(staging)/\(name)") {
      try make(collected)
      try move("\(staging)/\(name)", "\(collected)/\(name)")
    }
    if names.contains(where: { exists("\(collected)/\($0)") }) {
      try StagedFiles.sync(folder: collected)
      if exists(target) {
        try exchange(collected, target)
      } else {
        try make(target)
        // An empty folder is replaced by rename(2) in one step, too.
        try move(collected, target)
      }
      try StagedFiles.sync(folder: parent(of: target))
      try StagedFiles.sync(folder: staging)
    }
    try remove(collected)
  }

  private func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

  private func parent(of path: String) -> String {
    path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
  }

  private func make(_ path: String) throws(LakeWriterError) {
    do throws(ObjectStoreError) { try LocalFolder(path).makeFolder("") } catch {
      throw LakeWriterError(destination: error, path: path)
    }
  }

  private func move(_ from: String, _ target: String) throws(LakeWriterError) {
    if rename(from, target) != 0 { throw StagedFiles.refusal(target) }
  }

  private func exchange(_ one: String, _ other: String) throws(LakeWriterError) {
    if lake_exchange(one, other) != 0 {
      throw StagedFiles.refusal(other)
    }
  }

  /// Removes a folder of files.
  private func remove(_ folder: String) throws(LakeWriterError) {
    if !exists(folder) { return }
    let store = LocalFolder(folder)
    do throws(ObjectStoreError) {
      // Hidden files, too: `entries` does not show names with a dot.
      for name in try store.allNames(in: "") { try store.delete(name) }
      try LocalFolder(staging).delete(String(folder.dropFirst(staging.count + 1)))
    } catch {
      throw LakeWriterError(destination: error, path: folder)
    }
  }
}

extension Substring {
  /// One name for a path; `!` is no character of a partition's folder that comes from a time.
  fileprivate var replacingSlashes: String {
    split(separator: "/").joined(separator: "!")
  }
}
