#if canImport(Glibc)
  import Glibc
#endif

extension LocalFolder {
  /// Removes the hidden files of ``put(_:at:)`` and ``putIfAbsent(_:at:)`` whose writers died.
  ///
  /// Nobody can ask another machine whether a process lives, so only age counts. A writer that was
  /// stopped for so long finds its file gone and fails; nothing half written ever gets a name.
  public func removeUnfinished(in folder: String, olderThan nanos: Int64) {
    let system = systemPath(folder)
    guard let names = try? allNames(in: folder) else { return }
    for name in names where LocalFolder.isTemporary(name) {
      var status = stat()
      let path = "\(system)/\(name)"
      guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { continue }
      if ObjectInfo(path: name, status).modifiedNanos < nanos { unlink(path) }
    }
  }

  /// Whether a name is `.NAME.PROCESS-NUMBER.tmp`, as temporary files are called here.
  private static func isTemporary(_ name: String) -> Bool {
    let parts = name.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard parts.count >= 4, parts[0].isEmpty, parts[parts.count - 1].elementsEqual("tmp".utf8)
    else { return false }
    let numbers = parts[parts.count - 2].split(
      separator: UInt8(ascii: "-"),
      omittingEmptySubsequences: false
    )
    return numbers.count == 2
      && numbers.allSatisfy { number in
        !number.isEmpty && number.allSatisfy { (0x30...0x39).contains($0) }
      }
  }
}
