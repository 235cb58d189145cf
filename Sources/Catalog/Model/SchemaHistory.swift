import ColumnFormat

/// What happened to the columns of a table over its schema versions.
public struct SchemaHistory: Sendable {
  private let versions: [SchemaVersion]

  /// The history that versions tell, oldest first.
  public init(_ versions: [SchemaVersion]) { self.versions = versions }

  /// The changes of a column, of the fields within it, and of the columns around it that brought it
  /// or took it away.
  ///
  /// - Parameter column: Its name behind those of its parents, with dots, in any case; `element`
  ///   may be left out.
  /// - Returns: Each change with the version that it led to, oldest first.
  public func steps(of column: String) -> [(version: SchemaVersion, change: SchemaChange)] {
    let wanted = SchemaHistory.path(column)
    return versions.flatMap { version in
      version.changes.filter { SchemaHistory.concerns($0, wanted) }.map { (version, $0) }
    }
  }

  /// The latest cause of a column's change in the versions after `old` up to `new`.
  public func cause(between old: Int, and new: Int) -> @Sendable (String) -> ChangeCause? {
    let changes = versions.filter { $0.number > old && $0.number <= new }.flatMap(\.changes)
    return { column in changes.last { $0.column == column }?.cause }
  }

  private static func path(_ column: String) -> [Substring] {
    column.lowercased().split(separator: ".").filter { $0 != "element" }
  }

  private static func concerns(_ change: SchemaChange, _ wanted: [Substring]) -> Bool {
    let name = path(change.column)
    if name.starts(with: wanted) { return true }
    guard wanted.starts(with: name) else { return false }
    let rest = wanted.dropFirst(name.count)
    switch change.kind {
    case .added(let type), .removed(let type): return has(type, rest)
    case .retyped(let old, let new): return has(old, rest) || has(new, rest)
    }
  }

  /// Whether a type has a field at a path.
  private static func has(_ type: LogicalType, _ path: ArraySlice<Substring>) -> Bool {
    guard let name = path.first else { return true }
    return type.children.contains { child in
      if case .list = type { return has(child.type, path) }
      return child.name.lowercased() == name && has(child.type, path.dropFirst())
    }
  }
}
