import SQL
import TestSupport
import Testing

@testable import lake

/// What every format prints of values of every type, to the byte: `Tests/Formats/*.txt`.
///
/// ```
/// query
/// select 1 as a
/// csv
/// | a
/// | 1
/// ```
/// A printed line stands behind `| `. Control characters stand as their pictures (`␉` is a tab, `␛`
/// an escape); a result that does not end with a line end is followed by `(no line end)`.
@Suite struct ResultFormatTests {
  struct Case {
    var head: [String] = []
    var query = ""
    var printed: [(format: String, lines: [String])] = []
  }

  static let folder = "Tests/Formats"
  static let names = CaseFiles.names(in: folder, suffix: ".txt")
  static let formats: [ResultFormat] = [
    .table, .csv, .tsv, .json, .ndjson, .markdown, .vertical, .athenaCSV,
  ]

  static func cases(_ text: String) -> [Case] {
    var cases: [Case] = []
    var head: [String] = []
    var isQuery = false
    for line in text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) {
      if line.hasPrefix("#") {
        head.append(line)
      } else if line == "query" {
        cases.append(Case(head: head))
        head = []
        isQuery = true
      } else if line.hasPrefix("|"), !cases.isEmpty {
        let last = cases[cases.count - 1].printed.count - 1
        cases[cases.count - 1].printed[last].lines.append(String(line.dropFirst(2)))
      } else if let format = ResultFormat(rawValue: line), !cases.isEmpty {
        cases[cases.count - 1].printed.append((format.rawValue, []))
        isQuery = false
      } else if isQuery, !line.isEmpty {
        cases[cases.count - 1].query += (cases[cases.count - 1].query.isEmpty ? "" : "\n") + line
      }
    }
    return cases
  }

  static func text(_ cases: [Case]) -> String {
    cases.map { one in
      one.head.map { $0 + "\n" }.joined() + "query\n\(one.query)\n"
        + one.printed.map { printed in
          printed.format + "\n" + printed.lines.map { $0.isEmpty ? "|\n" : "| \($0)\n" }.joined()
        }
        .joined()
    }
    .joined(separator: "\n")
  }

  /// A query's result in a format.
  static func run(_ query: String, _ format: ResultFormat, _ options: ResultOptions = .init())
    throws -> String
  {
    let folder = TemporaryDirectory()
    let file = try OutputFile(path: folder("result"))
    let writer = try options.writer(format, to: file)
    let engine = QueryEngine(QueryOptions())
    _ = try engine.run(
      query,
      begin: { try writer.begin($0) },
      receive: { try writer.write($0) }
    )
    try writer.finish()
    try file.commit()
    return try TextFile.read(folder("result"))
  }

  /// The lines of a result with pictures of control characters.
  static func lines(_ text: String) -> [String] {
    var shown = ""
    for scalar in text.unicodeScalars {
      switch scalar.value {
      case 10: shown.unicodeScalars.append(scalar)
      case 0..<32: shown.unicodeScalars.append(UnicodeScalar(scalar.value + 0x2400) ?? scalar)
      case 127: shown += "␡"
      case 128..<160: shown += "␛<\(String(scalar.value, radix: 16))>"
      default: shown.unicodeScalars.append(scalar)
      }
    }
    var lines = shown.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false)
      .map { String($0) }
    if lines.last == "" { lines.removeLast() } else { lines.append("(no line end)") }
    return lines
  }

  @Test(arguments: names) func `every format prints these bytes`(_ name: String) throws {
    let path = TestPaths.repository + "/" + ResultFormatTests.folder + "/" + name
    var cases = ResultFormatTests.cases(try TestFile.read(path))
    for index in cases.indices {
      for format in ResultFormatTests.formats {
        let query = cases[index].query
        let lines = ResultFormatTests.lines(try ResultFormatTests.run(query, format))
        let place = cases[index].printed.firstIndex { $0.format == format.rawValue }
        if TestFile.isUpdating {
          if let place {
            cases[index].printed[place].lines = lines
          } else {
            cases[index].printed.append((format.rawValue, lines))
          }
        } else {
          let expected = place.map { cases[index].printed[$0].lines }
          #expect(lines == expected, "\(name): \(query): \(format.rawValue)")
        }
      }
    }
    if TestFile.isUpdating {
      try TestFile.write(ResultFormatTests.text(cases), path)
      Issue.record("the expected results were written; run without LAKE_UPDATE")
    }
  }

  /// A Parquet file has the same values, and the same types where Parquet has them.
  @Test(arguments: names) func `a Parquet result reads back as the same text`(_ name: String)
    throws
  {
    let path = TestPaths.repository + "/" + ResultFormatTests.folder + "/" + name
    for one in ResultFormatTests.cases(try TestFile.read(path)) {
      if one.head.contains("# no parquet") { continue }
      let folder = TemporaryDirectory()
      let copy = folder("copy.parquet")
      let file = try OutputFile(path: copy)
      let writer = try ResultOptions().writer(.parquet, to: file)
      let engine = QueryEngine(QueryOptions())
      _ = try engine.run(
        one.query,
        begin: { try writer.begin($0) },
        receive: { try writer.write($0) }
      )
      try writer.finish()
      try file.commit()
      let direct = try ResultFormatTests.run(one.query, .csv)
      let read = try ResultFormatTests.run("select * from '\(copy)'", .csv)
      #expect(ResultFormatTests.lines(read) == ResultFormatTests.lines(direct), "\(one.query)")
    }
  }

  @Test func `every format ends quietly when its reader goes away`() throws {
    let program = try #require(ScreenSession.program, "the program is built beside the tests")
    let run = ProgramRun(program: program)
    let query =
      "select x, y, 'text' as t from unnest(sequence(1, 1000)) u(x), unnest(sequence(1, 200)) v(y)"
    for format in ResultFormat.allCases where format != .chart {
      let (text, _) = run.run(
        "lake sql --format \(format.rawValue) \"\(query)\" | head -c 1 > /dev/null; echo \"${PIPESTATUS[0]}\""
      )
      #expect(text == "0\n", "\(format.rawValue)")
    }
  }
}
