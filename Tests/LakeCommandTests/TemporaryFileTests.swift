import TestSupport
import Testing

/// What is left of a query's temporary file, however the program ends.
@Suite struct TemporaryFileTests {
  /// Sorts nine million rows in a few megabytes; nobody waits for its end.
  private static let query =
    "SELECT x, y FROM UNNEST(sequence(1, 3000)) AS a(x) CROSS JOIN UNNEST(sequence(1, 3000)) AS b(y) "
    + "ORDER BY x * y % 1000003, x, y"

  /// Starts the query and waits until rows are in the file, which `spilled` says of the process `pid`.
  private static func started(_ query: String = query) -> String {
    """
    mkdir tmp
    lake sql --quiet --memory 16MiB --temp-dir tmp --format none "\(query)" &
    pid=$!
    spilled() {
      for file in /proc/$pid/fd/*; do
        case "$(readlink $file)" in
          "$PWD/tmp/"*) [ "$(stat -L -c %s $file)" -gt 0 ] && return 0 ;;
        esac
      done
      return 1
    }
    for try in $(seq 600); do spilled && break; sleep 0.1; done
    spilled && echo spilled
    ls -A tmp
    """
  }

  private func run(_ command: String) throws -> (text: String, code: Int32) {
    let program = try #require(ScreenSession.program, "the program is built beside the tests")
    return ProgramRun(program: program).run(command)
  }

  @Test(arguments: [("INT", 130), ("TERM", 130), ("KILL", 137)])
  func `nothing is left when a query is stopped while it writes`(signal: String, code: Int) throws {
    let (text, _) = try run(
      TemporaryFileTests.started() + "\nkill -\(signal) $pid; wait $pid; echo exit $?; ls -A tmp"
    )
    let lines = text.split(separator: "\n").filter { !$0.contains("Killed") }
    #expect(lines == ["spilled", "exit \(code)"], "\(text)")
  }

  @Test func `nothing is left when a query fails after it wrote`() throws {
    let failing =
      "SELECT 1 / (n - 1) FROM (SELECT row_number() OVER (ORDER BY x * y % 1003, x, y) n FROM "
      + "UNNEST(sequence(1, 200)) AS a(x) CROSS JOIN UNNEST(sequence(1, 3000)) AS b(y))"
    let (text, code) = try run(
      "mkdir tmp; lake sql --quiet --memory 16MiB --temp-dir tmp --format none \"\(failing)\"; "
        + "code=$?; ls -A tmp; exit $code"
    )
    #expect(code == 1, "\(text)")
    #expect(text.hasPrefix("error: DIVISION_BY_ZERO"), "\(text)")
    #expect(!text.contains("lake-spill"), "\(text)")
  }

  /// A file system of two megabytes, in a namespace of its own, as everybody may make it.
  private static let small = "unshare -rm sh -c 'mount -t tmpfs -o size=2m none tmp && "

  @Test func `a full disk is named, and how to use another one`() throws {
    let (trial, _) = try run("mkdir tmp; \(TemporaryFileTests.small)echo mounted'")
    if trial != "mounted\n" { return }
    let (text, code) = try run(
      "mkdir tmp; \(TemporaryFileTests.small)lake sql --quiet --memory 16MiB --temp-dir tmp "
        + "--format none \"\(TemporaryFileTests.query)\"; code=$?; ls -A tmp; exit $code'"
    )
    #expect(code != 0, "\(text)")
    #expect(text.contains("cannot write to a temporary file in 'tmp': No space left on device"))
    #expect(text.contains("--temp-dir"), "\(text)")
    #expect(!text.contains("lake-spill"), "\(text)")
  }
}
