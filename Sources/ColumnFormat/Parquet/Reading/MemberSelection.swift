/// Which columns of values are to be read of fields that are rows.
enum MemberSelection {
  /// The leaves to be read of some fields; nil for all of them.
  ///
  /// - Throws: ``ColumnFormatError`` when a path leads to no member.
  static func leaves(_ file: ParquetFile, _ fields: [Int], _ members: [ColumnPath])
    throws(ColumnFormatError) -> Set<Int>?
  {
    if members.isEmpty { return nil }
    var chosen: [Int: [Int]] = [:]
    for path in members {
      guard let name = path.names.first, let field = file.schema.index(of: name) else {
        throw refusal(file, path)
      }
      var type = file.schema.fields[field].type
      var node = file.fileSchema.nodes[field]
      for name in path.names.dropFirst() {
        guard case .row(let parts) = type, case .row(_, let nodes) = node,
          let member = Schema(parts).index(of: name)
        else { throw refusal(file, path) }
        type = parts[member].type
        node = nodes[member]
      }
      chosen[field, default: []] += node.leaves
    }
    var leaves: Set<Int> = []
    for field in fields {
      leaves.formUnion(chosen[field] ?? file.fileSchema.nodes[field].leaves)
    }
    return leaves
  }

  private static func refusal(_ file: ParquetFile, _ path: ColumnPath) -> ColumnFormatError {
    ColumnFormatError(
      .unsupported("the file has no such member"),
      .init(path: file.path, column: path.names.joined(separator: "."))
    )
  }
}
