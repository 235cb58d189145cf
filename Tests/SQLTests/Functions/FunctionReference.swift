@testable import SQL

/// `docs/functions.md`, as the catalog has it.
enum FunctionReference {
  static func text(_ catalog: FunctionCatalog) -> String {
    var text = """
      # Functions

      Made from the function catalog (`LAKE_UPDATE=1 make test` writes it); every example is a test. `SHOW FUNCTIONS`
      lists the same signatures. `docs/sql.md` says what Athena has beside these.

      """
    for (kind, title) in [
      (FunctionEntry.Kind.scalar, "Functions of values"), (.aggregate, "Aggregate functions"),
      (.window, "Window functions"),
    ] {
      text += "\n## \(title)\n"
      let entries = catalog.entries.filter { $0.kind == kind && !$0.name.hasPrefix("$") }
      for entry in entries.sorted(by: { $0.name < $1.name }) { text += section(entry) }
    }
    return text
  }

  private static func section(_ entry: FunctionEntry) -> String {
    var lines = ["", "### \(entry.name)", "", entry.summary, "", "```"]
    lines += entry.signatures
    lines.append("```")
    if !entry.examples.isEmpty {
      lines += ["", "```sql"]
      lines += entry.examples.map { "SELECT \($0.call) -- \($0.result)" }
      lines.append("```")
    }
    return lines.joined(separator: "\n") + "\n"
  }
}
