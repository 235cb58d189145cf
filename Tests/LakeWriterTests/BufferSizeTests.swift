import ColumnFormat
import ObjectStore
import RowFormat
import TestSupport
import Testing

@testable import LakeWriter

@Suite struct BufferSizeTests {
  private static func line(_ id: Int) -> String {
    let body = "{\"id\":\(id),\"note\":\"\(padded(Int64(id), 940))\"}"
    return body + "\n"
  }

  @Test func `twelve MiB with a size of five give three files, two of them full`()
    throws
  {
    let lake = TestLake()
    var text: [UInt8] = []
    var count = 0
    while text.count < 12 << 20 {
      text += BufferSizeTests.line(count).utf8
      count += 1
    }
    let summary = lake.deliver([lake.write(text, to: "in/a.ndjson")]) {
      $0.timeField = nil
      $0.granularity = .none
      $0.workerCount = 1
      $0.blockByteCount = 4 << 20
      $0.hints = BufferingHints(byteCount: 5 << 20)
    }
    #expect(summary.failure == nil)
    #expect(try lake.ids() == (0..<Int64(count)).map { $0 })
    let store = LocalFolder(lake.data)
    var byteCounts: [(first: Int64, bytes: Int)] = []
    for info in try store.list("") {
      var bytes = 0
      var first = Int64.max
      let reader = try ParquetRows(path: store.systemPath(info.path), startRow: 0)
      while let block = try reader.next() {
        for row in 0..<block.rows.batch.rowCount {
          guard case .int(let id) = block.rows.batch.columns[0].scalar(at: row) else { continue }
          first = min(first, id)
          bytes += BufferSizeTests.line(Int(id)).utf8.count
        }
      }
      byteCounts.append((first, bytes))
    }
    byteCounts.sort { $0.first < $1.first }
    #expect(byteCounts.count == 3)
    for full in byteCounts.prefix(2) {
      #expect(full.bytes >= 5 << 20)
      #expect(full.bytes <= (5 << 20) * 33 / 32 + 1000)
    }
  }
}
