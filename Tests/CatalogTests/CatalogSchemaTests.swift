import Catalog
import ColumnFormat
import ObjectStore
import RowFormat
import TestSupport
import Testing

/// The published JSON Schema holds for what is written, and its checker can tell.
@Suite struct CatalogSchemaTests {
  private static func schema() throws -> JSONValue {
    let path = TestPaths.repository + "/docs/catalog.schema.json"
    return try JSONValue.parse(Array(try TestFile.read(path).utf8))
  }

  /// Which part of the schema a file of the catalog is told by.
  private static func kind(_ path: String) -> String? {
    if path == "lake.json" { return "lake" }
    if path.hasSuffix("/database.json") { return "database" }
    let parts = path.split(separator: "/")
    guard parts.count == 5 else { return nil }
    switch parts[3] {
    case "generations": return "generation"
    case "versions": return "version"
    case "partitions": return "partitions"
    default: return nil
    }
  }

  @Test func `all files of a catalog with a history agree with the published schema`() throws {
    let zoo = CrawlZoo()
    let time = Field("at", .timestamp(.micros, isAdjustedToUTC: true))
    let tags = Field("tags", .list(Field("element", .row([Field("k", .string)]))))
    try zoo.parquet("t/k=1/f", [Field("a", .int32), time])
    try zoo.crawl("t")
    try zoo.parquet("t/k=__HIVE_DEFAULT_PARTITION__/f", [Field("a", .string), tags])
    try zoo.crawl("t")
    zoo.directory.write("a|b\n1|x\n2|y\n", to: "plain/2026/f.csv")
    try zoo.crawl("plain")
    zoo.directory.write("{\"a\":1}\n", to: "gone/f.json")
    try zoo.crawl("gone")
    try zoo.catalog().drop(TableName(database: "default", table: "gone"))
    let schema = try CatalogSchemaTests.schema()
    let store = LocalFolder(zoo.lake)
    var kinds: [String: Int] = [:]
    for info in try store.list("") where !info.path.hasPrefix("crawls/") {
      let kind = try #require(CatalogSchemaTests.kind(info.path), "\(info.path)")
      let value = try JSONValue.parse(try store.read(info.path))
      let part = try #require(schema["$defs"]?[kind])
      let faults = SchemaChecker(schema).faults(value, part, at: info.path)
      #expect(faults == [])
      kinds[kind, default: 0] += 1
    }
    #expect(Set(kinds.keys) == ["lake", "database", "generation", "version", "partitions"])
    #expect(kinds["version"] == 3)
  }

  @Test(arguments: [
    (#"{"format": 1}"#, "lake", ["x: 'created' is missing"]),
    (#"{"format": 2, "created": "now"}"#, "lake", ["x/format: not 1"]),
    (#"{"name": 7, "type": "int"}"#, "field", ["x/name: not string"]),
    (#"["a", null]"#, "values", []), (#"["a", 1]"#, "values", ["x/1: none of the choices"]),
    (#"{"change": "grown", "column": "a"}"#, "change", ["x/change: not one of the words"]),
    (
      #"{"name": "a", "type": "int", "id": 0, "children": [{"name": "b"}]}"#, "field",
      ["x/id: below 1", "x/children/0: 'type' is missing"]
    ),
  ])
  func `the checker names what a file contradicts`(text: String, kind: String, faults: [String])
    throws
  {
    let schema = try CatalogSchemaTests.schema()
    let part = try #require(schema["$defs"]?[kind])
    let value = try JSONValue.parse(Array(text.utf8))
    #expect(SchemaChecker(schema).faults(value, part, at: "x") == faults)
  }
}

/// The words of JSON Schema that the catalog's schema uses.
private struct SchemaChecker {
  let root: JSONValue

  init(_ root: JSONValue) { self.root = root }

  func faults(_ value: JSONValue, _ schema: JSONValue, at place: String) -> [String] {
    if let reference = schema["$ref"]?.stringValue {
      let name = String(reference.dropFirst("#/$defs/".count))
      guard let part = root["$defs"]?[name] else { return ["\(place): no '\(reference)'"] }
      return faults(value, part, at: place)
    }
    if let choices = schema["anyOf"]?.arrayValue {
      let fits = choices.contains { faults(value, $0, at: place).isEmpty }
      return fits ? [] : ["\(place): none of the choices"]
    }
    if let constant = schema["const"], constant != value {
      return ["\(place): not \(constant.compactText)"]
    }
    if let words = schema["enum"]?.arrayValue, !words.contains(value) {
      return ["\(place): not one of the words"]
    }
    if let type = schema["type"]?.stringValue, type != SchemaChecker.type(value) {
      return ["\(place): not \(type)"]
    }
    var found: [String] = []
    if let minimum = schema["minimum"]?.integerValue, let number = value.integerValue,
      number < minimum
    {
      found.append("\(place): below \(minimum)")
    }
    for name in schema["required"]?.arrayValue ?? []
    where value[name.stringValue ?? ""] == nil {
      found.append("\(place): '\(name.stringValue ?? "")' is missing")
    }
    for member in value.objectValue?.members ?? [] {
      let part = schema["properties"]?[member.name] ?? schema["additionalProperties"]
      if let part { found += faults(member.value, part, at: "\(place)/\(member.name)") }
    }
    if let items = schema["items"] {
      for (index, element) in (value.arrayValue ?? []).enumerated() {
        found += faults(element, items, at: "\(place)/\(index)")
      }
    }
    return found
  }

  private static func type(_ value: JSONValue) -> String {
    value.integerValue != nil ? "integer" : value.kindName
  }
}
