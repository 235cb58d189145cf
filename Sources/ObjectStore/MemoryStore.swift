import Synchronization

#if canImport(Glibc)
  import Glibc
#endif

/// A store in memory, for tests.
package final class MemoryStore: ObjectStore {
  private struct Object {
    var bytes: [UInt8]
    var modifiedNanos: Int64
  }

  private struct State {
    var objects: [String: Object] = [:]
    private var clock: Int64 = 0

    /// The time now, but never the same twice.
    mutating func tick() -> Int64 {
      var time = timespec()
      clock_gettime(CLOCK_REALTIME, &time)
      clock = max(clock + 1, Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
      return clock
    }
  }

  private let state = Mutex(State())

  package init() {}

  package func list(_ folder: String) throws(ObjectStoreError) -> [ObjectInfo] {
    let prefix = folder.isEmpty ? "" : folder + "/"
    let (all, known) = state.withLock { state in
      let below = state.objects.filter { $0.key.hasPrefix(prefix) }
      return (
        below.map {
          ObjectInfo(
            path: $0.key,
            byteCount: $0.value.bytes.count,
            modifiedNanos: $0.value.modifiedNanos
          )
        }, folder.isEmpty || !below.isEmpty
      )
    }
    if !known { throw ObjectStoreError(.notFound, path: folder) }
    return
      all
      .filter { info in
        !info.path.dropFirst(prefix.count).split(separator: "/").contains {
          $0.hasPrefix("_") || $0.hasPrefix(".")
        }
      }
      .sorted { ObjectInfo.precedes($0.path, $1.path) }
  }

  package func entries(of folder: String) throws(ObjectStoreError) -> [FolderEntry] {
    let prefix = folder.isEmpty ? "" : folder + "/"
    let entries = state.withLock { state in
      Set(
        state.objects.keys.filter { $0.hasPrefix(prefix) }.map { path in
          let parts = path.dropFirst(prefix.count).split(separator: "/", maxSplits: 1)
          return FolderEntry(name: String(parts.first ?? ""), isFolder: parts.count > 1)
        }
      )
    }
    if entries.isEmpty, !folder.isEmpty { throw ObjectStoreError(.notFound, path: folder) }
    return entries.filter { !$0.name.hasPrefix(".") }
      .sorted { ObjectInfo.precedes($0.name, $1.name) }
  }

  package func info(_ path: String) throws(ObjectStoreError) -> ObjectInfo {
    let object = state.withLock { $0.objects[path] }
    guard let object else { throw ObjectStoreError(.notFound, path: path) }
    return ObjectInfo(
      path: path,
      byteCount: object.bytes.count,
      modifiedNanos: object.modifiedNanos
    )
  }

  package func read(_ path: String, range: Range<Int>?) throws(ObjectStoreError) -> [UInt8] {
    let object = state.withLock { $0.objects[path] }
    guard let object else { throw ObjectStoreError(.notFound, path: path) }
    guard let range else { return object.bytes }
    return Array(object.bytes[range.clamped(to: 0..<object.bytes.count)])
  }

  package func put(_ bytes: [UInt8], at path: String) throws(ObjectStoreError) {
    state.withLock { state in
      state.objects[path] = Object(bytes: bytes, modifiedNanos: state.tick())
    }
  }

  package func putIfAbsent(_ bytes: [UInt8], at path: String) throws(ObjectStoreError) {
    let isTaken = state.withLock { state in
      if state.objects[path] != nil { return true }
      state.objects[path] = Object(bytes: bytes, modifiedNanos: state.tick())
      return false
    }
    if isTaken { throw ObjectStoreError(.alreadyExists, path: path) }
  }

  package func delete(_ path: String) throws(ObjectStoreError) {
    _ = state.withLock { $0.objects.removeValue(forKey: path) }
  }

  package func makeFolder(_ path: String) throws(ObjectStoreError) {}
}
