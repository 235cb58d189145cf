import Synchronization

/// The statements that PREPARE has named, for as long as their engine lives.
final class PreparedStatements: Sendable {
  /// A statement's text and how many `?` it has.
  struct Statement: Sendable {
    var text: String
    var parameterCount: Int
  }

  /// As many as Athena keeps in a workgroup.
  private static let countMax = 1_000

  private let statements = Mutex<[String: Statement]>([:])

  /// Names a statement; one of the same name is replaced.
  func prepare(_ name: Identifier, _ statement: Statement) throws(SQLError) {
    let isFull = statements.withLock { statements in
      if statements.count >= PreparedStatements.countMax && statements[name.text] == nil {
        return true
      }
      statements[name.text.lowercased()] = statement
      return false
    }
    if isFull {
      throw SQLError(
        .notSupported,
        "more than \(PreparedStatements.countMax) prepared statements",
        at: name.range,
        help: "DEALLOCATE PREPARE forgets one"
      )
    }
  }

  /// The statement of a name.
  func statement(_ name: Identifier) throws(SQLError) -> Statement {
    let (found, names) = statements.withLock { ($0[name.text.lowercased()], Array($0.keys)) }
    guard let found else {
      throw SQLError(
        .notFound,
        "Prepared statement not found: \(name.text)",
        at: name.range,
        help: NearestName.suggestion(for: name.text, among: names.sorted())
          .map { "did you mean '\($0)'?" } ?? "a statement is kept until its session ends"
      )
    }
    return found
  }

  /// Forgets a statement.
  func deallocate(_ name: Identifier) throws(SQLError) {
    _ = try statement(name)
    statements.withLock { $0[name.text.lowercased()] = nil }
  }
}
