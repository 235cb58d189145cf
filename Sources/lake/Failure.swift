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
  func text(debug: Bool = false, color: Bool = false) -> String {
    if message.isEmpty { return "" }
    let head = color ? "\u{1B}[1;31merror:\u{1B}[0m" : "error:"
    var lines = ["\(head) " + (code.map { $0 + ": " } ?? "") + message]
    lines += place.map { "  " + $0 }
    if let help { lines.append("  help: " + help) }
    if debug { lines += causes.map { "  cause: " + $0 } }
    return lines.joined(separator: "\n") + "\n"
  }

  /// Prints what there is to say about an error and returns the exit code.
  static func report(_ error: any Error, arguments: [String]) -> Int32 {
    if error is ClosedPipe { return 0 }
    if let code = error as? ExitCode { return code.rawValue }
    guard let failure = Failure(error) else { return reportUsage(error) }
    StandardError.write(
      failure.text(debug: arguments.contains("--debug"), color: usesColor(arguments))
    )
    return failure.exit.rawValue
  }

  /// Errors and clean ends of the argument parser, which are `--help` and `--version` as well.
  private static func reportUsage(_ error: any Error) -> Int32 {
    let full = Lake.fullMessage(for: error)
    if Lake.exitCode(for: error) == .success {
      print(full)
      return 0
    }
    StandardError.write(usageText(full))
    return Exit.wrongUsage.rawValue
  }

  /// The argument parser's message in the form of all others.
  static func usageText(_ full: String) -> String {
    var lines: [String] = []
    for line in full.split(separator: "\n").map(String.init) {
      if let rest = line.suffix(after: "Error: ") {
        lines.append("error: " + rest.prefix(1).lowercased() + rest.dropFirst())
      } else if let rest = line.suffix(after: "Usage: ") {
        lines.append("  usage: " + rest)
      } else if let rest = line.suffix(after: "Help: ") {
        lines.append("  help: " + rest)
      } else if let rest = line.suffix(after: "  See ") {
        lines.append(
          "  help: see " + String(rest).replacingSuffix(" for more information.", with: "")
        )
      } else {
        lines.append("  " + line)
      }
    }
    return lines.joined(separator: "\n") + "\n"
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

extension String {
  fileprivate func suffix(after prefix: String) -> Substring? {
    hasPrefix(prefix) ? dropFirst(prefix.count) : nil
  }

  fileprivate func replacingSuffix(_ suffix: String, with other: String) -> String {
    hasSuffix(suffix) ? dropLast(suffix.count) + other : self
  }
}
