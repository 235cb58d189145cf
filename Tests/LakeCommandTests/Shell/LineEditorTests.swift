import TestSupport
import Testing

@testable import lake

struct NoNames: CompletionVocabulary {
  func databases() -> [String] { [] }
  func tables(in database: String?) -> [String] { [] }
  func columns(of table: TableReference) -> [Candidate] { [] }
  func partitionValues(of table: TableReference, column: String) -> [String]? { nil }
  func files(startingWith path: String) -> [String] { [] }
}

@Suite struct LineEditorTests {
  private func editor(_ entries: [String] = []) -> LineEditor {
    var history = History(path: nil)
    for entry in entries { history.add(entry) }
    return LineEditor(history: history)
  }

  @discardableResult
  private func type(_ keys: Key..., into editor: inout LineEditor) -> LineEditor.Action {
    keys.map { editor.handle($0, NoNames()) }.last ?? .none
  }

  @Test func `Enter runs a statement with its semicolon, and goes on without one`() {
    var editor = editor()
    #expect(type(.text("select 1"), .enter, into: &editor) == .none)
    #expect(editor.buffer.text == "select 1\n")
    #expect(type(.text(";"), .enter, into: &editor) == .submit("select 1\n;"))
  }

  @Test func `Enter runs what ends with a backslash and G, a command, and an empty line`() {
    for text in ["select 1\\G", "\\d", "", "quit", "-- nothing"] {
      var editor = editor()
      #expect(type(.text(text), .enter, into: &editor) == .submit(text))
    }
  }

  @Test func `a semicolon within a string ends nothing`() {
    var editor = editor()
    #expect(type(.text("select ';"), .enter, into: &editor) == .none)
  }

  @Test func `a paste runs nothing`() {
    var editor = editor()
    #expect(type(.paste("select 1;\nselect 2;\n"), into: &editor) == .none)
    #expect(editor.buffer.text == "select 1;\nselect 2;\n")
  }

  @Test func `Ctrl-D leaves an empty line and deletes in others`() {
    var editor = editor()
    #expect(type(.control("d"), into: &editor) == .leave)
    type(.text("ab"), .left, .control("d"), into: &editor)
    #expect(editor.buffer.text == "a")
  }

  @Test func `Ctrl-C gives the line up`() {
    var editor = editor()
    #expect(type(.text("ab"), .control("c"), into: &editor) == .interrupt)
  }

  @Test func `up goes through the history and down comes back to what was typed`() {
    var editor = editor(["one;", "two;"])
    type(.text("dra"), .up, .up, into: &editor)
    #expect(editor.buffer.text == "one;")
    #expect(type(.up, into: &editor) == .beep)
    type(.down, .down, into: &editor)
    #expect(editor.buffer.text == "dra")
  }

  @Test func `up moves within several lines first`() {
    var editor = editor(["one;"])
    type(.text("a"), .metaEnter, .text("b"), .up, into: &editor)
    #expect(editor.buffer.cursor == 1)
    type(.up, into: &editor)
    #expect(editor.buffer.text == "one;")
  }

  @Test func `the end of the line takes what the history suggests`() {
    var editor = editor(["select 42;"])
    type(.text("sel"), into: &editor)
    #expect(editor.suggestion == "ect 42;")
    type(.right, into: &editor)
    #expect(editor.buffer.text == "select 42;")
  }

  @Test func `Ctrl-R finds the newest entry, then older ones`() {
    var editor = editor(["select a;", "show tables;", "SELECT b;"])
    type(.control("r"), .text("sele"), into: &editor)
    #expect(editor.search?.match == "SELECT b;")
    type(.control("r"), into: &editor)
    #expect(editor.search?.match == "select a;")
    type(.control("r"), into: &editor)
    #expect(editor.search?.isFailing == true)
    #expect(type(.enter, into: &editor) == .submit("select a;"))
  }

  @Test func `Ctrl-G leaves the search with the line as it was`() {
    var editor = editor(["select a;"])
    type(.text("x"), .control("r"), .text("sel"), .control("g"), into: &editor)
    #expect(editor.buffer.text == "x")
    #expect(editor.search == nil)
  }
}

@Suite struct HistoryTests {
  @Test func `entries of several lines survive in the file`() {
    let folder = TemporaryDirectory()
    let path = folder("state/lake/history")
    var history = History(path: path)
    history.add("select 1,\n '\\n';")
    history.add("\\d")
    #expect(History(path: path).entries == ["select 1,\n '\\n';", "\\d"])
  }

  @Test func `blank entries, repeated ones and those after a space are not kept`() {
    var history = History(path: nil)
    for entry in ["a;", "a;", "  ", " secret;", "b;"] { history.add(entry) }
    #expect(history.entries == ["a;", "b;"])
  }

  @Test func `shells side by side do not lose each other's entries`() {
    let folder = TemporaryDirectory()
    var left = History(path: folder("history"))
    var right = History(path: folder("history"))
    left.add("a;")
    right.add("b;")
    left.add("c;")
    #expect(History(path: folder("history")).entries == ["a;", "b;", "c;"])
  }

  @Test func `a long file is cut to the newest entries`() throws {
    let folder = TemporaryDirectory()
    let count = History.entryCountMax + 10
    let path = folder.write((0..<count).map { "\($0);\n" }.joined(), to: "history")
    let history = History(path: path)
    #expect(history.entries.count == History.entryCountMax)
    #expect(history.entries.first == "10;")
    #expect(try TestFile.read(path).hasPrefix("10;\n"))
  }
}
