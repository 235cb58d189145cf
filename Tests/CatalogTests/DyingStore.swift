import ObjectStore
import Synchronization

/// A store whose process dies: from some write on nothing reaches it any more.
final class DyingStore: ObjectStore {
  enum End: CaseIterable {
    /// The last write did not happen.
    case before
    /// The last write happened, but nobody learnt of it.
    case after
  }

  private let store: any ObjectStore
  private let end: End
  private let left: Mutex<Int>

  init(_ store: any ObjectStore, writeCount: Int, _ end: End) {
    self.store = store
    self.end = end
    left = Mutex(writeCount)
  }

  private func die(_ path: String) -> ObjectStoreError {
    ObjectStoreError(.system(call: "write", message: "the process is gone"), path: path)
  }

  private func write(_ path: String, _ body: () throws(ObjectStoreError) -> Void)
    throws(ObjectStoreError)
  {
    let left = self.left.withLock { left in
      left -= 1
      return left
    }
    if left < 0 {
      if left == -1, end == .after { try body() }
      throw die(path)
    }
    try body()
  }

  func list(_ folder: String) throws(ObjectStoreError) -> [ObjectInfo] { try store.list(folder) }
  func entries(of folder: String) throws(ObjectStoreError) -> [FolderEntry] {
    try store.entries(of: folder)
  }
  func info(_ path: String) throws(ObjectStoreError) -> ObjectInfo { try store.info(path) }
  func read(_ path: String, range: Range<Int>?) throws(ObjectStoreError) -> [UInt8] {
    try store.read(path, range: range)
  }
  func put(_ bytes: [UInt8], at path: String) throws(ObjectStoreError) {
    try write(path) { () throws(ObjectStoreError) in try store.put(bytes, at: path) }
  }
  func putIfAbsent(_ bytes: [UInt8], at path: String) throws(ObjectStoreError) {
    try write(path) { () throws(ObjectStoreError) in try store.putIfAbsent(bytes, at: path) }
  }
  func delete(_ path: String) throws(ObjectStoreError) {
    try write(path) { () throws(ObjectStoreError) in try store.delete(path) }
  }
  func makeFolder(_ path: String) throws(ObjectStoreError) { try store.makeFolder(path) }
}
