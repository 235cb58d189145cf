import Synchronization

#if canImport(Glibc)
  import Glibc
#endif

/// Ctrl-C: the first asks the running work to stop, the second ends the program.
enum Interruption {
  private static let flag = Atomic<Bool>(false)

  /// Whether the work shall stop.
  static var isRequested: Bool { flag.load(ordering: .relaxed) }

  /// Catches Ctrl-C and termination from now on; the caller must look at ``isRequested``.
  static func install() {
    let handler: @convention(c) (Int32) -> Void = { _ in
      if Interruption.flag.exchange(true, ordering: .relaxed) { _exit(130) }
    }
    signal(SIGINT, handler)
    signal(SIGTERM, handler)
  }

  /// Forgets an earlier Ctrl-C, for the shell's next query.
  static func reset() { flag.store(false, ordering: .relaxed) }
}
