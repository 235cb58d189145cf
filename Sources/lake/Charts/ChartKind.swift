import ArgumentParser
import SQL

/// How a result is drawn.
enum ChartKind: String, CaseIterable, ExpressibleByArgument, Sendable {
  /// What suits the columns.
  case auto
  case bars, line, sparkline
}

/// What may be set about drawing.
struct ChartOptions: Sendable {
  var kind = ChartKind.auto
  /// Columns of the terminal.
  var width = 80
  /// Rows that a chart may take.
  var height = 20
  var usesColor = false
  /// Blocks and Braille; otherwise signs of ASCII.
  var usesUnicode = true

  /// Whether the locale and the terminal show more than ASCII; where nothing is set they do.
  static var showsUnicode: Bool {
    if GlobalOptions.environment("TERM") == "dumb" { return false }
    for name in ["LC_ALL", "LC_CTYPE", "LANG"] {
      guard let locale = GlobalOptions.environment(name)?.lowercased(), !locale.isEmpty else {
        continue
      }
      return locale.contains("utf-8") || locale.contains("utf8")
    }
    return true
  }
}
