import Catalog
import ColumnFormat
import ObjectStore
import RowFormat
import TestSupport
import Testing

/// Histories of a table's files, drawn from a seed.
///
/// Crawls come in between, some of which are killed or run beside others. After each, every value of every file reads as it was written, in the
/// catalog's types.
@Suite struct CrawlHistoryTests {
  @Test(arguments: 0..<100)
  func `every value reads as it was written, whatever became of the table`(seed: UInt64) throws {
    var history = CrawlHistory(seed: seed)
    for _ in 0..<7 { try history.step() }
  }
}

/// A value as it was written.
private enum SourceValue: Equatable {
  case int(Int64)
  /// In hundredths.
  case decimal(Int64)
  case text(String)
  case date(Int32)
  case boolean(Bool)
  indirect case row([(name: String, value: SourceValue)])
  indirect case list([SourceValue])

  static func == (left: SourceValue, right: SourceValue) -> Bool { left.json == right.json }

  var json: String {
    switch self {
    case .int(let value): "\(value)"
    case .decimal(let value): SourceValue.hundredths(value)
    case .text(let text): "\"\(text)\""
    case .date(let days): "\"\(SourceValue.date(days))\""
    case .boolean(let value): "\(value)"
    case .row(let fields):
      "{" + fields.map { "\"\($0.name)\":\($0.value.json)" }.joined(separator: ",") + "}"
    case .list(let values): "[" + values.map(\.json).joined(separator: ",") + "]"
    }
  }

  static func hundredths(_ value: Int64) -> String {
    let digits = String(value.magnitude)
    let padded = String(repeating: "0", count: max(0, 3 - digits.count)) + digits
    return (value < 0 ? "-" : "") + padded.dropLast(2) + "." + padded.suffix(2)
  }

  static func date(_ days: Int32) -> String {
    String(ClockText.text(seconds: Int64(days) * 86_400).prefix(10))
  }

  /// How the value reads in a column of a type, written down.
  func text(in type: LogicalType) -> String {
    switch (self, type) {
    case (.int(let value), .decimal(_, let scale)):
      return "\(value)" + (scale > 0 ? "." + String(repeating: "0", count: scale) : "")
    case (.decimal(let value), .decimal(_, let scale)):
      return SourceValue.hundredths(value) + String(repeating: "0", count: max(0, scale - 2))
    case (.date(let days), .date): return "\(days)"
    case (.date(let days), .timestamp(.millis, _)): return "\(Int64(days) * 86_400_000)"
    case (.row(let fields), .row(let columns)):
      let cells = columns.map { column in
        fields.first { $0.name.lowercased() == column.name.lowercased() }?.value
          .text(in: column.type) ?? "null"
      }
      return "(" + cells.joined(separator: ",") + ")"
    case (.list(let values), .list(let element)):
      return "[" + values.map { $0.text(in: element.type) }.joined(separator: ",") + "]"
    case (.text(let text), _): return text
    case (.date(let days), _): return SourceValue.date(days)
    default: return json
    }
  }
}

/// What kinds of values a column may get, each wider than the one before.
private enum SourceKind: CaseIterable {
  case number
  case time
  case truth
  case row
  case list

  /// How far the column may widen.
  var levelCount: Int {
    switch self {
    case .number: 4
    case .time, .truth, .row, .list: 2
    }
  }

  func type(_ level: Int) -> LogicalType {
    switch (self, level) {
    case (.number, 0): .int32
    case (.number, 1): .int64
    case (.number, 2): .decimal(precision: 12, scale: 2)
    case (.time, 0): .date
    case (.truth, 0): .boolean
    case (.row, 0): .row([Field("x", .int32)])
    case (.row, _): .row([Field("Y", .string), Field("X", .int64)])
    case (.list, 0): .list(Field("element", .int32))
    case (.list, _): .list(Field("element", .decimal(precision: 20, scale: 2)))
    default: .string
    }
  }

