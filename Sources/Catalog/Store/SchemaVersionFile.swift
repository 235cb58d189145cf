import ColumnFormat
import RowFormat

/// `versions/000002.json`: the columns of one schema version, and what led to it.
struct SchemaVersionFile {
  /// Writes a version; what the version before says about a field beyond lake's own members, such
  /// as a comment added by hand, goes along.
  static func file(
    _ version: SchemaVersion,
    path: String,
    previous: CatalogFile?
  ) -> CatalogFile {
    var known: [Int: JSONObject] = [:]
    collect((previous?.members["columns"]?.arrayValue ?? []), into: &known)
    collect((previous?.members["partitionKeys"]?.arrayValue ?? []), into: &known)
    var file = CatalogFile(
      path: path,
      members: previous?.members ?? CatalogFile(path: path).members
    )
    file.members["format"] = .integer(CatalogFile.format)
    file.members["version"] = .integer(version.number)
    file.members["created"] = .string(version.created)
    file.members["fieldIdMax"] = .integer(version.fieldIDMax)
    file.members["columns"] = .array(version.columns.map { json($0, known) })
    file.members["partitionKeys"] = .array(version.partitionKeys.map { json($0, known) })
    file.members["changes"] = .array(version.changes.map(json))
    return file
  }

  static func version(_ file: CatalogFile) throws(CatalogError) -> SchemaVersion {
    SchemaVersion(
      number: try file.integer("version"),
      created: try file.text("created"),
      columns: try fields(try file.array("columns"), file),
      partitionKeys: try fields(try file.array("partitionKeys"), file),
      changes: try changes(try file.array("changes"), file),
      fieldIDMax: try file.integer("fieldIdMax")
    )
  }

  private static func collect(_ fields: [JSONValue], into known: inout [Int: JSONObject]) {
    for field in fields {
      guard let members = field.objectValue else { continue }
      if let id = members["id"]?.integerValue { known[id] = members }
      collect(members["children"]?.arrayValue ?? [], into: &known)
    }
  }

  // MARK: Fields

  static func json(_ field: Field, _ known: [Int: JSONObject] = [:]) -> JSONValue {
    var members = field.id.flatMap { known[$0] } ?? JSONObject()
    members["id"] = field.id.map { .integer($0) }
    members["name"] = .string(field.name)
    members["type"] = .string(HiveType.text(field.type))
    let children = field.type.children
    let isExact = !children.isEmpty || HiveType.exactText(field.type) == HiveType.text(field.type)
    members["exactType"] = isExact ? nil : .string(HiveType.exactText(field.type))
    members["required"] = field.isNullable ? nil : true
    members["children"] = children.isEmpty ? nil : .array(children.map { json($0, known) })
    return .object(members)
  }

  static func fields(_ values: [JSONValue], _ file: CatalogFile) throws(CatalogError) -> [Field] {
    var fields: [Field] = []
    for value in values { fields.append(try field(value, file)) }
    return fields
  }

  private static func field(_ value: JSONValue, _ file: CatalogFile) throws(CatalogError) -> Field {
    guard let name = value["name"]?.stringValue else {
      throw file.damaged("a field has no 'name'")
    }
    guard let text = (value["exactType"] ?? value["type"])?.stringValue else {
      throw file.damaged("field '\(name)' has no 'type'")
    }
    var type: LogicalType
    do {
      type = try HiveType.parse(text)
    } catch {
      throw file.damaged("field '\(name)': \(error)")
    }
    if let children = value["children"]?.arrayValue, !children.isEmpty {
      guard let nested = type.withChildren(try fields(children, file)) else {
        throw file.damaged("field '\(name)' of type '\(text)' cannot have these 'children'")
      }
      type = nested
    }
    return Field(
      name,
      type,
      isNullable: value["required"]?.booleanValue != true,
      id: value["id"]?.integerValue
    )
  }

  // MARK: Changes

  static func json(_ change: SchemaChange) -> JSONValue {
    var members = JSONObject()
    switch change.kind {
    case .added(let type):
      members["change"] = "added"
      members["column"] = .string(change.column)
      members["type"] = .string(HiveType.exactText(type))
    case .removed(let type):
      members["change"] = "removed"
      members["column"] = .string(change.column)
      members["type"] = .string(HiveType.exactText(type))
    case .retyped(let old, let new):
      members["change"] = "retyped"
      members["column"] = .string(change.column)
      members["from"] = .string(HiveType.exactText(old))
      members["to"] = .string(HiveType.exactText(new))
    }
    members["partitionKey"] = change.isPartitionKey ? true : nil
    if let cause = change.cause {
      members["source"] = .string(cause.source)
      members["record"] = cause.record.map { .integer($0) }
      members["note"] = cause.note.map { .string($0) }
    }
    return .object(members)
  }

  private static func changes(_ values: [JSONValue], _ file: CatalogFile) throws(CatalogError)
    -> [SchemaChange]
  {
    var changes: [SchemaChange] = []
    for value in values {
      guard let word = value["change"]?.stringValue, let column = value["column"]?.stringValue
      else { throw file.damaged("a change lacks 'change' or 'column'") }
      func type(_ name: String) throws(CatalogError) -> LogicalType {
        do {
          return try HiveType.parse(value[name]?.stringValue ?? "")
        } catch {
          throw file.damaged("change of '\(column)': \(error)")
        }
      }
      let kind: SchemaChange.Kind
      switch word {
      case "added": kind = .added(try type("type"))
      case "removed": kind = .removed(try type("type"))
      case "retyped": kind = .retyped(from: try type("from"), to: try type("to"))
      default: throw file.damaged("change of '\(column)': unknown word '\(word)'")
      }
      let cause = value["source"]?.stringValue.map {
        ChangeCause(
          source: $0,
          record: value["record"]?.integerValue,
          note: value["note"]?.stringValue
        )
      }
      changes.append(
        SchemaChange(
          kind,
          column: column,
          isPartitionKey: value["partitionKey"]?.booleanValue == true,
          cause: cause
        )
      )
    }
    return changes
  }
}
