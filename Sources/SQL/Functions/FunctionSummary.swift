/// What a reader wants to know of a function.
package struct FunctionSummary: Sendable, Hashable {
  /// In lower case.
  package var name: String
  /// `scalar`, `aggregate` or `window`.
  package var kind: String
  /// As text: `substr(varchar, bigint) -> varchar`.
  package var signatures: [String]
  /// One line.
  package var summary: String

  /// All functions that are called by name, in alphabetical order.
  package static let all: [FunctionSummary] = FunctionCatalog.standard.entries
    .filter { $0.kind != .operator && !$0.name.hasPrefix("$") }
    .map {
      FunctionSummary(
        name: $0.name,
        kind: $0.kind.rawValue,
        signatures: $0.signatures,
        summary: $0.summary
      )
    }
    .sorted { $0.name < $1.name }
}