  func value(_ level: Int, _ random: inout SeededGenerator) -> SourceValue {
    let small = Int64.random(in: -2_000_000_000...2_000_000_000, using: &random)
    let text = SourceValue.text("t\(small.magnitude % 1000) é")
    switch (self, level) {
    case (.number, 0): return .int(small)
    case (.number, 1): return .int(small * 3_000_000_001)
    case (.number, 2): return .decimal(small)
    case (.time, 0): return .date(Int32(truncatingIfNeeded: small % 30_000))
    case (.truth, 0): return .boolean(small > 0)
    case (.row, 0): return .row([("x", .int(small))])
    case (.row, _): return .row([("Y", text), ("X", .int(small * 3_000_000_001))])
    case (.list, 0): return .list((0..<(small.magnitude % 3)).map { .int(Int64($0)) })
    case (.list, _): return .list([.decimal(small), .decimal(7)])
    default: return text
    }
  }
}

private struct SourceColumn {
  var name: String
  var kind: SourceKind
  var level = 0

  /// The name in some case.
  func spelled(_ random: inout SeededGenerator) -> String {
    switch Int.random(in: 0..<4, using: &random) {
    case 0: name.uppercased()
    case 1: name.prefix(1).uppercased() + name.dropFirst()
    default: name
    }
  }
}

private struct CrawlHistory {
  /// The rows of a file, each as its values by lower-case name.
  typealias Rows = [[String: SourceValue]]

  let zoo = CrawlZoo()
  let name = TableName(database: "default", table: "t")
  let isParquet: Bool
  var random: SeededGenerator
  var columns: [SourceColumn] = []
  /// The files that are there, by path below the table's folder.
  var files: [String: (columns: Set<String>, rows: Rows)] = [:]
  var columnCount = 0
  var fileCount = 0

  init(seed: UInt64) {
    random = SeededGenerator(seed: seed &* 7919 &+ 1)
    isParquet = seed % 2 == 0
    for _ in 0..<3 { addColumn() }
  }

  private func pick(_ count: Int, _ random: inout SeededGenerator) -> Int {
    Int.random(in: 0..<count, using: &random)
  }

  mutating func addColumn() {
    columnCount += 1
    let kind = SourceKind.allCases[pick(SourceKind.allCases.count, &random)]
    columns.append(SourceColumn(name: "c\(columnCount)", kind: kind))
  }

  // MARK: What happens

  mutating func step() throws {
    for _ in 0...pick(3, &random) {
      switch pick(8, &random) {
      case 0: addColumn()
      case 1 where columns.count > 1: columns.remove(at: pick(columns.count, &random))
      case 2, 3:
        let index = pick(columns.count, &random)
        columns[index].level = min(columns[index].level + 1, columns[index].kind.levelCount - 1)
      case 4: removePartition()
      default: try addFile()
      }
    }
    if files.isEmpty { try addFile() }
    try crawl()
    try check()
  }

  mutating func removePartition() {
    let folder = "d=\(pick(3, &random))/"
    for path in files.keys where path.hasPrefix(folder) {
      zoo.directory.remove("t/\(path)")
      files[path] = nil
    }
  }

  mutating func addFile() throws {
    // Now and then a file takes the place of another one.
    if pick(4, &random) > 0 { fileCount += 1 }
    let path = "d=\(pick(3, &random))/\(max(fileCount, 1)).data"
    var chosen = columns.shuffled(using: &random)
    chosen.removeLast(pick(chosen.count, &random))
    // Old spellings and narrow types live on beside the new ones.
    for index in chosen.indices { chosen[index].level = pick(chosen[index].level + 1, &random) }
    let spelled = chosen.map { ($0, $0.spelled(&random)) }
    var rows: Rows = []
    var text = ""
    for row in 0...pick(4, &random) {
      var values: [String: SourceValue] = [:]
      var members: [String] = []
      for (column, spelling) in spelled {
        if row > 0, pick(6, &random) == 0 {
          members.append("\"\(spelling)\":null")
        } else {
          let value = column.kind.value(column.level, &random)
          values[column.name] = value
          members.append("\"\(spelling)\":\(value.json)")
        }
      }
      rows.append(values)
      text += "{\(members.joined(separator: ","))}\n"
    }
    if isParquet {
      let fields = spelled.map { Field($1, $0.kind.type($0.level)) }
      try zoo.parquet("t/\(path)", fields, json: text)
    } else {
      zoo.directory.write(text, to: "t/\(path)")
    }
    files[path] = (Set(chosen.map(\.name)), rows)
  }

