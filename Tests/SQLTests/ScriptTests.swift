import ColumnFormat
import TestSupport
import Testing

@testable import SQL

#if canImport(Glibc)
  import Glibc
#endif

/// Runs every script under Tests/Scripts.
///
/// `LAKE_SCRIPT=select/literals` runs one. `LAKE_UPDATE=1` writes what comes out into the scripts;
/// the run then fails, so that it cannot be left on. Scripts that end in `.slow.slt` run only with
/// `LAKE_SLOW=1` or when they are named.
@Suite struct ScriptTests {
  @Test(arguments: ScriptFiles.all)
  func `a script gives the rows and errors that it says`(name: String) throws {
    let path = "\(TestPaths.scripts)/\(name)"
    let original = try TestFile.read(path)
    var file = try LogicTestFile(original)
    let updates = TestFile.isUpdating
    let lake = ScriptLake(name)
    for (index, part) in file.parts.enumerated() {
      guard case .record(let record) = part else { continue }
      let actual = ScriptRun(record, lake).record
      if actual == record || ScriptRun.fulfils(record, actual) { continue }
      if updates {
        file.parts[index] = .record(actual)
      } else {
        Issue.record(
          """
          \(name) line \(record.lineNumber)
          \(record.text)
          but it is
          \(actual.text)
          """
        )
      }
    }
    if updates && file.text != original {
      try TestFile.write(file.text, path)
      Issue.record("\(name) was written anew")
    }
  }

  @Test(arguments: ScriptFiles.all)
  func `a script gives the same when every operator puts its rows into a temporary file`(
    name: String
  ) throws {
    let file = try LogicTestFile(try TestFile.read("\(TestPaths.scripts)/\(name)"))
    let lake = ScriptLake(name, spills: true)
    for part in file.parts {
      guard case .record(let record) = part else { continue }
      let actual = ScriptRun(record, lake).record
      if actual == record || ScriptRun.fulfils(record, actual) { continue }
      Issue.record(
        """
        \(name) line \(record.lineNumber)
        \(record.text)
        but with temporary files it is
        \(actual.text)
        """
      )
    }
  }
}

/// The folder and the engine of one script.
///
/// Scripts below `ddl/` and `write/` have a lake, and `s3://` locations below `s3/` of their folder,
/// which is `{dir}` in their statements; all their statements run in one engine.
private struct ScriptLake {
  let folder: TemporaryDirectory?
  private let engine: QueryEngine?
  private var options = QueryOptions()

  init(_ name: String, spills: Bool = false) {
    options.threads = 2
    options.spillsAtOnce = spills
    guard name.hasPrefix("ddl/") || name.hasPrefix("write/") else {
      (folder, engine) = (nil, nil)
      return
    }
    let folder = TemporaryDirectory()
    options.lakeFolder = folder("lake")
    options.s3Root = folder("s3")
    self.folder = folder
    engine = QueryEngine(options)
  }

  var queryEngine: QueryEngine { engine ?? QueryEngine(options) }

  /// Writes the rows of a query as a Parquet file.
  func writeParquet(_ sql: String, to name: String) throws {
    var columns: [ResultColumn] = []
    var batches: [Batch] = []
    _ = try queryEngine.run(sql, begin: { columns = $0 }, receive: { batches.append($0) })
    let sink = MemorySink()
    let fields = columns.map { Field($0.name, $0.type.catalogType) }
    var writer = try ParquetWriter(sink: sink, schema: Schema(fields))
    for batch in batches { try writer.write(batch) }
    _ = try writer.finish()
    folder?.write(sink.bytes, to: name)
  }
}

/// One record, run.
private struct ScriptRun {
  /// The record as it would be if what came out were right.
  private(set) var record: LogicTestFile.Record

