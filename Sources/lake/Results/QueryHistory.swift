import ObjectStore
import RowFormat
import SQL

#if canImport(Glibc)
  import Glibc
#endif

/// The statements that `lake sql` ran against a lake, one JSON object a line.
///
/// ```
/// LAKE/history/queries.ndjson       the newest at the end
/// LAKE/history/queries-1.ndjson     what was there before the file grew to 8 MiB
/// ```
/// An entry is one `write` to the end of a file opened for appending, so that runs at the same time
/// do not mix, and never waits for the disk. A lake that cannot be written to keeps no history.
struct QueryHistory {
  /// One run of a statement.
  struct Entry {
    enum State: String {
      case succeeded = "SUCCEEDED"
      case failed = "FAILED"
      case cancelled = "CANCELLED"
    }

    let id: String
    let query: String
    let startedMicros: Int64
    var state = State.failed
    var byteCountScanned = 0
    var rowCount = 0
    var seconds = 0.0
    /// The first line of the error; nil for none.
    var error: String?

    init(query: String) {
      self.query = query
      id = Entry.identifier()
      startedMicros = Entry.nowMicros()
    }

    mutating func finish(_ statistics: QueryStatistics) {
      state = .succeeded
      byteCountScanned = statistics.byteCountRead
      rowCount = statistics.rowCount
      seconds = elapsed
    }

    mutating func fail(_ error: any Error, isCancelled: Bool) {
      let isCancelled = isCancelled || (error as? SQLError)?.code == .userCanceled
      state = isCancelled ? .cancelled : .failed
      seconds = elapsed
      self.error =
        (error as? SQLError).map { "\($0.code.rawValue): \($0.message)" }
        ?? (error as? Failure)?.message ?? "\(error)"
    }

    private var elapsed: Double { Double(Entry.nowMicros() - startedMicros) / 1e6 }

    private static func nowMicros() -> Int64 {
      var time = timespec()
      clock_gettime(CLOCK_REALTIME, &time)
      return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000
    }

    /// A random UUID (RFC 9562, version 4), as Athena names query executions.
    private static func identifier() -> String {
      var bytes = (0..<16).map { _ in UInt8.random(in: 0...255) }
      bytes[6] = bytes[6] & 0x0F | 0x40
      bytes[8] = bytes[8] & 0x3F | 0x80
      let digits = Array("0123456789abcdef")
      var text = ""
      for (index, byte) in bytes.enumerated() {
        if [4, 6, 8, 10].contains(index) { text += "-" }
        text.append(digits[Int(byte >> 4)])
        text.append(digits[Int(byte & 15)])
      }
      return text
    }
  }

  private let folder: String
  private let lake: String

  /// What a file holds at most before it is put aside.
  private static let fileByteCountMax = 8 << 20
  /// What is kept of a statement: Athena takes no longer ones.
  private static let queryByteCountMax = 262_144

  /// The history of the lake in a folder.
  init(lake: String) {
    self.lake = lake
    folder = lake + "/history"
  }

  private var path: String { folder + "/queries.ndjson" }
  private var olderPath: String { folder + "/queries-1.ndjson" }

  /// Notes a run; nothing happens where there is no lake.
  func append(_ entry: Entry) {
    if access(lake + "/lake.json", F_OK) != 0 { return }
    mkdir(folder, 0o777)
    var status = stat()
    if stat(path, &status) == 0, Int(status.st_size) >= QueryHistory.fileByteCountMax {
      rename(path, olderPath)
    }
    let file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o666)
    guard file >= 0 else { return }
    defer { close(file) }
    var line: [UInt8] = []
    QueryHistory.json(entry).append(to: &line, indent: nil)
    line.append(10)
    _ = line.withUnsafeBytes { write(file, $0.baseAddress, $0.count) }
  }

  private static func json(_ entry: Entry) -> JSONValue {
    var query = entry.query
    if query.utf8.count > queryByteCountMax {
      query = String(decoding: Array(query.utf8.prefix(queryByteCountMax)), as: UTF8.self) + "…"
    }
    let started = entry.startedMicros
    var object: JSONObject = [
      "id": .string(entry.id), "started": .string(HistoryText.time(micros: started)),
      "state": .string(entry.state.rawValue), "query": .string(query),
      "bytesScanned": .integer(entry.byteCountScanned), "rows": .integer(entry.rowCount),
      "seconds": .number(HistoryText.seconds(entry.seconds)),
    ]
    if let error = entry.error { object["error"] = .string(error) }
    return .object(object)
  }

  /// The newest entries as JSON objects, the newest first.
  func newest(_ count: Int) throws -> [JSONValue] {
    var entries: [JSONValue] = []
    for path in [path, olderPath] where entries.count < count {
      guard let bytes = try? LocalFolder(".").read(path) else { continue }
      // A line that a crash cut off is passed over.
      let lines = bytes.split(separator: 10).reversed()
      for line in lines where entries.count < count {
        if let entry = try? JSONValue.parse(Array(line)) { entries.append(entry) }
      }
    }
    return entries
  }
}

/// Times and durations of the history.
enum HistoryText {
  /// A time as `2026-11-23T17:05:00Z`.
  static func time(micros: Int64) -> String {
    var seconds = time_t(micros / 1_000_000)
    var parts = tm()
    gmtime_r(&seconds, &parts)
    var text = [CChar](repeating: 0, count: 32)
    let length = strftime(&text, text.count, "%Y-%m-%dT%H:%M:%SZ", &parts)
    return String(decoding: text.prefix(length).map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// Seconds with three digits.
  static func seconds(_ seconds: Double) -> String {
    let millis = Int((seconds * 1000).rounded())
    let rest = String(millis % 1000)
    return "\(millis / 1000)." + String(repeating: "0", count: 3 - rest.utf8.count) + rest
  }
}
