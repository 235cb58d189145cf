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

  private static let items = #"{"Item":{"id":{"N":"1"},"event_id":{"S":"an attribute"}}}"# + "\n"

  private static func change(_ attributes: String = "") -> String {
    #"""
    {"eventID":"a fact","eventName":"INSERT","eventSource":"aws:dynamodb","dynamodb":{"NewImage":\#
    {"id":{"N":"2"}\#(attributes)},"SequenceNumber":"7","ApproximateCreationDateTime":1480642020}}

    """#
  }

  /// The values of all columns of text in all visible files.
  private func texts(_ lake: TestLake) throws -> [String: Set<String>] {
    var found: [String: Set<String>] = [:]
    let store = LocalFolder(lake.data)
    for info in try store.list("") {
      let file = try ParquetFile(path: store.systemPath(info.path))
      for (index, field) in file.schema.fields.enumerated() where field.type == .string {
        let reader = try file.reader(rowGroup: 0, fields: [index])
        while let batch = try reader.next(Batch.rowCountTarget) {
          let column = batch.columns[0].flattened()
          for row in 0..<column.count where column.isValid(row) {
            guard case .bytes(let bytes) = column.scalar(at: row) else { continue }
            found[field.name, default: []].insert(String(decoding: bytes, as: UTF8.self))
          }
        }
      }
    }
    return found
  }

  @Test func `an item's attribute and a change's fact of one name have two columns in all streams`()
    throws
  {
    let both = FieldRegistryTests.change(#","event_id":{"S":"an attribute"}"#)
    let orders = [
      ["items", "changes"], ["changes", "items"], ["changes", "items", "both", "more", "changes"],
      ["items", "both", "changes", "more"], ["both", "more", "items", "changes"],
    ]
    for order in orders {
      let lake = TestLake()
      let inputs = [
        "items": lake.write(FieldRegistryTests.items, to: "in/items.json"),
        "more": lake.write(FieldRegistryTests.items, to: "in/more.json"),
        "changes": lake.write(FieldRegistryTests.change(), to: "in/changes.json"),
        "both": lake.write(both, to: "in/both.json"),
      ]
      for name in order {
        #expect(lake.deliver([inputs[name] ?? ""]) { $0.streamName = name }.isComplete)
      }
      let texts = try texts(lake)
      #expect(texts.values.filter { $0 == ["an attribute"] }.count == 1, "\(order): \(texts)")
      #expect(texts.values.filter { $0 == ["a fact"] }.count == 1, "\(order): \(texts)")
      let columns = ["event_id", "event_id_1"].map { texts[$0] ?? [] }
      #expect(columns.map(\.count) == [1, 1], "\(order): \(texts)")
      let numbers = try numbers(lake)
      #expect(numbers.values.allSatisfy { $0.count == 1 })
    }
  }

  @Test func `streams that begin side by side agree on what a column means`() throws {
    for _ in 0..<10 {
      let lake = TestLake()
      let inputs = [
        lake.write(FieldRegistryTests.items, to: "in/items.json"),
        lake.write(FieldRegistryTests.change(), to: "in/changes.json"),
      ]
      WorkerThreads.run(count: 2) { number in
        #expect(lake.deliver([inputs[number]]) { $0.streamName = "s\(number)" }.isComplete)
      }
      let texts = try texts(lake)
      #expect(texts["event_id"]?.count == 1 && texts["event_id_1"]?.count == 1, "\(texts)")
    }
  }

  @Test func `columns that mean nothing else are not added to what other streams write`() throws {
    let lake = TestLake()
    let plain = #"{"Item":{"id":{"N":"1"},"name":{"S":"x"}}}"# + "\n"
    let changes = lake.write(FieldRegistryTests.change(), to: "in/changes.json")
    #expect(lake.deliver([changes]) { $0.streamName = "changes" }.isComplete)
    let summary = lake.deliver([lake.write(plain, to: "in/items.json")]) { $0.streamName = "items" }
    #expect(summary.schema.fields.map(\.name) == ["id", "name"])
  }

  @Test func `a dry run looks what a column means and writes nothing`() throws {
    let lake = TestLake()
    let items = lake.write(FieldRegistryTests.items, to: "in/items.json")
    let dry = lake.deliver([items]) { $0.isDryRun = true }
    #expect(dry.isComplete && dry.schema.fields.map(\.name) == ["id", "event_id"])
    #expect((try? LocalFolder(lake.streams).entries(of: "_fields")) == nil)
    let changes = lake.write(FieldRegistryTests.change(), to: "in/changes.json")
    #expect(lake.deliver([changes]) { $0.streamName = "changes" }.isComplete)
    let names = lake.deliver([items]) { $0.isDryRun = true }.schema.fields.map(\.name)
    #expect(names.contains("event_id_1"))
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
