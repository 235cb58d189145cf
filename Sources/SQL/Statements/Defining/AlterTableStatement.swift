import Catalog
import ColumnFormat

extension CatalogEditor {
  /// ALTER TABLE in all its forms; each is one commit.
  func alter(_ statement: AlterTable) throws(SQLError) {
    let first = try snapshot(statement.name, statement.range)
    if first.isView {
      throw SQLError(
        .semantic,
        "Cannot alter a view with ALTER TABLE",
        at: statement.range,
        help: "use CREATE OR REPLACE VIEW"
      )
    }
    // What is refused leaves the closure beside the catalog's own errors.
    var refusal: SQLError?
    _ = try translated(at: statement.range) { () throws(CatalogError) in
      try catalog.commit(first.description.name) { current throws(CatalogError) in
        refusal = nil
        guard let current else { throw CatalogError(.tableNotFound(first.description.name)) }
        do throws(SQLError) {
          return try update(current, statement)
        } catch {
          refusal = error
          return nil
        }
      }
    }
    if let refusal { throw refusal }
  }

  private func update(
    _ table: TableSnapshot,
    _ statement: AlterTable
  ) throws(SQLError) -> TableUpdate? {
    var update = TableUpdate(table)
    update.causes = { _ in ChangeCause(source: "ALTER TABLE") }
    let range = statement.range
    switch statement.action {
    case .addPartitions(let parts, let ifNotExists):
      try add(parts, ifNotExists: ifNotExists, to: &update, table, range)
    case .dropPartitions(let clauses, let ifExists):
      let change = try PartitionChange(table, at: range)
      let known = try partitions(table, range)
      for clause in clauses {
        let values = try change.values(clause)
        if let found = table.partition(values, in: known) {
          update.removedPartitions.append(found)
        } else if !ifExists {
          throw missing(change, values, clause)
        }
      }
    case .renamePartition(let clause, let target):
      try rename(clause, to: target, in: &update, table, range)
    case .setLocation(let location, nil):
      update.location = try TableDefinition.location(location, at: range)
      try checkReadable(update.location, range)
    case .setLocation(let location, let clause?):
      let change = try PartitionChange(table, at: range)
      let values = try change.values(clause)
      guard let found = table.partition(values, in: try partitions(table, range)) else {
        throw missing(change, values, clause)
      }
      let place = try TableDefinition.location(location, at: range)
      try checkReadable(place, range)
      update.addedPartitions = [Partition(values: found.values, location: place)]
    case .addColumns(let definitions): try addColumns(definitions, to: &update, table)
    case .replaceColumns(let definitions):
      try replaceColumns(definitions, in: &update, table, range)
    case .changeColumn(let old, let definition):
      try changeColumn(old, definition, in: &update, table)
    case .dropColumn(let name):
      throw SQLError(
        .notSupported,
        "ALTER TABLE DROP COLUMN is only supported for Iceberg tables",
        at: name.range,
        help: "ALTER TABLE REPLACE COLUMNS lists the columns that stay"
      )
    case .setProperties(let properties):
      for property in properties { update.parameters[property.key] = property.value }
    }
    return update
  }

  private func partitions(
    _ table: TableSnapshot,
    _ range: SourceRange
  ) throws(SQLError) -> [Partition] {
    try translated(at: range) { () throws(CatalogError) in try catalog.partitions(of: table) }
  }

  private func missing(
    _ change: PartitionChange,
    _ values: [String?],
    _ clause: PartitionSpecification
  ) -> SQLError {
    SQLError(.semantic, "Partition not found (\(change.folder(values)))", at: clause.range)
  }

  // MARK: Partitions

  private func add(
    _ parts: [(partition: PartitionSpecification, location: String?)],
    ifNotExists: Bool,
    to update: inout TableUpdate,
    _ table: TableSnapshot,
    _ range: SourceRange
  ) throws(SQLError) {
    let change = try PartitionChange(table, at: range)
    let known = try partitions(table, range)
    for part in parts {
      let values = try change.values(part.partition)
      if table.partition(values, in: known + update.addedPartitions) != nil {
        if ifNotExists { continue }
        throw SQLError(
          .alreadyExists,
          "Partition already exists: \(change.folder(values))",
          at: part.partition.range,
          help: "ALTER TABLE … ADD IF NOT EXISTS PARTITION passes over those that are there"
        )
      }
      var place = change.folder(values)
      if let location = part.location {
        place = try TableDefinition.location(location, at: range)
        try checkReadable(place, range)
      }
      update.addedPartitions.append(Partition(values: values, location: place))
    }
  }

