#if canImport(Glibc)
  import Glibc
#endif
import ColumnFormat
import ObjectStore
import Synchronization

/// A Parquet file whose footer has been read.
final class KnownParquetFile: Sendable {
  let file: ParquetFile
  /// No other has this number in the life of the process.
  let number = KnownParquetFile.nextNumber.wrappingAdd(1, ordering: .relaxed).newValue
  private static let nextNumber = Atomic<Int>(0)
  private let summary = Mutex<FooterSummary?>(nil)

  init(_ file: ParquetFile) { self.file = file }

  /// What the footer says of the file as a whole; put together once.
  var footerSummary: FooterSummary {
    if let known = summary.withLock({ $0 }) { return known }
    let made = FooterSummary(file)
    summary.withLock { $0 = made }
    return made
  }
}

/// Keeps the footers of Parquet files for as long as the files stay what they were.
///
/// A query over 720 small files spends more time on footers than on data, and needs each of them
/// twice: for the plan, and for the scan. A footer is used again only while the system reports the
/// same file, size and times of change; a file that changed within the last seconds is read anew,
/// because another change may leave its time the same. No data is kept, only the mapping: its pages
/// are the system's.
final class ParquetFileCache: Sendable {
  /// What all queries of the process share.
  static let shared = ParquetFileCache()

  private struct Entry {
    /// What tells a file from its successor under the same name: see `ObjectInfo`.
    var tag: UInt64
    var known: KnownParquetFile
    var usedNanos: Int
  }

  private struct State {
    var entries: [String: Entry] = [:]
    var chunkCount = 0
  }

  /// A column chunk's metadata take some hundred bytes.
  private let chunkCountMax: Int
  /// The time stamps of file systems may be this coarse.
  private let settlingNanos: Int64
  /// A file that nobody asks for keeps its mapping, and with it its place on the disk, this long.
  private let idleNanosMax = 300_000_000_000
  private let state = Mutex(State())

  init(chunkCountMax: Int = 1 << 16, settlingNanos: Int64 = 2_000_000_000) {
    self.chunkCountMax = chunkCountMax
    self.settlingNanos = settlingNanos
  }

  /// The file at `path` as it is now; `tag` is what a listing has just told of it (see `ObjectInfo`).
  func file(_ path: String, tag: UInt64? = nil) throws(ColumnFormatError) -> KnownParquetFile {
    if let tag, let known = find(path, tag) { return known }
    let info = ParquetFileCache.info(path)
    if let info, let known = find(path, info.tag) { return known }
    let known = KnownParquetFile(try ParquetFile(path: path))
    // What was opened is what was asked about only if it is still there.
    if let info, isSettled(info), ParquetFileCache.info(path)?.tag == info.tag {
      keep(path, info.tag, known)
    }
    return known
  }

  private static func info(_ path: String) -> ObjectInfo? { try? LocalFolder(".").info(path) }

  private func find(_ path: String, _ tag: UInt64) -> KnownParquetFile? {
    let now = monotonicNanoseconds()
    return state.withLock { state in
      guard let index = state.entries.index(forKey: path), state.entries.values[index].tag == tag
      else { return nil }
      state.entries.values[index].usedNanos = now
      return state.entries.values[index].known
    }
  }

  private func isSettled(_ info: ObjectInfo) -> Bool {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    let now = Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
    return now - info.changedNanos >= settlingNanos
  }

  private func keep(_ path: String, _ tag: UInt64, _ known: KnownParquetFile) {
    let now = monotonicNanoseconds()
    let count = ParquetFileCache.chunkCount(known)
    guard count <= chunkCountMax else { return }
    state.withLock { state in
      if let old = state.entries.removeValue(forKey: path) {
        state.chunkCount -= ParquetFileCache.chunkCount(old.known)
      }
      if state.chunkCount + count > chunkCountMax { makeRoom(&state, now) }
      state.entries[path] = Entry(tag: tag, known: known, usedNanos: now)
      state.chunkCount += count
    }
  }

  /// Lets go of what nobody asked for lately, or else of the older half.
  private func makeRoom(_ state: inout State, _ now: Int) {
    let byAge = state.entries.sorted { $0.value.usedNanos < $1.value.usedNanos }
    for (path, entry) in byAge {
      let isIdle = now - entry.usedNanos > idleNanosMax
      if !isIdle && state.chunkCount <= chunkCountMax / 2 { return }
      state.entries.removeValue(forKey: path)
      state.chunkCount -= ParquetFileCache.chunkCount(entry.known)
    }
  }

  /// Lets go of the files that nobody asked for lately.
  func dropIdle() {
    let now = monotonicNanoseconds()
    state.withLock { state in
      for (path, entry) in state.entries where now - entry.usedNanos > idleNanosMax {
        state.entries.removeValue(forKey: path)
        state.chunkCount -= ParquetFileCache.chunkCount(entry.known)
      }
    }
  }

  /// How many files are kept.
  var count: Int { state.withLock { $0.entries.count } }

  private static func chunkCount(_ known: KnownParquetFile) -> Int {
    let groups = known.file.metadata.rowGroups
    return groups.count * max(groups.first?.columns.count ?? 0, 1) + 1
  }
}
