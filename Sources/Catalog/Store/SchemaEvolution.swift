package import ColumnFormat

/// The step from one schema version to the next: which fields keep their ids, and what changed.
package struct SchemaEvolution: Sendable {
  /// The columns with an id at every level.
  package private(set) var columns: [Field] = []
  /// The partition keys, without ids: they are not in the files.
  package private(set) var partitionKeys: [Field] = []
  package private(set) var changes: [SchemaChange] = []
  package private(set) var fieldIDMax: Int

  private let causes: @Sendable (String) -> ChangeCause?
  private var reserved: Set<Int> = []

  /// Compares by name without case.
  ///
  /// An id that comes with a new field is kept if it was never given out and no two fields ask for
  /// it; else the field gets the next free one.
  ///
  /// - Parameters:
  ///   - previous: The version before, if there is one.
  ///   - fieldIDMax: The highest id given out so far, also by a dropped table of the same name.
  ///   - columns: The columns to come.
  ///   - partitionKeys: The partition keys to come.
  ///   - restored: A version whose fields come back with their ids.
  ///   - causes: What caused the change of a column, by its dotted path.
  package init(
    after previous: SchemaVersion?,
    fieldIDMax: Int = 0,
    columns: [Field],
    partitionKeys: [Field],
    restored: SchemaVersion? = nil,
    causes: @escaping @Sendable (String) -> ChangeCause? = { _ in nil }
  ) {
    self.causes = causes
    self.fieldIDMax = max(fieldIDMax, previous?.fieldIDMax ?? 0)
    reserve(columns)
    reserve(restored?.columns ?? [], besides: previous?.columns ?? [])
    self.columns = merge(columns, with: previous?.columns ?? [], path: "", isKey: false)
    self.partitionKeys = merge(
      partitionKeys,
      with: previous?.partitionKeys ?? [],
      path: "",
      isKey: true
    )
  }

  private mutating func reserve(_ fields: [Field]) {
    var asked: [Int: Int] = [:]
    func visit(_ field: Field) {
      if let id = field.id, id > fieldIDMax { asked[id, default: 0] += 1 }
      for child in field.type.children { visit(child) }
    }
    for field in fields { visit(field) }
    reserved = Set(asked.filter { $0.value == 1 }.keys)
    fieldIDMax = max(fieldIDMax, reserved.max() ?? 0)
  }

  /// Lets the fields of an older version have their ids again, but for those still in use.
  private mutating func reserve(_ fields: [Field], besides used: [Field]) {
    func ids(_ fields: [Field]) -> Set<Int> {
      fields.reduce(into: []) { all, field in
        all.formUnion(field.id.map { [$0] } ?? [])
        all.formUnion(ids(field.type.children))
      }
    }
    reserved.formUnion(ids(fields).subtracting(ids(used)))
  }

  private mutating func merge(_ new: [Field], with old: [Field], path: String, isKey: Bool)
    -> [Field]
  {
    let merged = new.map { field in
      let column = path.isEmpty ? field.name : "\(path).\(field.name)"
      let name = field.name.lowercased()
      guard let known = old.first(where: { $0.name.lowercased() == name }) else {
        note(.added(field.type), column, isKey)
        return isKey ? Field(field.name, field.type) : numbered(field)
      }
      return merge(field, with: known, column: column, isKey: isKey)
    }
    for known in old where !new.contains(where: { $0.name.lowercased() == known.name.lowercased() })
    {
      note(.removed(known.type), path.isEmpty ? known.name : "\(path).\(known.name)", isKey)
    }
    return merged
  }

  private mutating func merge(_ new: Field, with old: Field, column: String, isKey: Bool) -> Field {
    var field = new
    field.name = old.name
    field.id = isKey ? nil : old.id ?? nextID()
    switch (new.type, old.type) {
    case (.row(let fields), .row(let known)):
      field.type = .row(merge(fields, with: known, path: column, isKey: isKey))
    case (.list(let element), .list(let known)):
      field.type = .list(merge(element, with: known, column: column + ".element", isKey: isKey))
    case (.map(let key, let value), .map(let knownKey, let knownValue)):
      field.type = .map(
        key: merge(key, with: knownKey, column: column + ".key", isKey: isKey),
        value: merge(value, with: knownValue, column: column + ".value", isKey: isKey)
      )
    default:
      if new.type != old.type {
        note(.retyped(from: old.type, to: new.type), column, isKey)
        if !isKey { field.type = numbered(new.type) }
      }
    }
    return field
  }

  private mutating func note(_ kind: SchemaChange.Kind, _ column: String, _ isKey: Bool) {
    changes.append(
      SchemaChange(kind, column: column, isPartitionKey: isKey, cause: causes(column))
    )
  }

  private mutating func nextID() -> Int {
    fieldIDMax += 1
    return fieldIDMax
  }

  /// The field with ids at every level.
  private mutating func numbered(_ field: Field) -> Field {
    var result = field
    if let id = field.id, reserved.contains(id) {
      result.id = id
    } else {
      result.id = nextID()
    }
    result.type = numbered(field.type)
    return result
  }

  private mutating func numbered(_ type: LogicalType) -> LogicalType {
    switch type {
    case .list(let element): .list(numbered(element))
    case .map(let key, let value): .map(key: numbered(key), value: numbered(value))
    case .row(let fields): .row(fields.map { numbered($0) })
    default: type
    }
  }
}

extension LogicalType {
  /// The fields directly within a nested type.
  package var children: [Field] {
    switch self {
    case .list(let element): [element]
    case .map(let key, let value): [key, value]
    case .row(let fields): fields
    default: []
    }
  }

  /// The same kind of nested type around other fields.
  package func withChildren(_ children: [Field]) -> LogicalType? {
    switch self {
    case .list where children.count == 1: .list(children[0])
    case .map where children.count == 2: .map(key: children[0], value: children[1])
    case .row: .row(children)
    default: nil
    }
  }
}
