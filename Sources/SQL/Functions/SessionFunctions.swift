import ColumnFormat

/// Who asks, and where names are looked up.
enum SessionFunctions {
  static func register(_ functions: inout FunctionRegistry) {
    let all:
      [(String, String, KeyValuePairs<String, String>, @Sendable (EvaluationContext) -> String)] =
        [
          (
            "current_catalog", "The catalog of names without one, as Athena calls it.",
            ["current_catalog": "awsdatacatalog"], { _ in "awsdatacatalog" }
          ),
          (
            "current_schema", "The database of names without one.",
            ["current_schema": "default"], { $0.database }
          ),
          (
            "current_user", "The user of the machine who asks.",
            ["typeof(current_user)": "varchar"], { $0.user }
          ),
          (
            "version", "What runs the query.",
            ["version() LIKE 'lake%'": "true"], { _ in WriterOptions.creator }
          ),
        ]
    for (name, summary, examples, text) in all {
      functions.scalar("\(name)() -> varchar", summary, examples: examples, canFail: false) {
        _,
        n,
        context in
        .constant(.text(text(context)), of: .text, count: n)
      }
    }
    functions.scalar(
      "current_groups() -> array(varchar)",
      "The groups of the user; lake has none.",
      examples: ["current_groups()": "[]"],
      canFail: false
    ) { _, n, _ in .constant(.list([]), of: .array(.text), count: n) }
  }
}
