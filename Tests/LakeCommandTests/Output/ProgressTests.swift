import Testing

/// What long commands print where nobody watches.
@Suite struct ProgressTests {
  @Test func `there is no progress on a pipe, and none is missed with --quiet`() throws {
    let program = try #require(ScreenSession.program, "the program is built beside the tests")
    let run = ProgramRun(program: program, environment: ["TERM=xterm"])
    let make = "lake generate orders --count 200000 --days 1 > orders.ndjson; "
    let ingest = "lake ingest --table a.b --time-field updated_at orders.ndjson"
    let piped = run.run(make + ingest)
    #expect(piped.text.hasPrefix("delivered 200,000 of 200,000 records into a.b\n"))
    #expect(!piped.text.contains("\r") && !piped.text.contains("\u{1B}"))
    #expect(run.run(ingest + " --quiet").text == "")
    let shown = run.run(ingest + " --quiet --progress always")
    #expect(shown.text.contains(" records") && shown.text.hasSuffix("\r\u{1B}[K"))
    #expect(!shown.text.contains("delivered"))
  }
}
