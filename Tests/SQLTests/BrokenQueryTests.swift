import SQL
import TestSupport
import Testing

/// Runs `Tests/Errors/broken.queries`: queries that are wrong, and what is said about them.
///
/// A query stands on a line; the lines below it, indented by two spaces, are its error's code,
/// place and message, and the help. `LAKE_UPDATE=1` writes them anew; the run then fails.
@Suite struct BrokenQueryTests {
  private static let path = TestPaths.repository + "/Tests/Errors/broken.queries"

  @Test func `a broken query is told by code, place and help`() throws {
    let original = try TestFile.read(BrokenQueryTests.path)
    var written: [Substring] = []
    var count = 0
    let lines = original.split(separator: "\n", omittingEmptySubsequences: false)
    var index = 0
    while index < lines.count {
      let line = lines[index]
      written.append(line)
      index += 1
      if line.isEmpty || line.hasPrefix("#") { continue }
      let expected = lines[index...].prefix { $0.hasPrefix("  ") }
      index += expected.count
      let said = BrokenQueryTests.answer(to: String(line))
      written += said.map { $0[...] }
      count += 1
      if !TestFile.isUpdating {
        #expect(said == expected.map(String.init), "\(line)")
      }
    }
    #expect(count >= 200)
    let text = written.joined(separator: "\n")
    if TestFile.isUpdating && text != original {
      try TestFile.write(text, BrokenQueryTests.path)
      Issue.record("the file was written anew; look at the difference")
    }
  }

  private static func answer(to sql: String) -> [String] {
    do {
      _ = try QueryEngine(QueryOptions()).run(sql, begin: { _ in }, receive: { _ in })
      return ["  no error"]
    } catch let error as SQLError {
      let place = error.range.map { " at \(position($0.start, sql))" } ?? ""
      return ["  \(error.code.rawValue)\(place): \(error.message)"]
        + (error.help.map { ["  help: \($0)"] } ?? [])
    } catch {
      return ["  \(error)"]
    }
  }

  /// The code point of a byte offset, from one; queries are of one line.
  private static func position(_ offset: Int, _ sql: String) -> Int {
    String(decoding: Array(sql.utf8.prefix(offset)), as: UTF8.self).unicodeScalars.count + 1
  }
}
