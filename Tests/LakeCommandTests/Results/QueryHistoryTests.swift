import RowFormat
import SQL
import TestSupport
import Testing

@testable import lake

@Suite struct QueryHistoryTests {
  private let folder = TemporaryDirectory()

  @Test func `a lake remembers what ran, the newest first`() throws {
    folder.write("{}", to: "lake.json")
    let history = QueryHistory(lake: folder.path)
    var first = QueryHistory.Entry(query: "SELECT\n 1")
    var statistics = QueryStatistics()
    statistics.byteCountRead = 42
    statistics.rowCount = 1
    first.finish(statistics)
    history.append(first)
    var second = QueryHistory.Entry(query: "SELECT nope")
    second.fail(SQLError(.columnNotFound, "column 'nope' cannot be resolved"), isCancelled: false)
    history.append(second)
    var third = QueryHistory.Entry(query: "SELECT 3")
    third.fail(SQLError(.userCanceled, "the query was cancelled"), isCancelled: false)
    history.append(third)
    let entries = try history.newest(10)
    #expect(entries.map { $0["state"]?.stringValue } == ["CANCELLED", "FAILED", "SUCCEEDED"])
    #expect(entries[2]["query"]?.stringValue == "SELECT\n 1")
    #expect(entries[2]["bytesScanned"]?.integerValue == 42)
    #expect(
      entries[1]["error"]?.stringValue == "COLUMN_NOT_FOUND: column 'nope' cannot be resolved"
    )
    #expect(Set(entries.map { $0["id"]?.stringValue }).count == 3)
    #expect(entries[0]["id"]?.stringValue?.utf8.count == 36)
    #expect(try history.newest(1) == [entries[0]])
  }

  @Test func `a folder that is no lake gets no history`() throws {
    let history = QueryHistory(lake: folder("nothing"))
    history.append(QueryHistory.Entry(query: "SELECT 1"))
    #expect(try history.newest(10) == [])
  }

  @Test func `a full file is put aside, and both are listed`() throws {
    folder.write("{}", to: "lake.json")
    let line = #"{"id":"old","state":"SUCCEEDED"}"# + "\n"
    folder.write(
      String(repeating: line, count: (8 << 20) / line.utf8.count + 1),
      to: "history/queries.ndjson"
    )
    let history = QueryHistory(lake: folder.path)
    history.append(QueryHistory.Entry(query: "SELECT 1"))
    let entries = try history.newest(2)
    #expect(entries.map { $0["query"]?.stringValue } == ["SELECT 1", nil])
    #expect(entries.last?["id"]?.stringValue == "old")
  }
}
