#if canImport(Glibc)
  import Glibc
#endif

/// The terminal of the shell: raw while a line is typed; while a statement runs, without echo, so that
/// what is typed ahead does not run into the results, and with Ctrl-C as a signal.
///
/// Prompts and lines go to standard error, because standard output is for results.
final class Terminal {
  private var saved = termios()
  private var mode = Mode.original
  private var decoder = KeyDecoder()
  private var keys: [Key] = []

  private enum Mode { case original, raw, quiet }

  /// Nil where no line can be edited: no terminal on both sides, or one without a cursor.
  init?() {
    guard isatty(STDIN_FILENO) != 0, isatty(STDERR_FILENO) != 0 else { return nil }
    guard GlobalOptions.canMoveCursor, tcgetattr(STDIN_FILENO, &saved) == 0 else { return nil }
  }

  /// Columns and rows of a terminal; what is most common where it does not say.
  static func size(_ descriptor: Int32 = STDERR_FILENO) -> (width: Int, height: Int) {
    var size = winsize()
    guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0
    else { return (80, 24) }
    return (Int(size.ws_col), Int(size.ws_row))
  }

  deinit { restore() }

  /// Keys come one by one and unseen from now on; pastes come marked.
  func makeRaw() { change(to: .raw) }

  /// Keys wait unseen from now on, but for those that send signals.
  func makeQuiet() { change(to: .quiet) }

  /// As it was.
  func restore() { change(to: .original) }

  /// Does something with the terminal as it was: another program takes it over.
  func lend<Result>(_ body: () throws -> Result) rethrows -> Result {
    let before = mode
    restore()
    defer { change(to: before) }
    return try body()
  }

  private func change(to new: Mode) {
    guard new != mode else { return }
    var next = saved
    if new != .original {
      next.c_iflag &= ~tcflag_t(BRKINT | ICRNL | INPCK | ISTRIP | IXON)
      next.c_lflag &= ~tcflag_t(ECHO | ICANON | IEXTEN)
      if new == .raw { next.c_lflag &= ~tcflag_t(ISIG) }
      next.c_cflag |= tcflag_t(CS8)
    }
    TerminalSignals.keep(new == .original ? nil : (before: saved, now: next))
    tcsetattr(STDIN_FILENO, TCSADRAIN, &next)
    if new == .original {
      StandardError.write("\u{1B}[?2004l")
    } else if mode == .original {
      StandardError.write("\u{1B}[?2004h")
    }
    mode = new
  }

  /// What is waited for.
  enum Event {
    case key(Key)
    /// The window has another size.
    case resized
    /// The terminal is gone, or the program is asked to end.
    case closed
  }

  /// Waits for the next key.
  func next() -> Event {
    while true {
      if !keys.isEmpty { return .key(keys.removeFirst()) }
      if TerminalSignals.takeResize() { return .resized }
      if Interruption.isRequested { return .closed }
      var waiting = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
      // The rest of a sequence comes at once; over slow lines, within this time.
      let ready = poll(&waiting, 1, decoder.isPending ? 60 : 500)
      if ready == 0 {
        keys += decoder.flush()
        continue
      }
      if ready < 0 { continue }
      var block = [UInt8](repeating: 0, count: 4096)
      let count = read(STDIN_FILENO, &block, block.count)
      if count > 0 {
        keys += decoder.decode(block[..<count])
      } else if count == 0 || (errno != EINTR && errno != EAGAIN) {
        return .closed
      }
    }
  }
}

/// Signals that only say that something has changed.
enum TerminalSignals {
  nonisolated(unsafe) private static var isResized: sig_atomic_t = 0

  /// Notices changes of the window's size from now on; system calls are interrupted by it.
  static func install() {
    var action = sigaction()
    action.__sigaction_handler.sa_handler = { _ in TerminalSignals.isResized = 1 }
    sigaction(SIGWINCH, &action, nil)
  }

  nonisolated(unsafe) private static var original = termios()
  nonisolated(unsafe) private static var changed = termios()
  nonisolated(unsafe) private static var isChanged: sig_atomic_t = 0

  /// Keeps what ``restore()`` and ``change()`` set; nil where the terminal is as it was.
  static func keep(_ settings: (before: termios, now: termios)?) {
    isChanged = 0
    guard let settings else { return }
    original = settings.before
    changed = settings.now
    isChanged = 1
  }

  /// Sets the terminal as it was: for another program, or a signal handler that ends this one.
  static func restore() {
    guard isChanged != 0 else { return }
    tcsetattr(STDIN_FILENO, TCSANOW, &original)
  }

  /// Sets the terminal as the shell has it, after ``restore()``.
  static func change() {
    guard isChanged != 0 else { return }
    tcsetattr(STDIN_FILENO, TCSADRAIN, &changed)
  }

  static func takeResize() -> Bool {
    defer { isResized = 0 }
    return isResized != 0
  }
}
