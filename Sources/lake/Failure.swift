import ArgumentParser
import ColumnFormat
import LakeWriter
import ObjectStore
import RowFormat
import SQL

#if canImport(Glibc)
  import Glibc
#endif

/// The end of a command that did not go well: what to print, and the exit code.
///
/// ```
/// error: CODE: sentence
///   where
///   help: how to go on
/// ```
struct Failure: Error {
  /// Why the program ends, as its exit code says it.
  enum Exit: Int32 {
    /// The work failed: query error, unreadable data, catalog conflict.
    case workFailed = 1
    /// Done, but some inputs were rejected and kept.
    case someRejected = 2
    /// The command line makes no sense.
    case wrongUsage = 64
    /// Ctrl-C.
    case interrupted = 130
  }

  /// Athena's or Trino's word for it, if there is one.
  var code: String?
  /// One sentence, without a full stop; empty prints nothing.
  var message: String
  /// Where: lines that are printed indented.
  var place: [String] = []
  /// How to go on: one sentence.
  var help: String?
  /// Shown with `--debug`.
  var causes: [String] = []
  var exit: Exit = .workFailed

  /// Ends the program without a word, because the reader of its output went away.
  struct ClosedPipe: Error {}
}

extension Failure {
  /// Wrong usage that only shows after parsing.
  static func usage(_ message: String, help: String? = nil) -> Failure {
    Failure(message: message, help: help, exit: .wrongUsage)
  }

  /// The work was interrupted.
  static let interrupted = Failure(message: "", exit: .interrupted)

  /// The text that goes to standard error; empty for a quiet end.
  ///
  /// - Parameters:
  ///   - debug: Whether the inner causes are told.
  ///   - color: Whether the first word is red.
  ///   - width: Columns of the terminal; sentences are broken to fit. Nil breaks none.
  /// - Returns: Lines, each with its end.
  func text(debug: Bool = false, color: Bool = false, width: Int? = nil) -> String {
    if message.isEmpty { return "" }
    func wrapped(_ line: String) -> [String] {
      width.map { WordWrapping.wrapped(line, width: $0) } ?? [line]
    }
    var lines = wrapped("error: " + (code.map { $0 + ": " } ?? "") + message)
    if color { lines[0] = "\u{1B}[1;31merror:\u{1B}[0m" + lines[0].dropFirst(6) }
    lines += place.map { "  " + $0 }
    if let help { lines += wrapped("  help: " + help) }
    if debug { lines += causes.flatMap { wrapped("  cause: " + $0) } }
    return lines.joined(separator: "\n") + "\n"
  }

  /// Prints what there is to say about an error and returns the exit code.
  static func report(_ error: any Error, arguments: [String]) -> Int32 {
    if error is ClosedPipe { return 0 }
    if let code = error as? ExitCode { return code.rawValue }
    guard let failure = Failure(error) else { return reportUsage(error, arguments) }
    StandardError.write(
      failure.text(
        debug: arguments.contains("--debug"),
        color: usesColor(arguments),
        width: StandardError.width
      )
    )
    return failure.exit.rawValue
  }

  /// Errors and clean ends of the argument parser, which are `--help` and `--version` as well.
  private static func reportUsage(_ error: any Error, _ arguments: [String]) -> Int32 {
    let full = Lake.fullMessage(for: error)
    var failure = UsageMessage(full, arguments: arguments).failure
    if Lake.exitCode(for: error) == .success {
      let asks = ["--help", "-h", "help", "--version", "--generate-completion", "--experimental"]
      if arguments.isEmpty
        || arguments.contains(where: { argument in asks.contains { argument.hasPrefix($0) } })
      {
        do { try StandardOutput.write(UsageMessage.shortened(full) + "\n") } catch {
          return report(error, arguments: arguments)
        }
        return 0
      }
      failure = UsageMessage.missingCommand(arguments)
    }
    StandardError.write(
      failure.text(color: usesColor(arguments), width: StandardError.width)
    )
    return failure.exit.rawValue
  }

  /// The setting in force, also where the arguments could not be parsed.
  private static func usesColor(_ arguments: [String]) -> Bool {
    var setting = When.auto
    if let index = arguments.firstIndex(of: "--color"), index + 1 < arguments.count {
      setting = When(rawValue: arguments[index + 1]) ?? setting
    }
    return setting.usesColor(on: STDERR_FILENO)
  }
}
