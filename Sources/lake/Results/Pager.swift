#if canImport(Glibc)
  import Glibc
#endif

/// Keeps a result until it is longer than the screen, and then runs `$PAGER` over it.
final class Pager {
  private let lineCountMax: Int
  private let command: String
  private var kept: [UInt8] = []
  private var lineCount = 0
  private var child: UnsafeMutablePointer<FILE>?

  init(lineCountMax: Int) {
    self.lineCountMax = lineCountMax
    let named = GlobalOptions.environment("LAKE_PAGER") ?? GlobalOptions.environment("PAGER") ?? ""
    command = named.isEmpty ? "less" : named
    // Wide tables are moved sideways instead of wrapped, and colours stay colours.
    if GlobalOptions.environment("LESS") == nil { setenv("LESS", "SR", 1) }
  }

  func write(_ bytes: UnsafeRawBufferPointer) throws {
    if child == nil {
      kept += bytes
      lineCount += bytes.reduce(0) { $0 + ($1 == 10 ? 1 : 0) }
      guard lineCount > lineCountMax else { return }
      try start()
      return
    }
    try pass(bytes)
  }

  private func start() throws {
    TerminalSignals.restore()
    child = popen(command, "w")
    // The pager takes Ctrl-C for itself while it runs; who leaves it early ends the query as well.
    if child != nil { Interruption.ignore() }
    let text = kept
    kept = []
    if child == nil {
      try text.withUnsafeBytes { try OutputFile.write($0, to: STDOUT_FILENO, "standard output") }
    } else {
      try text.withUnsafeBytes { try pass($0) }
    }
  }

  private func pass(_ bytes: UnsafeRawBufferPointer) throws {
    guard let child else {
      return try OutputFile.write(bytes, to: STDOUT_FILENO, "standard output")
    }
    if fwrite(bytes.baseAddress, 1, bytes.count, child) < bytes.count { throw Failure.ClosedPipe() }
  }

  /// Shows what was kept, or waits until the pager is left.
  func finish() throws {
    if child != nil {
      close()
    } else {
      let text = kept
      kept = []
      try text.withUnsafeBytes { try OutputFile.write($0, to: STDOUT_FILENO, "standard output") }
    }
    lineCount = 0
  }

  private func close() {
    guard let child else { return }
    pclose(child)
    TerminalSignals.change()
    Interruption.install()
    self.child = nil
  }

  deinit { close() }
}
