import SQL
import Synchronization

#if canImport(Glibc)
  import Glibc
#endif

/// Ctrl-C: the first asks the running work to stop, the second ends the program.
enum Interruption {
  /// Shared with the running query.
  static let cancellation = Cancellation()

  /// Whether the work shall stop.
  static var isRequested: Bool { cancellation.isCancelled }

  /// Catches Ctrl-C and termination from now on; the caller must look at ``isRequested``.
  static func install() {
    // Made here, because a signal handler must not make it.
    _ = cancellation
    let handler: @convention(c) (Int32) -> Void = { _ in
      if Interruption.cancellation.isCancelled {
        TerminalSignals.restore()
        _exit(130)
      }
      Interruption.cancellation.cancel()
    }
    signal(SIGINT, handler)
    signal(SIGTERM, handler)
    // A terminal that is closed ends the work as well, unless it was started with nohup.
    if !isIgnored(SIGHUP) { signal(SIGHUP, handler) }
  }

  /// Whether whoever started the program wants it to pass over a signal.
  private static func isIgnored(_ number: Int32) -> Bool {
    var before = sigaction()
    sigaction(number, nil, &before)
    return unsafeBitCast(before.__sigaction_handler.sa_handler, to: Int.self)
      == unsafeBitCast(SIG_IGN, to: Int.self)
  }

  /// Leaves Ctrl-C to a program that has the terminal, until ``install()``.
  static func ignore() { signal(SIGINT, SIG_IGN) }

  /// Forgets an earlier Ctrl-C, for the shell's next query.
  static func reset() { cancellation.reset() }
}
