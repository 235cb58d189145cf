import TestSupport
import Testing

@testable import SQL

@Suite struct FunctionCatalogTests {
  @Test(arguments: FunctionCatalog.standard.entries.flatMap(\.examples))
  func `every example of the catalog gives what it says`(example: FunctionEntry.Example) {
    #expect(SQLCalls.value(example.call) == example.result)
  }

  @Test func `every function has one line and signatures that can be read`() {
    // Operators are written, not called: they need no line in the reference.
    for entry in FunctionCatalog.standard.entries where !entry.name.hasPrefix("$") {
      #expect(entry.summary.hasSuffix("."), "\(entry.name)")
      #expect(!entry.summary.contains("\n"), "\(entry.name)")
      #expect(!entry.overloads.isEmpty, "\(entry.name)")
      for overload in entry.overloads where entry.resolve == nil {
        #expect(FunctionSignature(overload.signature).name == entry.name)
      }
    }
  }

  @Test func `every function has an example`() {
    for entry in FunctionCatalog.standard.entries
    where entry.kind != .operator && !entry.name.hasPrefix("$") {
      #expect(!entry.examples.isEmpty, "\(entry.name)")
    }
  }

  /// `LAKE_UPDATE=1` writes it anew; the run then fails.
  @Test func `the reference of the functions is what the catalog says`() throws {
    let path = TestPaths.repository + "/docs/functions.md"
    let text = FunctionReference.text(FunctionCatalog.standard)
    if TestFile.isUpdating, (try? TestFile.read(path)) != text {
      try TestFile.write(text, path)
      Issue.record("docs/functions.md was written anew")
    }
    #expect(try TestFile.read(path) == text)
  }

  @Test func `no function is both there and missing`() {
    for name in FunctionCatalog.missingFamilies.flatMap(\.names) {
      #expect(FunctionCatalog.standard.entry(name) == nil, "\(name)")
    }
  }

  @Test func `the documentation names every function, there or missing`() throws {
    let text = try TestFile.read(TestPaths.repository + "/docs/sql.md")
    let named = Set(
      text.split { !($0.isLetter || $0.isNumber || $0 == "_") }.map(String.init)
    )
    for entry in FunctionCatalog.standard.entries
    where entry.kind != .operator && !entry.name.hasPrefix("$") {
      #expect(named.contains(entry.name), "docs/sql.md lacks \(entry.name)")
    }
    for family in FunctionCatalog.missingFamilies {
      for name in family.names { #expect(named.contains(name), "docs/sql.md lacks \(name)") }
    }
  }

  @Test func `a misspelt name is answered with the nearest ones`() {
    #expect(throws: FunctionFailure.unknownName(suggestions: ["substr"])) {
      try FunctionCatalog.standard.scalar("substrr", [.text])
    }
    #expect(throws: FunctionFailure.notSupported(help: nil)) {
      try FunctionCatalog.standard.scalar("st_point", [.double, .double])
    }
  }

  @Test func `the nearest signature wins`() throws {
    let catalog = FunctionCatalog.standard
    #expect(try catalog.scalar("abs", [.integer]).resultType == .integer)
    #expect(
      try catalog.scalar("abs", [.decimal(precision: 5, scale: 2)]).resultType
        == .decimal(precision: 5, scale: 2)
    )
    #expect(try catalog.scalar("sqrt", [.bigint]).argumentTypes == [.double])
    #expect(
      try catalog.scalar("round", [.integer, .integer]).argumentTypes == [.integer, .bigint]
    )
    #expect(try catalog.aggregate("sum", [.integer]).resultType == .bigint)
    #expect(try catalog.aggregate("avg", [.real]).resultType == .real)
    #expect(
      try catalog.scalar("element_at", [.map(key: .text, value: .date), .varchar(length: 1)])
        .resultType == .date
    )
  }
}