  init(_ record: LogicTestFile.Record, _ lake: ScriptLake) {
    self.record = record
    // Scripts name fixtures by their path in the repository.
    var sql = record.sql.replacing("'fixtures/", with: "'\(TestPaths.fixtures)/")
    if let folder = lake.folder { sql = sql.replacing("{dir}", with: folder.path) }
    var columns: [ResultColumn] = []
    var rows: [[String]] = []
    do {
      switch record.kind {
      case .file(let path):
        lake.folder?.write(record.sql.isEmpty ? "" : record.sql + "\n", to: path)
        return
      case .parquet(let path):
        try lake.writeParquet(sql, to: path)
        return
      default: break
      }
      _ = try lake.queryEngine.run(
        sql,
        begin: { columns = $0 },
        receive: { batch in
          for row in 0..<batch.rowCount {
            rows.append(
              zip(batch.columns, columns).map { ScriptRun.cell($0, row, $1.type) }
            )
          }
        }
      )
    } catch {
      self.record.kind = .error
      let lines = ScriptRun.lines(error)
      self.record.expected =
        lake.folder.map { folder in lines.map { $0.replacing(folder.path, with: "{dir}") } }
        ?? lines
      return
    }
    switch record.kind {
    case .ok, .file, .parquet: break
    case .error:
      self.record.kind = .ok
      self.record.expected = []
    case .query(let types, let sort):
      self.record.kind = .query(types: ScriptRun.letters(columns, types), sort: sort)
      self.record.expected = LogicTestFile.Record.lines(rows, sort)
    }
  }

  /// An error is as expected when every line of the expectation is found in what was said.
  static func fulfils(_ expected: LogicTestFile.Record, _ actual: LogicTestFile.Record) -> Bool {
    guard expected.kind == .error, actual.kind == .error else { return false }
    let said = actual.expected.joined(separator: "\n")
    return expected.expected.allSatisfy { said.contains($0) }
  }

  private static func cell(_ column: Column, _ row: Int, _ type: SQLType) -> String {
    guard column.isValid(row) else { return LogicTestFile.Record.cell(nil) }
    var text: [UInt8] = []
    ResultText.append(column, row: row, type: type, to: &text)
    return LogicTestFile.Record.cell(String(decoding: text, as: UTF8.self))
  }

  private static func lines(_ error: any Error) -> [String] {
    guard let error = error as? SQLError else { return ["\(error)"] }
    return ["\(error.code.rawValue): \(error.message)"] + error.details
      + (error.help.map { ["help: \($0)"] } ?? [])
  }

  private static func letters(_ columns: [ResultColumn], _ expected: String) -> String {
    let wanted = Array(expected)
    return String(
      columns.enumerated().map { index, column -> Character in
        if index < wanted.count, wanted[index] == "?" { return "?" }
        switch column.type {
        case .tinyint, .smallint, .integer, .bigint: return "I"
        case .real, .double, .decimal: return "R"
        case .boolean: return "B"
        case .date, .time, .timestamp, .timestampWithTimeZone, .intervalDayToSecond,
          .intervalYearToMonth:
          return "D"
        default: return "T"
        }
      }
    )
  }
}

private enum ScriptFiles {
  /// Paths relative to Tests/Scripts.
  static var all: [String] {
    let one = TestFile.environment("LAKE_SCRIPT")
    let found = list(TestPaths.scripts).map { String($0.dropFirst(TestPaths.scripts.count + 1)) }
    return found.sorted().filter { name in
      guard name.hasSuffix(".slt") else { return false }
      if let one { return name == one || name == one + ".slt" }
      return !name.hasSuffix(".slow.slt") || TestFile.environment("LAKE_SLOW") == "1"
    }
  }

  private static func list(_ folder: String) -> [String] {
    guard let stream = opendir(folder) else { return [] }
    defer { closedir(stream) }
    var paths: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name.hasPrefix(".") { continue }
      let path = folder + "/" + name
      var status = stat()
      if stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR {
        paths += list(path)
      } else {
        paths.append(path)
      }
    }
    return paths
  }
}
