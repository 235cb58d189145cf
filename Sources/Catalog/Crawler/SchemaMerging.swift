import ColumnFormat
import RowFormat

/// The columns of many files as one list, with the file that each type is owed to.
struct SchemaMerging {
  private(set) var fields: [Field] = []
  /// What made a column what it is, by its dotted path in lower case.
  private(set) var causes: [String: ChangeCause] = [:]

  private var idsByPath: [String: Int] = [:]
  private var pathsByID: [Int: String] = [:]
  private var idsDisagree = false

  /// Merges the columns of one more file.
  ///
  /// - Parameters:
  ///   - other: The file's columns.
  ///   - file: Its path.
  ///   - details: The record that forced a column's type, by its dotted path in lower case.
  mutating func merge(_ other: [Field], file: String, causes details: [String: ChangeCause] = [:]) {
    note(ids: other, path: "")
    let merged = TypeLattice.union(fields, other)
    compare(fields, merged, path: "", file: file, details: details)
    fields = merged
  }

  /// The merged columns; ids stay only if no two files contradict each other.
  func finished() -> [Field] {
    // A column that some files lack is no error, and rows of text may lack anything.
    idsDisagree
      ? fields.map { SchemaMerging.plain($0, keepsID: false) }
      : fields.map { SchemaMerging.plain($0, keepsID: true) }
  }

  private static func plain(_ field: Field, keepsID: Bool) -> Field {
    let children = field.type.children.map { plain($0, keepsID: keepsID) }
    return Field(
      field.name,
      field.type.withChildren(children) ?? field.type,
      isNullable: true,
      id: keepsID ? field.id : nil
    )
  }

  private mutating func note(ids fields: [Field], path: String) {
    for field in fields {
      let name = (path.isEmpty ? field.name : "\(path).\(field.name)").lowercased()
      if let id = field.id {
        if idsByPath.updateValue(id, forKey: name) ?? id != id { idsDisagree = true }
        if pathsByID.updateValue(name, forKey: id) ?? name != name { idsDisagree = true }
      }
      note(ids: field.type.children, path: name)
    }
  }

  private mutating func compare(
    _ old: [Field],
    _ new: [Field],
    path: String,
    file: String,
    details: [String: ChangeCause]
  ) {
    if old == new { return }
    for field in new {
      let name = (path.isEmpty ? field.name : "\(path).\(field.name)").lowercased()
      let known = old.first { $0.name.lowercased() == field.name.lowercased() }
      if known?.type == field.type { continue }
      let isDescent =
        known.map { !$0.type.children.isEmpty && !field.type.children.isEmpty } ?? false
      if !isDescent {
        let notes =
          [details[name]?.note]
          + [known.flatMap { $0.type == .unknown ? nil : "\(HiveType.text($0.type)) until then" }]
        causes[name] = ChangeCause(
          source: file,
          record: details[name]?.record,
          note: notes.contains { $0 != nil }
            ? notes.compactMap(\.self).joined(separator: ", ") : nil
        )
      }
      compare(
        isDescent ? known?.type.children ?? [] : [],
        field.type.children,
        path: name,
        file: file,
        details: details
      )
    }
  }
}
