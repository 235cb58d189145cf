import ColumnFormat
import ObjectStore

/// The files in which a stream keeps the keys of its window: `streams/STREAM/keys/RUN-COMMIT.keys`.
///
/// ```
///   8 bytes    LAKEKEY1
///   then for each key   high, low, milliseconds: 8 bytes each, little-endian
/// ```
/// The checkpoint lists those that count, so keys and records are committed together.
struct KeyFiles: Sendable {
  private let store: LocalFolder
  private static let magic = Array("LAKEKEY1".utf8)

  init(streamFolder: String) { store = LocalFolder("\(streamFolder)/keys") }

  /// Writes a file, synced, and returns its name.
  func write(_ entries: [SeenKeys.Entry], name: String) throws(LakeWriterError) {
    let buffer = Buffer<UInt8>(count: 8 + entries.count * 24)
    let base = UnsafeMutableRawPointer(buffer.base)
    for (index, byte) in KeyFiles.magic.enumerated() { buffer.base[index] = byte }
    for (index, entry) in entries.enumerated() {
      let at = 8 + index * 24
      base.storeBytes(of: entry.key.high.littleEndian, toByteOffset: at, as: UInt64.self)
      base.storeBytes(of: entry.key.low.littleEndian, toByteOffset: at + 8, as: UInt64.self)
      base.storeBytes(of: entry.millis.littleEndian, toByteOffset: at + 16, as: Int64.self)
    }
    let path = store.systemPath(name)
    do throws(ObjectStoreError) { try store.makeFolder("") } catch {
      throw LakeWriterError(destination: error, path: path)
    }
    do throws(ColumnFormatError) {
      let sink = try FileSink(path: path)
      try sink.write(UnsafeRawBufferPointer(start: base, count: buffer.count))
      try sink.sync()
      try sink.close()
    } catch {
      throw LakeWriterError(destination: error, path: path)
    }
    try StagedFiles.sync(folder: store.systemPath(""))
  }

  /// The keys of a file.
  func read(_ name: String) throws(LakeWriterError) -> [SeenKeys.Entry] {
    let bytes: [UInt8]
    do throws(ObjectStoreError) { bytes = try store.read(name) } catch {
      throw LakeWriterError(.source("\(error)"), path: store.systemPath(name))
    }
    guard bytes.starts(with: KeyFiles.magic), bytes.count % 24 == 8 else {
      throw LakeWriterError(
        .source("it is damaged, or of a newer version of lake"),
        path: store.systemPath(name),
        help:
          "without it repetitions of its records would be delivered; bring it back from a backup"
      )
    }
    return bytes.withUnsafeBytes { raw in
      stride(from: 8, to: raw.count, by: 24).map { at in
        func word(_ offset: Int) -> UInt64 {
          UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: at + offset, as: UInt64.self))
        }
        return SeenKeys.Entry(
          key: KeyHash(high: word(0), low: word(8)),
          millis: Int64(bitPattern: word(16))
        )
      }
    }
  }

  /// Removes all files but some.
  func removeAll(except kept: [String]) throws(LakeWriterError) {
    do throws(ObjectStoreError) {
      for entry in try store.entries(of: "") where !kept.contains(entry.name) {
        try store.delete(entry.name)
      }
    } catch {
      if error.kind == .notFound { return }
      throw LakeWriterError(destination: error, path: store.systemPath(""))
    }
  }
}
