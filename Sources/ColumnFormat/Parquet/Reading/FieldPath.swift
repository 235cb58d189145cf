/// The way to a column of a file by positions: a top-level field, then members of rows.
///
/// Lists and maps end it. ``ColumnPath`` is the same by names.
public struct FieldPath: Sendable, Hashable {
  /// The position of the top-level field in the file's schema.
  public var field: Int
  /// The positions of the members below it, from the top down; none for the field as a whole.
  public var members: [Int]

  /// The path of a field, or of a member below it.
  public init(_ field: Int, members: [Int] = []) {
    self.field = field
    self.members = members
  }
}

extension ParquetFile {
  /// The path of a column that is named.
  ///
  /// - Parameter path: Names, found exactly or else without regard to case.
  /// - Returns: The positions and the type there; nil where the file has no such column.
  public func fieldPath(_ path: ColumnPath) -> (path: FieldPath, type: LogicalType)? {
    guard let first = path.names.first, let field = schema.index(of: first) else { return nil }
    var found = FieldPath(field)
    var type = schema.fields[field].type
    for name in path.names.dropFirst() {
      guard case .row(let parts) = type, let member = Schema(parts).index(of: name) else {
        return nil
      }
      found.members.append(member)
      type = parts[member].type
    }
    return (found, type)
  }
}

extension FileSchema {
  /// What stands at the end of a path.
  func node(_ path: FieldPath) -> ColumnNode {
    precondition(nodes.indices.contains(path.field), "no such field")
    var node = nodes[path.field]
    for member in path.members {
      guard case .row(_, let parts) = node, parts.indices.contains(member) else {
        preconditionFailure("no such member")
      }
      node = parts[member]
    }
    return node
  }
}

extension ColumnPath {
  /// The names on the way of a path; nil where they lead elsewhere, because fields share a name.
  ///
  /// - Parameters:
  ///   - path: A path to a field or member of the file.
  ///   - file: The file.
  public init?(_ path: FieldPath, of file: ParquetFile) {
    var field = file.schema.fields[path.field]
    names = [field.name]
    for member in path.members {
      guard case .row(let parts) = field.type else { return nil }
      field = parts[member]
      names.append(field.name)
    }
    if file.fieldPath(self)?.path != path { return nil }
  }
}
