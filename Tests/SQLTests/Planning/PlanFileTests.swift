import TestSupport
import Testing

@testable import SQL

#if canImport(Glibc)
  import Glibc
#endif

/// Runs `Tests/Plans/*.plan`: queries and the plans that EXPLAIN shows for them.
///
/// A case is `== intent`, the query, `----`, and the plan. `LAKE_UPDATE=1` writes the plans anew; the
/// run then fails, so that it cannot be left on.
@Suite struct PlanFileTests {
  static let files: [String] = {
    guard let folder = opendir(TestPaths.repository + "/Tests/Plans") else { return [] }
    defer { closedir(folder) }
    var names: [String] = []
    while let entry = readdir(folder) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name.hasSuffix(".plan") { names.append(name) }
    }
    return names.sorted()
  }()

  @Test(arguments: files)
  func `queries are planned as the file says`(_ name: String) throws {
    let path = TestPaths.repository + "/Tests/Plans/" + name
    let old = try PlanFile.read(path)
    var new = PlanFile(header: old.header, cases: [])
    for testCase in old.cases {
      let plan: String
      do {
        plan = try Planning.optimized(testCase.query).text()
      } catch let error as SQLError {
        plan = "\(error.code.rawValue): \(error.message)\n" + error.details.joined(separator: "\n")
      }
      new.cases.append(.init(intent: testCase.intent, query: testCase.query, plan: plan))
      if !TestFile.isUpdating {
        #expect(plan == testCase.plan, "\(testCase.intent)")
      }
    }
    if TestFile.isUpdating && new.cases.map(\.plan) != old.cases.map(\.plan) {
      try new.write(path)
      Issue.record("\(name) was written anew; look at the difference and run without LAKE_UPDATE")
    }
  }

  @Test func `there are plan files`() { #expect(!PlanFileTests.files.isEmpty) }
}

/// The text of a plan file, taken apart.
struct PlanFile {
  struct Case {
    var intent: String
    var query: String
    var plan: String
  }
  var header: String
  var cases: [Case]

  static func read(_ path: String) throws -> PlanFile {
    var file = PlanFile(header: "", cases: [])
    var isPlan = false
    for line in try TestFile.read(path).split(separator: "\n", omittingEmptySubsequences: false) {
      if line.hasPrefix("== ") {
        file.cases.append(Case(intent: String(line.dropFirst(3)), query: "", plan: ""))
        isPlan = false
      } else if line == "----" && !isPlan {
        isPlan = true
      } else if file.cases.isEmpty {
        file.header += line + "\n"
      } else if isPlan {
        if !line.isEmpty { file.cases[file.cases.count - 1].plan += line + "\n" }
      } else {
        file.cases[file.cases.count - 1].query += line + "\n"
      }
    }
    return file
  }

  func write(_ path: String) throws {
    var text = header
    for testCase in cases {
      text += "== \(testCase.intent)\n\(testCase.query)----\n\(testCase.plan)\n"
    }
    try TestFile.write(String(text.dropLast()), path)
  }
}
