import TestSupport
import Testing

@testable import lake

#if canImport(Glibc)
  import Glibc
#endif

/// Every command that README.md and docs/*.md show is run, in the order of the page and in one
/// folder, and must print what the page says: see ``DocumentationPage``.
@Suite struct DocumentationTests {
  static let pages = ["README.md"] + CaseFiles.names(in: "docs", suffix: ".md").map { "docs/" + $0 }

  private func page(_ name: String) throws -> DocumentationPage {
    DocumentationPage(try TestFile.read(TestPaths.repository + "/" + name))
  }

  @Test(arguments: pages) func `the page shows what the program does`(_ name: String) throws {
    var page = try page(name)
    let examples = page.examples
    if examples.isEmpty { return }
    let program = try #require(ScreenSession.program, "the program is built beside the tests")
    let run = ProgramRun(program: program)
    symlink(TestPaths.fixtures, run.folder("fixtures"))
    var shown: [[String]] = []
    for example in examples {
      var lines = run.run(example.command).text.replacing("FOLDER", with: "/home/you").split(
        separator: "\n",
        omittingEmptySubsequences: false
      )
      .map(String.init)
      while lines.last == "" { lines.removeLast() }
      shown.append(lines)
      guard let output = example.output, !TestFile.isUpdating else { continue }
      let message = "\(name): $ \(example.command)\n\(lines.joined(separator: "\n"))"
      #expect(DocumentationPage.fits(lines[...], page.lines[output]), "\(message)")
    }
    if TestFile.isUpdating {
      for (example, lines) in zip(examples, shown).reversed() {
        guard let output = example.output,
          !DocumentationPage.fits(lines[...], page.lines[output])
        else { continue }
        page.lines.replaceSubrange(output, with: lines)
      }
      try TestFile.write(page.text, TestPaths.repository + "/" + name)
      Issue.record("the page's outputs were written; run without LAKE_UPDATE")
    }
  }

  @Test(arguments: pages) func `no command of the page goes without a test`(_ name: String) throws {
    #expect(try page(name).unrunLines == [])
  }

  @Test(arguments: pages) func `the page names only what there is`(_ name: String) throws {
    let page = try page(name)
    let commands = page.examples.flatMap { example in
      example.command.split(separator: "\n").flatMap { $0.split { "|;&".contains($0) } }
    }
    for span in page.codeSpans + commands.map(String.init) {
      let words = span.split(separator: " ").map(String.init)
      guard words.first == "lake", words.count > 1 else { continue }
      let arguments = Lake.globalOptionsLast(Array(words.dropFirst()))
      let command = Configuration.command(arguments)
      let options = ProgramOptions.of(command)
      if let word = arguments.first, word.first?.isLetter == true, word.first?.isLowercase == true,
        word != "help"
      {
        #expect(!command.isEmpty, "\(name): \(span)")
      }
      for word in arguments where word.hasPrefix("--") && word.count > 2 {
        let option = String(word.prefix { $0 != "=" && $0 != "," && $0 != ")" })
        #expect(options.contains(option), "\(name): \(span): \(option)")
      }
    }
    for span in page.codeSpans {
      guard let match = span.prefixMatch(of: /--[a-z][a-z0-9-]+/) else { continue }
      let option = String(match.0)
      #expect(ProgramOptions.all.contains(option), "\(name): \(option)")
    }
  }

  @Test func `the README lists every command`() throws {
    let text = try page("README.md").text
    for name in Configuration.subcommands(of: []) {
      #expect(text.contains("`lake \(name)"), "README.md lacks lake \(name)")
    }
  }

  @Test func `every option is told about in the pages`() throws {
    let text = try DocumentationTests.pages.map { try page($0).text }.joined(separator: "\n")
    let missing = ProgramOptions.all.subtracting(["--help", "--version"])
      .filter { !text.contains($0) }
    #expect(missing.sorted() == [])
  }

  @Test func `links lead to pages and headings that exist`() throws {
    for name in DocumentationTests.pages {
      let folder = name.hasPrefix("docs/") ? "docs/" : ""
      for match in try page(name).text.matches(of: /\]\(([^)#:]*)(#[^)]*)?\)/) {
        let target = String(match.1)
        let path = TestPaths.repository + "/" + (target.isEmpty ? name : folder + target)
        #expect(access(path, R_OK) == 0, "\(name): \(target)")
        guard let anchor = match.2, path.hasSuffix(".md") else { continue }
        let headings = DocumentationPage(try TestFile.read(path)).lines
          .filter { $0.hasPrefix("#") }
          .map { line in
            "#"
              + line.drop { $0 == "#" || $0 == " " }.lowercased()
              .filter { $0.isLetter || $0.isNumber || $0 == " " || $0 == "-" }
              .replacing(" ", with: "-")
          }
        #expect(headings.contains(String(anchor)), "\(name): \(target)\(anchor)")
      }
    }
  }

  @Test func `an ellipsis stands for lines and for the rest of a line`() {
    func fits(_ lines: [String], _ expected: [String]) -> Bool {
      DocumentationPage.fits(lines[...], expected[...])
    }
    #expect(fits(["a", "b", "c 12 ms"], ["a", "…", "c 7 ms"]))
    #expect(fits(["abc"], ["ab…"]))
    #expect(fits(["read 1.5 MB, 20 kB/s"], ["read 900 B, 3 MB/s"]))
    #expect(!fits(["a", "b"], ["a"]))
    #expect(!fits(["a"], ["a", "b"]))
    #expect(!fits(["2 rows"], ["3 rows"]))
  }
}
