/// The columns that FROM provides, under the names by which an expression reaches them.
struct Scope: Sendable {
  struct Entry: Sendable {
    /// Lower case: `[database, table]`, `[alias]`; empty for columns that belong to no relation.
    var qualifier: [String]
    /// As the column is displayed; nil for anonymous columns of a subquery.
    var name: String?
    /// Lower case.
    var key: String?
    var column: PlanColumn
    /// Reachable by name, not part of `*`: `$path`.
    var isHidden: Bool
    /// Reachable as `t.column` only: one half of a column shared by USING.
    var needsQualifier = false

    init(qualifier: [String], name: String?, column: PlanColumn, isHidden: Bool = false) {
      self.qualifier = qualifier
      self.name = name
      self.key = name?.lowercased()
      self.column = column
      self.isHidden = isHidden
    }

    /// Whether `t` or `db.t` names the entry's relation.
    func matches(qualifier parts: [String]) -> Bool {
      parts.count <= qualifier.count && qualifier.suffix(parts.count).elementsEqual(parts)
    }
  }

  /// What a name stands for.
  enum Match {
    case none
    case one(Entry)
    case ambiguous
  }

  var entries: [Entry] = []

  /// The entry with this name among the relations with this qualifier.
  func find(qualifier: [String], name: String) -> Match {
    var found: Entry?
    for entry in entries where entry.key == name && entry.matches(qualifier: qualifier) {
      if entry.needsQualifier && qualifier.isEmpty { continue }
      if let found, found.column.id != entry.column.id { return .ambiguous }
      found = entry
    }
    return found.map { .one($0) } ?? .none
  }

  /// Whether a relation goes by the name.
  func hasRelation(_ qualifier: [String]) -> Bool {
    entries.contains { !$0.qualifier.isEmpty && $0.matches(qualifier: qualifier) }
  }

  /// The same columns under another relation name.
  func aliased(_ alias: String) -> Scope {
    var result = self
    let qualifier = [alias.lowercased()]
    result.entries.removeAll(where: \.needsQualifier)
    for index in result.entries.indices { result.entries[index].qualifier = qualifier }
    return result
  }
}
