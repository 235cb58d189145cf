import ColumnFormat
import ObjectStore
import RowFormat
import TestSupport
import Testing

@testable import LakeWriter

@Suite struct FieldRegistryTests {
  /// The number of each column in all visible files; every number that a name has.
  private func numbers(_ lake: TestLake) throws -> [String: Set<Int>] {
    var found: [String: Set<Int>] = [:]
    let store = LocalFolder(lake.data)
    for info in try store.list("") {
      for field in try ParquetFile(path: store.systemPath(info.path)).schema.fields {
        found[field.name, default: []].insert(field.id ?? -1)
      }
    }
    return found
  }

  @Test func `two streams into one table give each field one number, and no number twice`() throws {
    let lake = TestLake()
    let first = lake.write("{\"id\":1,\"a\":1,\"b\":{\"c\":1}}\n", to: "in/a.ndjson")
    let second = lake.write("{\"b\":{\"d\":2,\"c\":2},\"z\":1,\"id\":2}\n", to: "in/b.ndjson")
    #expect(lake.deliver([first]) { $0.streamName = "one" }.isComplete)
    #expect(lake.deliver([second]) { $0.streamName = "two" }.isComplete)
    #expect(lake.deliver([first]) { $0.streamName = "two" }.isComplete)
    let numbers = try numbers(lake)
    #expect(numbers.values.allSatisfy { $0.count == 1 })
    #expect(Set(numbers.values).count == numbers.count)
    #expect(try StreamReport.all(streamsFolder: lake.streams).map(\.name) == ["one", "two"])
  }

  @Test func `streams that deliver side by side agree on the numbers`() throws {
    let lake = TestLake()
    let inputs = (0..<2).map { stream in
      (0..<60).map { part in
        let fields = (0...part % 20).map { "\"f\(stream == 0 ? $0 : 20 - $0)\":\($0)" }
        return lake.write("{\(fields.joined(separator: ","))}\n", to: "in/\(stream)-\(part).json")
      }
    }
    WorkerThreads.run(count: 2) { number in
      let summary = lake.deliver(inputs[number]) { settings in
        settings.streamName = "stream\(number)"
        settings.hints = BufferingHints(byteCount: 1)
        settings.workerCount = 1
      }
      #expect(summary.isComplete)
    }
    let numbers = try numbers(lake)
    #expect(numbers.count == 21)
    #expect(numbers.values.allSatisfy { $0.count == 1 })
    #expect(Set(numbers.values).count == numbers.count)
  }

  @Test func `numbers of the catalog are kept, and those of dropped columns not used again`() throws
  {
    let lake = TestLake()
    let input = lake.write("{\"new\":1,\"old\":2}\n", to: "in/a.ndjson")
    let columns = [Field("old", .int64, id: 4)]
    let summary = lake.deliver([input]) {
      $0.catalogNumbering = FieldNumbering(columns: columns, last: 9)
    }
    #expect(summary.isComplete)
    #expect(try numbers(lake) == ["old": [4], "new": [10]])
  }

  @Test func `a number that two streams gave to two fields is given anew to one of them`() throws {
    var one = FieldNumbering(numbers: ["a": 1, "b": 2])
    one.adopt(FieldNumbering(numbers: ["b": 7, "c": 2, "d": 3]))
    #expect(one.numbers == ["a": 1, "b": 2, "d": 3])
    _ = one.number(Schema([Field("c", .int64)]))
    #expect(one.numbers["c"] == 8)
  }

  @Test func `a damaged registry is refused by its path`() throws {
    let lake = TestLake()
    _ = lake.write("{}", to: "streams/_fields/shop.orders.json")
    let input = lake.write("{\"id\":1}\n", to: "in/a.ndjson")
    let failure = try #require(lake.deliver([input]).failure)
    #expect(failure.path.hasSuffix("streams/_fields/shop.orders.json"))
    #expect(try lake.ids().isEmpty)
  }
}
