import ColumnFormat
import ObjectStore
import RowFormat
import TestSupport
import Testing

@testable import LakeWriter

/// Keeps even ids, doubles them, and fails on those that end in 8.
private struct EvenIDs: RecordProjection {
  func project(_ batch: Batch, schema: Schema) throws(ProjectionFault) -> ProjectedRows {
    guard let index = schema.index(of: "id"),
      case .int64(let ids) = batch.columns[index].flattened().flatValues
    else { throw ProjectionFault(message: "there are no ids") }
    var rows: [Int] = []
    var failed: [(row: Int, message: String)] = []
    for row in 0..<batch.rowCount where ids[row] % 2 == 0 {
      if ids[row] % 10 == 8 { failed.append((row, "no eights")) } else { rows.append(row) }
    }
    let column = Column(flat: .int64(Buffer(rows.map { ids[$0] * 2 })), count: rows.count)
    return ProjectedRows(
      batch: Batch(columns: [column], rowCount: rows.count),
      schema: Schema([Field("id", .int64)]),
      rows: rows,
      failed: failed
    )
  }
}

@Suite struct ProjectionTests {
  private static func kept(_ ids: Range<Int64>) -> [Int64] {
    TestRecords.sound(ids).filter { $0 % 2 == 0 && $0 % 10 != 8 }.map { $0 * 2 }
  }

  @Test func `rows are what the projection makes, filed by a field that it leaves out`() throws {
    let lake = TestLake()
    let summary = lake.deliver([lake.write(TestRecords.text(0..<500), to: "in/a.ndjson")]) {
      $0.projection = EvenIDs()
    }
    #expect(summary.failure == nil)
    #expect(summary.recordCount == 500)
    #expect(summary.undeliveredRowCount == 0)
    #expect(summary.untimedCount == 0)
    #expect(summary.schema.fields.map(\.name) == ["id"])
    #expect(try lake.ids() == ProjectionTests.kept(0..<500))
    #expect(summary.partitions.keys.contains { $0.contains("year=2026") })
  }

  @Test func `records on which it fails are kept as they were read`() throws {
    let lake = TestLake()
    let text = TestRecords.text(0..<500)
    _ = lake.deliver([lake.write(text, to: "in/a.ndjson")]) { $0.projection = EvenIDs() }
    let entries = try RejectedDocuments.read(
      folder: lake.rejects,
      errorType: "processing-failed",
      limit: .max
    )
    #expect(entries.count == 50)
    let lines = text.split(separator: "\n").map(String.init)
    for entry in entries {
      let number = try #require(entry.document["source"]?["record"]?.integerValue)
      let offset = try #require(entry.document["source"]?["byteOffset"]?.integerValue)
      let raw = Base64.decode(entry.document["rawData"]?.stringValue ?? "") ?? []
      #expect(String(decoding: raw, as: UTF8.self) == lines[number - 1])
      #expect(Array(text.utf8)[offset...].starts(with: lines[number - 1].utf8))
      #expect(entry.document["lastErrorMessage"]?.stringValue == "no eights")
    }
  }

  @Test func `records of delimited text give their rows once after any deaths`() throws {
    let lake = TestLake()
    let rows = (0..<400).map { "\($0),2026-11-23T0\($0 % 3):00:00Z\n" }
    let input = lake.write("id,at\n" + rows.joined(), to: "in/a.csv")
    for attempt in 0..<40 {
      let count = ExactlyOnceTests.Counter()
      let summary = lake.deliver([input]) { settings in
        settings.resumes = attempt > 0
        settings.projection = EvenIDs()
        settings.reach = { (_) throws(LakeWriterError) in
          if count.next() >= 12 { throw ExactlyOnceTests.died }
        }
      }
      if summary.failure == nil { break }
    }
    let ids: [Int64] = Array(0..<400)
    let expected: [Int64] = ids.filter { $0 % 2 == 0 && $0 % 10 != 8 }.map { $0 * 2 }
    #expect(try lake.ids() == expected)
  }

  @Test func `a projection that fits no record ends the run, and the rest waits`() throws {
    let lake = TestLake()
    let input = lake.write("{\"id\":\"x\",\"at\":\"2026-11-23T00:00:00Z\"}\n", to: "in/a.ndjson")
    let summary = lake.deliver([input]) { $0.projection = EvenIDs() }
    #expect(summary.failure?.kind == .invalidSettings("--select: there are no ids"))
    #expect(lake.deliver([input]) { $0.resumes = true }.deliveredRowCount == 1)
  }
}
