#if canImport(Glibc)
  import Glibc
#endif

extension ObjectStoreError {
  /// The error that `errno` stands for after a failed call.
  static func last(_ call: String, path: String) -> ObjectStoreError {
    let code = errno
    switch code {
    case ENOENT, ENOTDIR: return ObjectStoreError(.notFound, path: path)
    case EEXIST: return ObjectStoreError(.alreadyExists, path: path)
    case ENOSPC, EDQUOT: return ObjectStoreError(.full, path: path)
    default:
      let message = String(cString: strerror(code))
      return ObjectStoreError(.system(call: call, message: message), path: path)
    }
  }
}

/// An open file that is closed at the end of its scope.
struct OpenFile: ~Copyable {
  let descriptor: Int32
  let path: String

  init(_ path: String, flags: Int32, mode: mode_t = 0o644) throws(ObjectStoreError) {
    var result: Int32
    repeat { result = open(path, flags | O_CLOEXEC, mode) } while result < 0 && errno == EINTR
    guard result >= 0 else { throw .last("open", path: path) }
    self.descriptor = result
    self.path = path
  }

  deinit { close(descriptor) }

  func status() throws(ObjectStoreError) -> stat {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw .last("stat", path: path) }
    return status
  }

  func writeAll(_ bytes: [UInt8]) throws(ObjectStoreError) {
    var done = 0
    while done < bytes.count {
      let count = bytes.withUnsafeBytes { buffer in
        write(descriptor, buffer.baseAddress.map { $0 + done }, buffer.count - done)
      }
      if count < 0 {
        if errno == EINTR { continue }
        throw .last("write", path: path)
      }
      done += count
    }
  }

  func readAll(_ range: Range<Int>) throws(ObjectStoreError) -> [UInt8] {
    var failure: ObjectStoreError?
    let bytes = [UInt8](unsafeUninitializedCapacity: range.count) { buffer, filled in
      while filled < range.count {
        let count = pread(
          descriptor,
          buffer.baseAddress.map { $0 + filled },
          range.count - filled,
          range.lowerBound + filled
        )
        if count < 0 {
          if errno == EINTR { continue }
          failure = .last("read", path: path)
          return
        }
        if count == 0 { return }
        filled += count
      }
    }
    if let failure { throw failure }
    return bytes
  }

  func sync() throws(ObjectStoreError) {
    guard fsync(descriptor) == 0 else { throw .last("fsync", path: path) }
  }
}