  mutating func crawl() throws {
    let folder = zoo.directory("t")
    let lake = zoo.lake
    if pick(3, &random) == 0 {
      let dying = DyingStore(LocalFolder(lake), writeCount: pick(6, &random), .after)
      let catalog = try TableCatalog(store: dying, folder: lake)
      _ = try? Crawler(catalog).crawl([folder])
    }
    if pick(4, &random) == 0 {
      WorkerThreads.run(count: 3) { _ in
        do {
          _ = try Crawler(try TableCatalog(lake: lake)).crawl([folder])
        } catch {
          Issue.record(error)
        }
      }
    }
    let isNew = pick(2, &random) == 0
    try zoo.crawl("t") { $0.recrawl = isNew ? .new : .all }
  }

  // MARK: What must hold

  private func check() throws {
    let catalog = try zoo.catalog()
    let table = try #require(try catalog.table(name))
    let wanted = files.values.reduce(into: Set<String>()) { $0.formUnion($1.columns) }
    #expect(Set(table.columns.map { $0.name.lowercased() }) == wanted)
    let partitions = try catalog.partitions(of: name).map(\.location)
    #expect(Set(partitions) == Set(files.keys.map { String($0.prefix(3)) }))
    let schema = Schema(table.columns)
    for (path, file) in files {
      let batch = try zoo.rows("t/\(path)", isParquet: isParquet, as: schema)
      try #require(batch.rowCount == file.rows.count, "\(path)")
      for (row, values) in file.rows.enumerated() {
        for (field, column) in zip(schema.fields, batch.columns) {
          let found = CellText.text(column, row, field.type)
          let expected = values[field.name.lowercased()]?.text(in: field.type) ?? "null"
          #expect(found == expected, "\(path), row \(row), column \(field.name)")
        }
      }
    }
    try checkVersions(try catalog.versions(of: name))
  }

  private func checkVersions(_ versions: [SchemaVersion]) throws {
    #expect(versions.map(\.number) == Array(1...versions.count))
    var replayed = SchemaReplay()
    var known: [Int: (name: String, field: Field)] = [:]
    for version in versions {
      replayed.apply(version.changes)
      #expect(replayed.leaves == SchemaReplay.leaves(version.columns), "version \(version.number)")
      for column in SchemaReplay.fields(version.columns, "") {
        let id = try #require(column.field.id)
        let before = known.updateValue(column, forKey: id) ?? column
        #expect(before.name == column.name, "an id means one column")
        if column.field.type.children.isEmpty {
          let wider = TypeLattice.unify(before.field.type, column.field.type)
          #expect(wider == column.field.type, "types only widen")
        }
      }
    }
  }
}

/// A schema made from nothing but the changes of versions.
struct SchemaReplay {
  /// The types of all fields that hold no other, by their dotted names.
  private(set) var leaves: [String: String] = [:]

  mutating func apply(_ changes: [SchemaChange]) {
    for change in changes where !change.isPartitionKey {
      let name = change.column.lowercased()
      switch change.kind {
      case .added(let type): add(name, type)
      case .removed: remove(name)
      case .retyped(_, let type):
        remove(name)
        add(name, type)
      }
    }
  }

  private mutating func remove(_ name: String) {
    for leaf in leaves.keys where leaf == name || leaf.hasPrefix(name + ".") { leaves[leaf] = nil }
  }

  private mutating func add(_ name: String, _ type: LogicalType) {
    leaves.merge(SchemaReplay.leaves(name, type)) { $1 }
  }

  /// All fields at any depth, by their dotted names.
  static func fields(_ fields: [Field], _ parent: String) -> [(name: String, field: Field)] {
    fields.flatMap { field in
      let name = parent + field.name.lowercased()
      return [(name, field)] + SchemaReplay.fields(field.type.children, name + ".")
    }
  }

  static func leaves(_ fields: [Field]) -> [String: String] {
    fields.reduce(into: [:]) { all, field in
      all.merge(leaves(field.name.lowercased(), field.type)) { $1 }
    }
  }

  private static func leaves(_ name: String, _ type: LogicalType) -> [String: String] {
    if type.children.isEmpty { return [name: HiveType.exactText(type)] }
    return type.children.reduce(into: [:]) { all, field in
      all.merge(leaves("\(name).\(field.name.lowercased())", field.type)) { $1 }
    }
  }
}
