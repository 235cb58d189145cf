import TestSupport
import Testing

/// The program in the current folder, where it has the name that a lake has when none is named.
@Suite struct ProgramBesideTests {
  private func run(_ command: String) throws -> (text: String, code: Int32) {
    let program = try #require(ScreenSession.program, "the program is built beside the tests")
    return ProgramRun(program: program).run("ln -s \(program) lake; unset LAKE_HOME; " + command)
  }

  @Test func `what needs no lake runs`() throws {
    let (text, code) = try run(
      """
      set -e
      ./lake generate orders --count 3 > orders.ndjson
      ./lake sql --no-header "select count(*) from 'orders.ndjson'"
      ./lake sql -o x.parquet --format parquet "select 1 as a"
      ./lake inspect --schema x.parquet
      ./lake ingest --quiet --lake other --table a.b orders.ndjson
      """
    )
    #expect(code == 0, "\(text)")
    #expect(text.hasPrefix("3\n"), "\(text)")
  }

  @Test(arguments: ["ingest --table a.b -", "crawl", "check", "status", "history"])
  func `what needs one says that this is none`(_ command: String) throws {
    let (text, code) = try run("echo '{}' | ./lake " + command)
    #expect(code == 64, "\(text)")
    #expect(text.contains("'./lake' is no folder"), "\(text)")
  }

  @Test(arguments: ["create database d", "create table d.t as select 1 a", "select * from d.t"])
  func `statements over the lake that is none say so`(_ statement: String) throws {
    let (text, code) = try run("./lake sql \"\(statement)\"")
    #expect(code == 1 && text.hasPrefix("error: "), "\(text)")
  }
}
