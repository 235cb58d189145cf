import Catalog
import ColumnFormat
import RowFormat

/// Parts of the catalog as people and programs read them.
enum CatalogText {
  /// One difference between versions: `+ note string (from x.json, record 3)`.
  static func line(_ change: SchemaChange) -> String {
    let key = change.isPartitionKey ? " (partition key)" : ""
    switch change.kind {
    case .added(let type):
      return "+ \(change.column) \(HiveType.text(type))\(key)\(cause(change))"
    case .removed(let type):
      return "- \(change.column) \(HiveType.text(type))\(key)\(cause(change))"
    case .retyped(.unknown, let new):
      // Called string until now, but no value was: this does not narrow.
      return "~ \(change.column) (only nulls so far) -> \(HiveType.text(new))\(key)\(cause(change))"
    case .retyped(let old, let new):
      // Some types look alike in Hive's words.
      let isPlain = HiveType.text(old) != HiveType.text(new)
      let from = isPlain ? HiveType.text(old) : HiveType.exactText(old)
      let to = isPlain ? HiveType.text(new) : HiveType.exactText(new)
      return "~ \(change.column) \(from) -> \(to)\(key)\(cause(change))"
    }
  }

  static func cause(_ change: SchemaChange) -> String {
    guard let cause = change.cause else { return "" }
    return "  (\(text(cause)))"
  }

  static func text(_ cause: ChangeCause) -> String {
    var parts = ["from \(cause.source)"]
    if let record = cause.record { parts.append("record \(record)") }
    if let note = cause.note { parts.append(note) }
    return parts.joined(separator: ", ")
  }

  static func json(_ change: SchemaChange) -> JSONValue {
    var object = JSONObject()
    switch change.kind {
    case .added(let type):
      object["change"] = "added"
      object["column"] = .string(change.column)
      object["type"] = .string(HiveType.text(type))
    case .removed(let type):
      object["change"] = "removed"
      object["column"] = .string(change.column)
      object["type"] = .string(HiveType.text(type))
    case .retyped(let old, let new):
      object["change"] = "retyped"
      object["column"] = .string(change.column)
      object["from"] = .string(HiveType.exactText(old))
      object["to"] = .string(HiveType.exactText(new))
    }
    object["partitionKey"] = .boolean(change.isPartitionKey)
    if let cause = change.cause {
      object["source"] = .string(cause.source)
      object["record"] = cause.record.map { .integer($0) }
      object["note"] = cause.note.map { .string($0) }
    }
    return .object(object)
  }

  static func json(_ field: Field) -> JSONValue {
    var object: JSONObject = [
      "name": .string(field.name), "type": .string(HiveType.text(field.type)),
    ]
    object["id"] = field.id.map { .integer($0) }
    return .object(object)
  }

  static func json(_ version: SchemaVersion) -> JSONValue {
    [
      "version": .integer(version.number), "created": .string(version.created),
      "columns": .array(version.columns.map(\.settled).map(json)),
      "partitionKeys": .array(version.partitionKeys.map(json)),
      "changes": .array(version.changes.map(json)),
    ]
  }

  static func json(_ partition: Partition, keys: [String]) -> JSONValue {
    var values = JSONObject()
    for (key, value) in zip(keys, partition.values) {
      values[key] = value.map { .string($0) } ?? .null
    }
    return ["values": .object(values), "location": .string(partition.location)]
  }

  static func json(_ table: TableSnapshot) -> JSONValue {
    let description = table.description
    var parameters = JSONObject()
    for (name, value) in description.parameters.sorted(by: { $0.key < $1.key }) {
      parameters[name] = .string(value)
    }
    return [
      "database": .string(description.name.database), "table": .string(description.name.table),
      "location": .string(description.location), "format": .string(description.format.name),
      "version": .integer(description.version), "generation": .integer(table.generation),
      "columns": .array(description.columns.map(json)),
      "partitionKeys": .array(description.partitionKeys.map(json)),
      "partitionCount": .integer(table.partitionCount), "parameters": .object(parameters),
    ]
  }
}
