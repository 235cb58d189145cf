import TestSupport

/// A page of Markdown with commands and what they print.
///
/// In a `console` block a line that begins with `$ ` is a command, `> ` goes on with it, and what
/// follows is what it must print. `<!-- setup: … -->` is a command that is run and not shown.
///
/// Times, rates, sizes, ids, instants and numbers of processes may differ; a line with only `…`
/// stands for any lines, and `…` at the end of a line for its rest.
struct DocumentationPage {
  /// A command of a page and the lines of its output.
  struct Example {
    var command: String
    /// Nil for a command that prepares others.
    var output: Range<Int>?
  }

  var lines: [String]

  init(_ text: String) {
    lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
  }

  var text: String { lines.joined(separator: "\n") }

  /// The commands in the order in which they are run.
  var examples: [Example] {
    var examples: [Example] = []
    var fence: String?
    var index = 0
    while index < lines.count {
      let line = lines[index]
      index += 1
      if line.hasPrefix("```") {
        fence = fence == nil ? line : nil
      } else if fence == nil, let match = line.wholeMatch(of: /<!-- setup: (.*) -->/) {
        examples.append(Example(command: String(match.1)))
      } else if fence == "```console", line.hasPrefix("$ ") {
        var command = String(line.dropFirst(2))
        while index < lines.count, lines[index].hasPrefix("> ") || lines[index] == ">" {
          command += "\n" + lines[index].dropFirst(2)
          index += 1
        }
        let start = index
        while index < lines.count, !lines[index].hasPrefix("$ "), lines[index] != "```" {
          index += 1
        }
        examples.append(Example(command: command, output: start..<index))
      }
    }
    return examples
  }

  /// Lines of blocks that no test runs although they call the program.
  var unrunLines: [String] {
    var fence: String?
    var found: [String] = []
    for line in lines {
      if line.hasPrefix("```") {
        fence = fence == nil ? line : nil
      } else if let fence, fence != "```console",
        line.contains(/(^|[|&;] *|\$ )lake [a-z]/)
      {
        found.append(line)
      }
    }
    return found
  }

  /// What stands between back quotes outside of blocks.
  var codeSpans: [String] {
    var spans: [String] = []
    var isInside = false
    for line in lines {
      if line.hasPrefix("```") { isInside.toggle() }
      if isInside { continue }
      spans += line.matches(of: /`([^`]+)`/).map { String($0.1) }
    }
    return spans
  }

  /// Whether printed lines are as a page has them.
  static func fits(_ lines: ArraySlice<String>, _ expected: ArraySlice<String>) -> Bool {
    guard let first = expected.first else { return lines.isEmpty }
    if first == "…" {
      return (0...lines.count).contains { fits(lines.dropFirst($0), expected.dropFirst()) }
    }
    guard let line = lines.first else { return false }
    let wanted = masked(first)
    let isSame =
      wanted.hasSuffix("…") && !line.hasSuffix("…")
      ? masked(line).hasPrefix(wanted.dropLast()) : masked(line) == wanted
    return isSame && fits(lines.dropFirst(), expected.dropFirst())
  }

  /// A line without what differs from run to run and from machine to machine.
  static func masked(_ line: String) -> String {
    line.replacing(/[0-9.]+ (s|ms|min)\b/, with: "TIME")
      .replacing(/[0-9][0-9.,]* [kMG]?B(\/s)?\b/, with: "SIZE")
      .replacing(/[0-9]+ of [0-9]+ bytes/, with: "SIZE of SIZE")
      .replacing(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/, with: "ID")
      .replacing(/[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z/, with: "INSTANT")
      .replacing(/[0-9]{4}(-[0-9]{2}){5}/, with: "STAMP")
      .replacing(/process [0-9]+/, with: "process N")
  }
}
