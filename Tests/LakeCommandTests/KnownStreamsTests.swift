import TestSupport
import Testing

@testable import lake

@Suite struct KnownStreamsTests {
  @Test func `a stream that is gone on with and was misspelt is told, one that is new is not`()
    throws
  {
    let run = ProgramRun(program: try #require(ScreenSession.program))
    run.folder.write("{\"a\":1}\n", to: "a.ndjson")
    let ingest = "lake ingest --table s.orders"
    // The first run of a command that is repeated may have the option, too.
    #expect(run.run("\(ingest) --quiet --resume --stream night a.ndjson") == ("", 0))
    #expect(
      run.run("\(ingest) --resume --stream night a.ndjson").text.hasPrefix("delivered 0 of 0")
    )
    #expect(
      run.run("\(ingest) --resume --stream nihgt a.ndjson").text.hasPrefix(
        "the stream 'nihgt' is new and delivers all inputs; did you mean 'night'?\n"
          + "delivered 1 of 1 records"
      )
    )
    #expect(
      run.run("\(ingest) --resume --stream other-name a.ndjson").text.hasPrefix(
        "the stream 'other-name' is new and delivers all inputs; so far there was 'night'\n"
      )
    )
    #expect(run.run("\(ingest) --quiet --resume --stream third a.ndjson") == ("", 0))
    // Killed before its first record, a stream has a folder and nothing else.
    _ = run.run("mkdir lake/streams/killed")
    #expect(run.run("\(ingest) --quiet --resume --stream killed") == ("", 0))
  }

  @Test func `a file that is named twice, or by a link, is delivered once`() throws {
    let run = ProgramRun(program: try #require(ScreenSession.program))
    run.folder.write("{\"a\":1}\n", to: "in/a.ndjson")
    _ = run.run("ln -s a.ndjson in/b.ndjson")
    let text = run.run("lake ingest --to out in/a.ndjson in ./in/../in/a.ndjson").text
    #expect(
      text.hasPrefix(
        "'in/a.ndjson' and 2 more are named twice, or by a link, and delivered once\n"
          + "delivered 1 of 1 records"
      )
    )
  }
}
