import CExchange
import RowFormat

#if canImport(Glibc)
  import Glibc
#endif

/// Which file an input is, so that a position in it is never applied to another one.
struct InputIdentity: Sendable, Equatable {
  /// The absolute path without symbolic links.
  var path: String
  /// How much of the file belongs to the delivery: its size when the delivery began.
  var byteCount: Int
  /// A hash of the first ``headByteCountMax`` bytes, or of all ``byteCount`` of a smaller file.
  var head: UInt64
  /// Whether positions count bytes that are not the file's own, because it is compressed or its
  /// records are wrapped.
  var isCompressed: Bool
  /// What stays the file's own when it is renamed, and no later one gets: its number and the time of its
  /// making; nil where the file system does not tell.
  var fileNumber: String?

  /// Tells files apart while the process runs, also when one takes the name of another.
  var key: String { fileNumber ?? path }

  private static let headByteCountMax = 4096

  /// The identity of a regular file as it is now; nil for pipes and terminals, which have none.
  init?(file path: String) throws(LakeWriterError) {
    var status = stat()
    guard stat(path, &status) == 0 else { throw InputIdentity.unreadable(path) }
    guard status.st_mode & S_IFMT == S_IFREG else { return nil }
    guard let real = realpath(path, nil) else { throw InputIdentity.unreadable(path) }
    defer { free(real) }
    self.path = String(cString: real)
    byteCount = Int(status.st_size)
    let bytes = try InputIdentity.head(self.path, byteCount: byteCount)
    head = InputIdentity.hash(bytes)
    // A position in a Parquet file counts rows.
    isCompressed =
      bytes.withUnsafeBytes { InputCompression.detect($0) } != .plain
      || bytes.starts(with: Array("PAR1".utf8))
    var number: UInt64 = 0
    var born: Int64 = 0
    if lake_file_number(self.path, &number, &born) == 0 { fileNumber = "\(number)-\(born)" }
  }

  init(path: String, byteCount: Int, head: UInt64, isCompressed: Bool) {
    self.path = path
    self.byteCount = byteCount
    self.head = head
    self.isCompressed = isCompressed
  }

  /// The file at the same path as it is now, which may have grown since.
  ///
  /// - Parameter byteCountMax: How much of it is to be delivered, if that is more than before.
  /// - Returns: The file with its new size.
  /// - Throws: When it is gone, or begins with other bytes, or is shorter than it was.
  func current(byteCountMax: Int? = nil) throws(LakeWriterError) -> InputIdentity {
    guard var now = try InputIdentity(file: path) else { throw changed }
    if now.byteCount < byteCount {
      throw now.fileNumber == fileNumber ? shortened(to: now.byteCount) : changed
    }
    guard InputIdentity.hash(try InputIdentity.head(path, byteCount: byteCount)) == head
    else { throw changed }
    if let byteCountMax { now.byteCount = max(byteCount, min(now.byteCount, byteCountMax)) }
    if now.byteCount < InputIdentity.headByteCountMax {
      now.head = InputIdentity.hash(try InputIdentity.head(path, byteCount: now.byteCount))
    }
    now.isCompressed = now.isCompressed || isCompressed
    return now
  }

  /// The same file under the name that it has now, where it was renamed to one of `files`.
  func moved(among files: [InputIdentity]) -> InputIdentity {
    guard let fileNumber,
      let now = files.first(where: { $0.fileNumber == fileNumber }), now.path != path,
      let head = try? InputIdentity.head(now.path, byteCount: byteCount),
      InputIdentity.hash(head) == self.head
    else { return self }
    var moved = self
    moved.path = now.path
    return moved
  }

  /// The file up to its last line end; compressed ones as they are.
  func wholeLines() throws(LakeWriterError) -> InputIdentity {
    if isCompressed { return self }
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw InputIdentity.unreadable(path) }
    defer { close(descriptor) }
    var block = [UInt8](repeating: 0, count: 1 << 16)
    var end = byteCount
    while end > 0 {
      let start = max(end - block.count, 0)
      let count = pread(descriptor, &block, end - start, start)
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { throw InputIdentity.unreadable(path) }
      if let place = block[..<count].lastIndex(of: UInt8(ascii: "\n")) {
        end = start + place + 1
        break
      }
      end = start
    }
    return try cut(to: end)
  }

  /// The first bytes of the file.
  func cut(to byteCount: Int) throws(LakeWriterError) -> InputIdentity {
    var cut = self
    cut.byteCount = byteCount
    cut.head = InputIdentity.hash(try InputIdentity.head(path, byteCount: byteCount))
    return cut
  }

  var changed: LakeWriterError {
    LakeWriterError(
      .source("it is not the file any more that the stream has read from"),
      path: path,
      help: "put the file back, or deliver the new one under another name; one that was renamed is "
        + "known where its new name is an input, too"
    )
  }

  private func shortened(to byteCount: Int) -> LakeWriterError {
    LakeWriterError(
      .source("\(self.byteCount) bytes of it are known to the stream, and now it has \(byteCount)"),
      path: path,
      help:
        "a log that is emptied and filled again (copytruncate) may lose lines each time: let it "
        + "be rotated by renaming; deliver what it holds now under another name"
    )
  }

  /// FNV-1a: tells files apart that were replaced, not ones that were forged.
  private static func hash(_ bytes: [UInt8]) -> UInt64 {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    return hash
  }

  private static func head(_ path: String, byteCount: Int) throws(LakeWriterError) -> [UInt8] {
    let wanted = min(byteCount, headByteCountMax)
    var bytes = [UInt8](repeating: 0, count: wanted)
    var filled = 0
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw unreadable(path) }
    defer { close(descriptor) }
    while filled < wanted {
      let count = bytes.withUnsafeMutableBytes { buffer in
        pread(descriptor, buffer.baseAddress.map { $0 + filled }, wanted - filled, filled)
      }
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { throw unreadable(path) }
      filled += count
    }
    return bytes
  }

  private static func unreadable(_ path: String) -> LakeWriterError {
    LakeWriterError(.source(String(cString: strerror(errno))), path: path)
  }
}
