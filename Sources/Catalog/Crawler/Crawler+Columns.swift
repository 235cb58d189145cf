import ColumnFormat
import RowFormat

extension Crawler {
  /// The columns to come: types only widen; columns go only when no file has them any more.
  func merged(_ candidate: TableCandidate, _ version: SchemaVersion?)
    -> (columns: [Field], keys: [Field])
  {
    guard let version else { return (candidate.columns, candidate.partitions.keys) }
    var columns: [Field]
    if options.onChange == .mergeNew {
      columns = Crawler.adding(candidate.columns, to: version.columns)
    } else {
      columns = TypeLattice.union(version.columns, candidate.columns)
      if candidate.isComplete {
        columns = Crawler.keeping(columns, seenIn: candidate.columns)
      }
    }
    let keyNames = candidate.partitions.keys.map(\.name)
    columns.removeAll { keyNames.contains($0.name.lowercased()) }
    let keys = candidate.partitions.keys.map { key in
      let known = version.partitionKeys.first { $0.name.lowercased() == key.name }
      return Field(key.name, known.map { TypeLattice.unify($0.type, key.type) } ?? key.type)
    }
    return (columns.map(Crawler.nullable), keys)
  }

  /// What `--on-change merge-new` leaves as it is though files have a wider type.
  func unwidened(_ candidate: TableCandidate, _ version: SchemaVersion) -> [String] {
    let kept = Crawler.adding(candidate.columns, to: version.columns)
    let widened = SchemaEvolution(
      after: SchemaVersion(
        number: version.number,
        created: "",
        columns: kept,
        partitionKeys: [],
        changes: [],
        fieldIDMax: version.fieldIDMax
      ),
      columns: TypeLattice.union(kept, candidate.columns),
      partitionKeys: []
    )
    return widened.changes.compactMap { change in
      guard case .retyped(let old, let new) = change.kind else { return nil }
      return "column '\(change.column)' stays \(HiveType.text(old)), though there are files that"
        + " need \(HiveType.text(new))"
    }
  }

  /// Old columns as they are, and new ones behind them, within rows too.
  static func adding(_ new: [Field], to old: [Field]) -> [Field] {
    var fields = old
    for field in new {
      guard let index = old.firstIndex(where: { $0.name.lowercased() == field.name.lowercased() })
      else {
        fields.append(field)
        continue
      }
      switch (old[index].type, field.type) {
      case (.row(let known), .row(let members)):
        fields[index].type = .row(adding(members, to: known))
      case (.list(let known), .list(let element)):
        fields[index].type = .list(adding([element], to: [known])[0])
      case (.unknown, _): fields[index].type = field.type
      default: break
      }
    }
    return fields
  }

  /// The fields, without those that no file has.
  private static func keeping(_ fields: [Field], seenIn found: [Field]) -> [Field] {
    fields.compactMap { field in
      guard let seen = found.first(where: { $0.name.lowercased() == field.name.lowercased() })
      else { return nil }
      // Lists and objects that are empty everywhere say nothing of what they hold, and a row without
      // fields is a type that nobody reads.
      if seen.type.children.isEmpty { return field }
      var kept = field
      let children = keeping(field.type.children, seenIn: seen.type.children)
      kept.type = field.type.withChildren(children) ?? field.type
      return kept
    }
  }

  private static func nullable(_ field: Field) -> Field {
    var field = field
    field.isNullable = true
    return field
  }
}
