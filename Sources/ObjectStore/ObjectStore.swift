#if canImport(Glibc)
  import Glibc
#endif

/// One object of a store.
public struct ObjectInfo: Sendable, Hashable {
  /// The path from the store's root, parts divided by `/`.
  public var path: String
  /// The size in bytes.
  public var byteCount: Int
  /// When it last changed, in nanoseconds since 1970.
  public var modifiedNanos: Int64
  /// When anything about it last changed, its name and rights included, in nanoseconds since 1970.
  public var changedNanos: Int64
  /// Another one whenever the object may be another; zero where the store has none.
  ///
  /// Of a local file it is a hash of its device, its node, its size and its times.
  public var tag: UInt64

  /// Facts as given.
  public init(
    path: String,
    byteCount: Int,
    modifiedNanos: Int64,
    changedNanos: Int64? = nil,
    tag: UInt64 = 0
  ) {
    self.path = path
    self.byteCount = byteCount
    self.modifiedNanos = modifiedNanos
    self.changedNanos = changedNanos ?? modifiedNanos
    self.tag = tag
  }
}

extension ObjectInfo {
  /// Whether a path stands before another byte by byte, the order of all listings.
  static func precedes(_ left: String, _ right: String) -> Bool {
    var left = left
    var right = right
    return left.withUTF8 { left in
      right.withUTF8 { right in
        let shared = min(left.count, right.count)
        if shared > 0, let a = left.baseAddress, let b = right.baseAddress {
          let order = memcmp(a, b, shared)
          if order != 0 { return order < 0 }
        }
        return left.count < right.count
      }
    }
  }
}

/// One name within a folder.
public struct FolderEntry: Sendable, Hashable {
  /// The last part of the path.
  public var name: String
  /// Whether it has entries of its own.
  public var isFolder: Bool

  /// An entry as given.
  public init(name: String, isFolder: Bool) {
    self.name = name
    self.isFolder = isFolder
  }
}

/// Bytes under names: what a lake needs of a file system or an S3-compatible service.
///
/// Everything here also exists on object stores: whole objects are put, never appended to, and
/// exclusive creation is the only way to settle who was first.
public protocol ObjectStore: Sendable {
  /// All objects below a folder at any depth, sorted by path.
  ///
  /// Names that begin with `_` or `.` are left out with everything below them, as in Hive; names
  /// in `folder` itself may begin so. The root is the empty path.
  ///
  /// - Throws: `notFound` if there is no such folder.
  func list(_ folder: String) throws(ObjectStoreError) -> [ObjectInfo]

  /// The names directly within a folder, sorted; those that begin with `.` are left out.
  ///
  /// - Throws: `notFound` if there is no such folder.
  func entries(of folder: String) throws(ObjectStoreError) -> [FolderEntry]

  /// The facts about one object.
  ///
  /// - Throws: `notFound` if there is none, or it is a folder.
  func info(_ path: String) throws(ObjectStoreError) -> ObjectInfo

  /// The bytes of an object, or those of a range that are there.
  func read(_ path: String, range: Range<Int>?) throws(ObjectStoreError) -> [UInt8]

  /// Puts an object in whole: readers and a crash see the old bytes or the new ones.
  func put(_ bytes: [UInt8], at path: String) throws(ObjectStoreError)

  /// Puts an object in whole if the name is free.
  ///
  /// - Throws: `alreadyExists` if it is not.
  func putIfAbsent(_ bytes: [UInt8], at path: String) throws(ObjectStoreError)

  /// Removes an object or an empty folder; nothing happens if it is not there.
  func delete(_ path: String) throws(ObjectStoreError)

  /// Makes a folder and those above it.
  func makeFolder(_ path: String) throws(ObjectStoreError)

  /// Removes what writers that died left unfinished directly within a folder, where that is older
  /// than a time in nanoseconds since 1970; what cannot be removed stays.
  func removeUnfinished(in folder: String, olderThan nanos: Int64)
}

extension ObjectStore {
  /// Nothing: an object that was not put in whole is not there.
  public func removeUnfinished(in folder: String, olderThan nanos: Int64) {}

  /// All bytes of an object.
  public func read(_ path: String) throws(ObjectStoreError) -> [UInt8] {
    try read(path, range: nil)
  }
}
