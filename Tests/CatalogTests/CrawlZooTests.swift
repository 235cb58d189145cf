import Catalog
import ColumnFormat
import RowFormat
import TestSupport
import Testing

/// A folder of the zoo: what lies in it, and the tables that a crawl should make of it.
struct ZooFolder: Sendable, CustomStringConvertible {
  enum Content: Sendable {
    case text(String)
    case bytes([UInt8])
    case gzip(String)
    case zstd(String)
    case parquet([Field])
  }

  /// What it shows, in words.
  var title: String
  var files: [(path: String, content: Content)]
  var options: @Sendable (inout CrawlOptions) -> Void = { _ in }
  /// The tables, each as `name format (columns) by keys: values`.
  var tables: [String]
  /// What left-out files and notes must say; each is part of a line.
  var says: [String] = []

  init(
    _ title: String,
    _ files: [(String, Content)],
    tables: [String],
    says: [String] = [],
    options: @escaping @Sendable (inout CrawlOptions) -> Void = { _ in }
  ) {
    self.title = title
    self.files = files.map { (path: $0.0, content: $0.1) }
    self.tables = tables
    self.says = says
    self.options = options
  }

  var description: String { title }
}

@Suite struct CrawlZooTests {
  @Test(arguments: ZooFolder.formats + ZooFolder.delimited + ZooFolder.types)
  func `one folder of files gives the expected table`(folder: ZooFolder) throws {
    try check(folder)
  }

  @Test(arguments: ZooFolder.groups + ZooFolder.partitions + ZooFolder.choices)
  func `a tree of folders gives the expected tables`(folder: ZooFolder) throws {
    try check(folder)
  }

  @Test func `the zoo holds at least sixty folders, each its own`() {
    let all =
      ZooFolder.formats + ZooFolder.delimited + ZooFolder.types + ZooFolder.groups
      + ZooFolder.partitions + ZooFolder.choices
    #expect(all.count >= 60)
    #expect(Set(all.map(\.title)).count == all.count)
  }

  private func check(_ folder: ZooFolder) throws {
    let zoo = CrawlZoo()
    for file in folder.files {
      switch file.content {
      case .text(let text): zoo.directory.write(text, to: "zoo/\(file.path)")
      case .bytes(let bytes): zoo.directory.write(bytes, to: "zoo/\(file.path)")
      case .gzip(let text):
        zoo.directory.write(CompressedBytes.gzip(Array(text.utf8)), to: "zoo/\(file.path)")
      case .zstd(let text):
        zoo.directory.write(CompressedBytes.zstd(Array(text.utf8)), to: "zoo/\(file.path)")
      case .parquet(let fields): try zoo.parquet("zoo/\(file.path)", fields)
      }
    }
    var lines: [String] = []
    var said: [String] = []
    do {
      let report = try zoo.crawl("zoo", change: folder.options)
      said = report.notes + report.skipped.map { "\($0.path): \($0.reason)" }
      for table in report.tables { lines.append(try line(table, zoo)) }
      // The same again changes nothing.
      let again = try zoo.crawl("zoo", change: folder.options)
      #expect(again.tables.allSatisfy { $0.action == .unchanged })
    } catch let error as CatalogError {
      guard case .noTable(let reasons) = error.kind else { throw error }
      said = reasons
    }
    #expect(lines == folder.tables)
    for words in folder.says {
      #expect(said.contains { $0.contains(words) }, "\(words) in \(said)")
    }
  }

  private func line(_ report: CrawlReport.Table, _ zoo: CrawlZoo) throws -> String {
    let table = try #require(try zoo.catalog().table(report.name))
    var format = table.format.name
    if case .csv(let layout) = table.format {
      let delimiter = String(decoding: [layout.delimiter], as: UTF8.self)
      format += delimiter == "\t" ? "\\t" : delimiter == "\u{1}" ? "^A" : delimiter
      format += layout.hasHeader ? "+" : ""
    }
    let columns = table.columns.map { "\($0.name) \(HiveType.text($0.type))" }
    var line = "\(report.name.table) \(format) (\(columns.joined(separator: ", ")))"
    if !table.partitionKeys.isEmpty {
      let keys = table.partitionKeys.map { "\($0.name) \(HiveType.text($0.type))" }
      let values = try zoo.catalog().partitions(of: report.name).map { partition in
        partition.values.map { $0 ?? "null" }.joined(separator: "/")
      }
      line += " by \(keys.joined(separator: ", ")): \(values.joined(separator: " "))"
    }
    return line
  }
}
