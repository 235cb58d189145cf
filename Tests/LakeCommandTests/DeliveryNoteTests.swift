import TestSupport
import Testing

/// What deliveries say of options that pass over what their user may have meant.
@Suite struct DeliveryNoteTests {
  private func run(_ command: String) throws -> String {
    let program = try #require(ScreenSession.program, "the program is built beside the tests")
    let run = ProgramRun(program: program)
    let (text, code) = run.run(
      #"printf '{"id":1,"at":"2026-01-01T00:00:00Z"}\n{"id":1}\n' > two.ndjson; "# + command
    )
    #expect(code == 0, "\(text)")
    return text
  }

  @Test func `records without a key for dedup are counted`() throws {
    let missing = "2 records had no key for --dedup: delivered, repeated or not"
    #expect(try run("lake ingest --table a.b --dedup nosuch two.ndjson").contains(missing))
    #expect(
      try run("lake ingest --json --table a.b --dedup at two.ndjson").contains(#""unkeyed":1"#)
    )
    #expect(try !run("lake ingest --table a.b --dedup id two.ndjson").contains("no key"))
  }

  @Test func `a window without a time field goes by arrival, and says so`() throws {
    let note = "--from and --to go by when records arrive"
    let command = "lake backfill --table a.b --from 2026-01-01 two.ndjson"
    #expect(try run(command).contains(note))
    #expect(try !run(command + " --quiet").contains(note))
    #expect(try !run(command + " --time-field at").contains(note))
  }
}
