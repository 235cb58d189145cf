/// A script of SQL and what must come out, in the form of sqllogictest.
///
/// ```
/// # what this record is about
/// query TI rowsort
/// SELECT name, count(*) FROM t GROUP BY name
/// ----
/// apple 3
/// NULL 1
///
/// statement error
/// SELECT nope
/// ----
/// COLUMN_NOT_FOUND: column 'nope' cannot be resolved
/// ```
/// `file PATH` and `parquet PATH` write a file into the script's own folder, of the lines or of the
/// query's rows below. Records end at an empty line. A query's letters say what its columns are (see ``Record/Kind``).
/// The values of a row stand side by side with one space between them; null is `NULL`, an empty
/// text `(empty)`, a line end within a text `\n`.
public struct LogicTestFile: Sendable {
  /// The parts of the file in order.
  public var parts: [Part]

  /// A record, or lines between records.
  public enum Part: Sendable, Equatable {
    /// Comments and empty lines, as they stand.
    case text(String)
    /// Something to run.
    case record(Record)
  }

  /// One statement with its expectation.
  public struct Record: Sendable, Equatable {
    /// What is expected.
    public enum Kind: Sendable, Equatable {
      /// The statement runs.
      case ok
      /// The statement fails; each expected line is part of what is said.
      case error
      /// A file to write, of the lines below if there are any: `file s3/bucket/logs/a.txt`.
      case file(String)
      /// A Parquet file to write, of the rows of the query below: `parquet s3/bucket/a.parquet`.
      case parquet(String)
      /// Rows come out: a letter for each column (I integer, R other number, B boolean, D date or
      /// time, T anything else, ? whatever), and how rows are ordered for comparison.
      case query(types: String, sort: SortMode)
    }

    /// What is expected.
    public var kind: Kind
    /// The statement.
    public var sql: String
    /// The lines below `----`.
    public var expected: [String]
    /// Where the record begins, from one.
    public var lineNumber: Int

    /// A record as given.
    public init(kind: Kind, sql: String, expected: [String], lineNumber: Int) {
      self.kind = kind
      self.sql = sql
      self.expected = expected
      self.lineNumber = lineNumber
    }
  }

  /// How rows are ordered before they are compared.
  public enum SortMode: String, Sendable {
    /// As they come.
    case nosort
    /// By their lines.
    case rowsort
    /// All values on their own, by their texts.
    case valuesort
  }

  /// Why a file is none.
  public struct Mistake: Error, Equatable, CustomStringConvertible {
    /// From one.
    public var lineNumber: Int
    /// What is wrong.
    public var message: String

    /// The line and the message.
    public var description: String { "line \(lineNumber): \(message)" }
  }

  /// Reads the parts of a file.
  public init(_ text: String) throws {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    var parts: [Part] = []
    var between: [String] = []
    var index = 0
    while index < lines.count {
      let line = lines[index]
      if line.isEmpty || line.hasPrefix("#") {
        between.append(line)
        index += 1
        continue
      }
      if !between.isEmpty { parts.append(.text(between.joined(separator: "\n") + "\n")) }
      between = []
      let end = lines[index...].firstIndex(of: "") ?? lines.count
      parts.append(.record(try LogicTestFile.record(lines[index..<end])))
      index = end
    }
    // The last element stands behind the last line end.
    if between.count > 1 || between.first?.isEmpty == false {
      parts.append(.text(between.joined(separator: "\n")))
    }
    self.parts = parts
  }

  /// The records alone.
  public var records: [Record] {
    parts.compactMap { if case .record(let record) = $0 { record } else { nil } }
  }

  private static func record(_ lines: ArraySlice<String>) throws -> Record {
    let lineNumber = lines.startIndex + 1
    let words = lines[lines.startIndex].split(separator: " ").map(String.init)
    let body = lines.dropFirst()
    let divider = body.firstIndex(of: "----")
    let sql = body[..<(divider ?? body.endIndex)].joined(separator: "\n")
    let expected = divider.map { Array(body[($0 + 1)...]) } ?? []
    if sql.isEmpty && words[0] != "file" {
      throw Mistake(lineNumber: lineNumber, message: "the record has no statement")
    }
    let kind: Record.Kind
    switch words.first {
    case "statement" where words == ["statement", "ok"]: kind = .ok
    case "statement" where words == ["statement", "error"]: kind = .error
    case "file" where words.count == 2: kind = .file(words[1])
    case "parquet" where words.count == 2: kind = .parquet(words[1])
    case "query":
      guard words.count >= 2, words[1].allSatisfy({ "IRBDT?".contains($0) }) else {
        throw Mistake(lineNumber: lineNumber, message: "query needs a letter of IRBDT? per column")
      }
      guard words.count < 4, let sort = SortMode(rawValue: words.count > 2 ? words[2] : "nosort")
      else {
        throw Mistake(
          lineNumber: lineNumber,
          message: "unknown sort mode in '\(lines[lineNumber - 1])'"
        )
      }
      kind = .query(types: words[1], sort: sort)
    default:
      throw Mistake(
        lineNumber: lineNumber,
        message:
          "'\(lines[lineNumber - 1])' begins no record: statement ok, statement error, query, file, parquet"
      )
    }
    if kind == .ok && divider != nil {
      throw Mistake(lineNumber: lineNumber, message: "statement ok expects nothing")
    }
    if kind == .error && expected.isEmpty {
      throw Mistake(lineNumber: lineNumber, message: "statement error needs the message below ----")
    }
    return Record(kind: kind, sql: sql, expected: expected, lineNumber: lineNumber)
  }

  /// The file's text again.
  public var text: String {
    parts.map {
      switch $0 {
      case .text(let text): text
      case .record(let record): record.text
      }
    }
    .joined()
  }
}

extension LogicTestFile.Record {
  /// The record as it stands in a file.
  public var text: String {
    var lines: [String]
    switch kind {
    case .ok: return "statement ok\n\(sql)\n"
    case .file(let path): return "file \(path)\n" + (sql.isEmpty ? "" : "\(sql)\n")
    case .parquet(let path): return "parquet \(path)\n\(sql)\n"
    case .error: lines = ["statement error"]
    case .query(let types, let sort):
      lines = ["query \(types)" + (sort == .nosort ? "" : " \(sort.rawValue)")]
    }
    lines += [sql, "----"] + expected
    return lines.joined(separator: "\n") + "\n"
  }

  /// Rows of values as the lines to compare.
  public static func lines(_ rows: [[String]], _ sort: LogicTestFile.SortMode) -> [String] {
    switch sort {
    case .nosort: rows.map { $0.joined(separator: " ") }
    case .rowsort: rows.map { $0.joined(separator: " ") }.sorted()
    case .valuesort: rows.flatMap { $0 }.sorted()
    }
  }

  /// A value's text as it stands in a row.
  public static func cell(_ text: String?) -> String {
    guard let text else { return "NULL" }
    if text.isEmpty { return "(empty)" }
    if !text.utf8.contains(10) { return text }
    return text.split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "\\n")
  }
}
