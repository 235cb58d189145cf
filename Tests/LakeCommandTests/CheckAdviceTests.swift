import ColumnFormat
import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#endif

/// `lake check` and `lake health` over lakes that are damaged on purpose: the fault is named, and the
/// command that is advised mends it.
@Suite struct CheckAdviceTests {
  /// A lake with a table of two days.
  private func lake() throws -> ProgramRun {
    let program = try #require(ScreenSession.program, "the program is built beside the tests")
    let run = ProgramRun(program: program)
    let (text, code) = run.run(
      """
      lake generate orders --count 60 --seed 1 --start 2026-11-01 --days 2 > orders.ndjson
      lake ingest --quiet --table shop.orders --time-field updated_at --partition-by day orders.ndjson
      lake crawl --quiet && lake check
      """
    )
    #expect(code == 0 && text.contains("nothing is wrong"), "\(text)")
    return run
  }

  /// Runs a check, which must find one thing; then what it advises, after which nothing is wrong.
  private func expect(
    _ run: ProgramRun,
    _ word: String,
    advice: String,
    then command: String,
    options: String = ""
  ) {
    let (text, code) = run.run("lake check \(options)")
    #expect(code == 1 && text.contains("\(word) "), "\(text)")
    #expect(text.contains("1 finding"), "\(text)")
    #expect(text.contains(advice), "\(text)")
    let mended = run.run("\(command) > /dev/null 2>&1; lake check \(options)")
    #expect(mended.code == 0 && mended.text.contains("nothing is wrong"), "\(mended.text)")
  }

  private static let day = "lake/data/shop/orders/year=2026/month=11/day=02"

  @Test func `a folder that is gone is missing until the next crawl`() throws {
    let run = try lake()
    _ = run.run("rm -r \(Self.day)")
    expect(run, "missing", advice: "let `lake crawl` forget them", then: "lake crawl")
  }

  @Test func `a folder that nobody crawled is orphaned until the next crawl`() throws {
    let run = try lake()
    _ = run.run("cp -r \(Self.day) lake/data/shop/orders/year=2026/month=11/day=03")
    expect(run, "orphaned", advice: "`lake crawl` makes them part of the table", then: "lake crawl")
  }

  @Test func `a file whose end is lost is damaged until it is removed`() throws {
    let run = try lake()
    _ = run.run("cd \(Self.day); for f in *.parquet; do truncate -s -20 $f; done")
    expect(
      run,
      "damaged",
      advice: "or remove the file and deliver its source again with `lake ingest`",
      then: "rm \(Self.day)/*.parquet; lake backfill --table shop.orders --time-field updated_at"
        + " --partition-by day --from 2026-11-02 --job again orders.ndjson; lake crawl"
    )
  }

  @Test func `a type that the table does not hold is a mismatch until the next crawl`() throws {
    let run = try lake()
    _ = run.run(
      "cd \(Self.day); lake sql -o x.parquet --format parquet \"select 'text' as quantity\""
    )
    expect(run, "mismatch", advice: "`lake crawl` widens the table's type", then: "lake crawl")
  }

  @Test func `a file of no bytes is counted and nothing is wrong, as queries pass over it`() throws
  {
    let run = try lake()
    let before = run.run("lake sql 'select count(*) from shop.orders'").text
    _ = run.run("touch \(Self.day)/empty.parquet")
    let (text, code) = run.run("lake check --deep")
    #expect(code == 0 && text.contains("nothing is wrong"), "\(text)")
    #expect(text.contains("empty    1 file of no bytes: queries pass over such"), "\(text)")
    #expect(run.run("lake sql 'select count(*) from shop.orders'").text == before)
  }

  @Test func `bounds that the values contradict are untrue`() throws {
    let run = try lake()
    let folder = run.folder("lake/data/shop/orders/year=2026/month=11/day=02")
    _ = run.run(
      "rm \(folder)/*; lake sql -o \(folder)/x.parquet --format parquet \"select bigint '1234567' + x as sequence from unnest(sequence(1, 50)) u(x)\"; lake crawl"
    )
    try lower(1_234_567 + 50, to: 1_234_567 + 20, in: folder + "/x.parquet")
    let (text, code) = run.run("lake check --deep")
    #expect(code == 1 && text.contains("untrue"), "\(text)")
    #expect(text.contains("queries may lose rows: write the file again from its source"), "\(text)")
  }

  /// Replaces the last places of a number of eight bytes, which are those of the footer.
  private func lower(_ old: Int64, to new: Int64, in path: String) throws {
    let mapped = try MappedFile(path: path)
    var bytes = withExtendedLifetime(mapped) { Array(mapped.bytes) }
    let wanted = withUnsafeBytes(of: old.littleEndian) { Array($0) }
    let other = withUnsafeBytes(of: new.littleEndian) { Array($0) }
    let tail = Int(bytes[bytes.count - 8]) | Int(bytes[bytes.count - 7]) << 8
    var count = 0
    for start in (bytes.count - 8 - tail)..<(bytes.count - 16)
    where Array(bytes[start..<(start + 8)]) == wanted {
      bytes.replaceSubrange(start..<(start + 8), with: other)
      count += 1
    }
    #expect(count > 0)
    let file = try #require(fopen(path, "wb"))
    defer { fclose(file) }
    fwrite(bytes, 1, bytes.count, file)
  }

  @Test func `health names rejects, small files and age, with commands that run`() throws {
    let run = try lake()
    _ = run.run(
      """
      echo nonsense | lake ingest --quiet --table shop.orders --stream bad --format ndjson -
      cd \(Self.day)
      for n in $(seq 40); do lake sql -o $n.parquet --format parquet "select $n as sequence" & done; wait
      cd - > /dev/null
      lake crawl
      find lake/data -name '*.parquet' -exec touch -d '3 days ago' {} +
      """
    )
    let (text, code) = run.run("lake health")
    #expect(code == 0)
    for problem in [
      "1 record was rejected", "files are smaller than 8.4 MB", "the newest file is 3 days old",
    ] {
      #expect(text.contains(problem), "\(text)")
    }
    let commands = text.matches(of: /help: (lake .*)/).map { String($0.1) }
    #expect(commands.count == 3)
    for command in commands {
      let whole = command.replacing("…", with: "orders.ndjson")
      let (printed, code) = run.run(whole)
      #expect(code == 0, "\(whole): \(printed)")
    }
  }
}
