/// A thing that may be put in at the cursor.
struct Candidate: Equatable, Sendable {
  /// What is put in.
  var text: String
  /// A few words: a column's type, a function's line.
  var detail = ""
}

/// A table as a statement names it.
struct TableReference: Equatable, Hashable, Sendable {
  /// Nil where names without a database are looked up.
  var database: String?
  /// The table; or the path of files.
  var name: String
  var isFile = false
  /// What columns may be prefixed with.
  var alias: String?
}

/// The names that exist, for completion.
///
/// Answers must come fast, and unknown things have no names: completion never fails.
protocol CompletionVocabulary {
  func databases() -> [String]
  /// The tables of a database; nil is the one where names without a database are looked up.
  func tables(in database: String?) -> [String]
  /// The columns of a table with their types.
  func columns(of table: TableReference) -> [Candidate]
  /// The values of a partition column, newest first; nil where the column is none.
  func partitionValues(of table: TableReference, column: String) -> [String]?
  /// Files and folders (with a `/` at the end) whose path begins so.
  func files(startingWith path: String) -> [String]
}
