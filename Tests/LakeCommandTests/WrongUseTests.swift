import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#endif

/// What the program says against wrong uses: text files of commands, exit codes and messages.
///
/// A line that begins with `$ ` is a command, with `+ ` one that prepares the folder. What follows
/// is what standard error must say, then `exit CODE`.
@Suite struct WrongUseTests {
  struct Case {
    var preparation: [String] = []
    var command = ""
    var expected: [String] = []
  }

  static let folder = "Tests/WrongUses"
  static let names = CaseFiles.names(in: folder, suffix: ".txt")

  static func cases(_ text: String) -> (head: [String], cases: [Case]) {
    var head: [String] = []
    var cases: [Case] = []
    var preparation: [String] = []
    for line in text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) {
      if line.hasPrefix("$ ") {
        cases.append(Case(preparation: preparation, command: String(line.dropFirst(2))))
        preparation = []
      } else if line.hasPrefix("+ ") {
        preparation.append(String(line.dropFirst(2)))
      } else if cases.isEmpty {
        head.append(line)
      } else if !line.isEmpty {
        cases[cases.count - 1].expected.append(line)
      }
    }
    return (head.filter { !$0.isEmpty }, cases)
  }

  @Test(arguments: names) func `the program says what is wrong`(_ name: String) throws {
    let path = TestPaths.repository + "/" + WrongUseTests.folder + "/" + name
    var (head, cases) = WrongUseTests.cases(try TestFile.read(path))
    let program = try #require(ScreenSession.program, "the program is built beside the tests")
    let run = ProgramRun(program: program)
    symlink(TestPaths.fixtures, run.folder("fixtures"))
    for index in cases.indices {
      for command in cases[index].preparation { _ = run.run(command) }
      // A pipeline's other commands say nothing; only standard error counts.
      let (text, code) = run.run("{ " + cases[index].command + "; } 2>&1 >/dev/null", both: false)
      var lines = text.replacing(/process [0-9]+/, with: "process N").split(separator: "\n")
        .map(String.init)
      lines.append("exit \(code)")
      let command = cases[index].command
      if TestFile.isUpdating {
        cases[index].expected = lines
      } else {
        #expect(lines == cases[index].expected, "\(name): \(command)")
      }
      #expect(code != 0, "\(name): \(command)")
      #expect(lines.first?.hasPrefix("error: ") == true, "\(name): \(command)")
      #expect(lines.dropFirst().dropLast().allSatisfy { $0.hasPrefix("  ") }, "\(name): \(command)")
      #expect(!text.contains("Fatal error"), "\(name): \(command)")
    }
    if TestFile.isUpdating {
      var text = head.map { $0 + "\n" }.joined()
      for one in cases {
        text += "\n" + one.preparation.map { "+ \($0)\n" }.joined()
        text += "$ \(one.command)\n" + one.expected.map { $0 + "\n" }.joined()
      }
      try TestFile.write(text, path)
      Issue.record("the expected messages were written; run without LAKE_UPDATE")
    }
  }

  @Test func `there are at least 120 wrong uses`() throws {
    let counts = try WrongUseTests.names.map { name in
      WrongUseTests.cases(
        try TestFile.read(TestPaths.repository + "/" + WrongUseTests.folder + "/" + name)
      )
      .cases.count
    }
    #expect(counts.reduce(0, +) >= 120)
  }
}