  private func rename(
    _ clause: PartitionSpecification,
    to target: PartitionSpecification,
    in update: inout TableUpdate,
    _ table: TableSnapshot,
    _ range: SourceRange
  ) throws(SQLError) {
    let change = try PartitionChange(table, at: range)
    let known = try partitions(table, range)
    let values = try change.values(clause)
    guard let found = table.partition(values, in: known) else {
      throw missing(change, values, clause)
    }
    let renamed = try change.values(target)
    if table.partition(renamed, in: known) != nil {
      throw SQLError(
        .alreadyExists,
        "Partition already exists: \(change.folder(renamed))",
        at: target.range
      )
    }
    // An external table's files stay where they are.
    update.removedPartitions = [found]
    update.addedPartitions = [Partition(values: renamed, location: found.location)]
  }

  // MARK: Columns

  private func addColumns(
    _ definitions: [ColumnDefinition],
    to update: inout TableUpdate,
    _ table: TableSnapshot
  ) throws(SQLError) {
    try CatalogEditor.checkDistinct(definitions)
    var details = table.description.details
    for definition in definitions {
      let name = definition.name.text.lowercased()
      let isTaken = (update.columns + update.partitionKeys).contains {
        $0.name.lowercased() == name
      }
      if isTaken {
        throw SQLError(.semantic, "Duplicate column name: \(name)", at: definition.name.range)
      }
      update.columns.append(try CatalogEditor.field(definition, noting: &details))
    }
    update.details = details
  }

  private func replaceColumns(
    _ definitions: [ColumnDefinition],
    in update: inout TableUpdate,
    _ table: TableSnapshot,
    _ range: SourceRange
  ) throws(SQLError) {
    if case .text(let serDe) = table.description.format,
      SerDeKind(library: serDe.library) != .lazySimple
    {
      throw SQLError(
        .semantic,
        "Replace columns is not supported for table \(table.description.name). "
          + "SerDe may be incompatible.",
        at: range
      )
    }
    try CatalogEditor.checkDistinct(definitions)
    var details = table.description.details
    for column in table.description.columns {
      details.comments[column.name.lowercased()] = nil
      details.declaredTypes[column.name.lowercased()] = nil
    }
    var columns: [Field] = []
    for definition in definitions {
      var field = try CatalogEditor.field(definition, noting: &details)
      if update.partitionKeys.contains(where: { $0.name.lowercased() == field.name }) {
        throw SQLError(
          .semantic,
          "Column repeated in partitioning columns",
          at: definition.name.range
        )
      }
      // A column that stays keeps its identity, if its type says the same.
      let old = update.columns.first { $0.name.lowercased() == field.name }
      if let old, old.type == field.type { field = old }
      columns.append(field)
    }
    update.columns = columns
    // Fields of text go by their places, so the order alone changes what is read.
    update.reorders = true
    update.details = details
  }

  private func changeColumn(
    _ old: Identifier,
    _ definition: ColumnDefinition,
    in update: inout TableUpdate,
    _ table: TableSnapshot
  ) throws(SQLError) {
    let name = old.text.lowercased()
    guard let position = update.columns.firstIndex(where: { $0.name.lowercased() == name }) else {
      let near = NearestName.suggestion(for: name, among: update.columns.map(\.name))
      throw SQLError(
        .semantic,
        "Invalid column reference \(name)",
        at: old.range,
        help: near.map { "did you mean '\($0)'?" }
      )
    }
    var details = table.description.details
    details.comments[name] = definition.comment ?? details.comments[name]
    details.declaredTypes[name] = nil
    let comment = details.comments[name]
    let field = try CatalogEditor.field(definition, noting: &details)
    if field.name != name {
      let others = update.columns + update.partitionKeys
      if others.contains(where: { $0.name.lowercased() == field.name }) {
        throw SQLError(.semantic, "Duplicate column name: \(field.name)", at: definition.name.range)
      }
      details.comments[name] = nil
    }
    details.comments[field.name] = definition.comment ?? comment
    if field.name == name, field.type == update.columns[position].type {
      update.details = details
      return
    }
    update.columns[position] = field
    update.details = details
  }
}
