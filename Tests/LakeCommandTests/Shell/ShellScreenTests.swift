import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#endif

/// The shell as a user sees it: scripts type into it within tmux and compare the screen.
@Suite struct ShellScreenTests {
  static let names = CaseFiles.names(in: "Tests/Screens", suffix: ".screen")

  @Test func `there are at least forty interactions`() throws {
    let scripts = try ShellScreenTests.names.map {
      try ScreenScript(TestFile.read(TestPaths.repository + "/Tests/Screens/" + $0))
    }
    #expect(scripts.reduce(0) { $0 + $1.interactionCount } >= 40)
  }

  @Test(
    .enabled(if: ScreenSession.isTmuxInstalled, "tmux is not installed"),
    arguments: ShellScreenTests.names
  )
  func `the screen is as the script says`(_ name: String) throws {
    let program = try #require(ScreenSession.program, "the program is built beside the tests")
    let path = TestPaths.repository + "/Tests/Screens/" + name
    var script = ScreenScript(try TestFile.read(path))
    let session = ScreenSession(program: program, environment: script.environment)
    var isStarted = false
    for (index, step) in script.steps.enumerated() {
      if case .setup(let command) = step {
        session.setUp(command)
        continue
      }
      if !isStarted {
        session.start(script.command, size: script.size)
        isStarted = true
        switch step {
        case .screen, .see: break
        // Keys wait for a shell that reads them.
        case .setup, .keys, .resize: _ = stable(session)
        }
      }
      switch step {
      case .setup: break
      case .keys(let keys): session.type(keys)
      case .resize(let size): session.resize(size)
      case .see(let text):
        let shown = wait(session) { lines in lines.contains { $0.contains(text) } }
        #expect(
          shown.contains { $0.contains(text) },
          "\(name), step \(index): '\(text)' is not in \(shown)"
        )
      case .screen(let expected):
        if TestFile.isUpdating {
          script.steps[index] = .screen(stable(session))
        } else {
          let shown = wait(session) { $0 == expected }
          #expect(shown == expected, "\(name), after step \(index)")
        }
      }
    }
    if TestFile.isUpdating {
      try TestFile.write(script.text, path)
      Issue.record("the expected screens were written; run without LAKE_UPDATE")
    }
  }

  /// The screen once it is what is expected, or what it is after half a minute.
  private func wait(_ session: ScreenSession, for isExpected: ([String]) -> Bool) -> [String] {
    var shown: [String] = []
    for _ in 0..<1000 {
      shown = session.screen()
      if isExpected(shown) { return shown }
      usleep(30_000)
    }
    return shown
  }

  /// The screen once it has not changed for a second.
  private func stable(_ session: ScreenSession) -> [String] {
    var last: [String] = []
    var count = 0
    for _ in 0..<100 where count < 10 {
      usleep(100_000)
      let shown = session.screen()
      count = shown == last && !shown.isEmpty ? count + 1 : 0
      last = shown
    }
    return last
  }
}
