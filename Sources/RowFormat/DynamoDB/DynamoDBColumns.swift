package import ColumnFormat

/// Which columns hold a stream record's own facts, beside the item's attributes.
///
/// The four metadata columns stand together and come first, where the first records are stream
/// records: `event_name`, `event_time`, `sequence_number`, `event_id`. An attribute of such a name
/// gives way and is called `event_name_1` and so on, whichever record it comes with, so that all
/// streams call the same thing by the same name. Only where such an attribute had its column before
/// the first stream record came, as with the items of an export, it is the metadata column that is
/// called `event_name_1`.
package struct DynamoDBColumns {
  /// The names without suffix, in order.
  static let names = ["event_name", "event_time", "sequence_number", "event_id"]
  private static let types: [LogicalType] = [
    .string, .timestamp(.millis, isAdjustedToUTC: true), .string, .string,
  ]

  /// The position of each metadata column in the schema; nil where it has none.
  package private(set) var positions: [Int?]
  /// Columns of attributes that had to give way to a metadata column, by the attribute's name.
  package private(set) var renamed: [String: Int] = [:]

  /// The column that says what happened to an item: `INSERT`, `MODIFY`, `REMOVE`.
  package var eventName: Int? { positions[0] }
  /// The column that says when it happened.
  package var eventTime: Int? { positions[1] }

  /// Finds the metadata columns.
  ///
  /// - Parameters:
  ///   - schema: The columns.
  ///   - isProjected: Whether columns may be left out or reordered, as in a table's declaration.
  package init(_ schema: Schema, isProjected: Bool) {
    positions = [nil, nil, nil, nil]
    let fields = schema.fields
    func isColumn(_ position: Int, _ name: String) -> Bool {
      position < fields.count && DynamoDBColumns.isName(fields[position].name, of: name)
    }
    let names = DynamoDBColumns.names
    if let first = fields.indices.first(where: { start in
      names.indices.allSatisfy { isColumn(start + $0, names[$0]) }
    }) {
      positions = names.indices.map { first + $0 }
    } else if isProjected {
      positions = names.map { name in
        fields.firstIndex { $0.name.lowercased() == name }
      }
    }
    for (name, position) in zip(names, positions) {
      guard let position, fields[position].name.lowercased() == name else { continue }
      renamed[name] = fields.firstIndex { $0.name.lowercased() == name + "_1" }
    }
  }

  /// Whether the schema has all four.
  var isComplete: Bool { positions.allSatisfy { $0 != nil } }

  /// Whether `text` is `name`, or that with a number behind.
  private static func isName(_ text: String, of name: String) -> Bool {
    let text = text.lowercased()
    if text == name { return true }
    guard text.hasPrefix(name + "_") else { return false }
    let suffix = text.dropFirst(name.count + 1)
    return !suffix.isEmpty && suffix.utf8.allSatisfy { $0 >= 48 && $0 <= 57 }
  }

  /// The widened schema of items and stream records.
  ///
  /// - Parameters:
  ///   - known: The columns known before.
  ///   - hasStreamRecords: Whether some records were changes, so that there are metadata columns.
  ///   - tree: What was seen of the attributes.
  /// - Returns: The known columns, widened, and the new ones after them.
  static func schema(evolving known: Schema, hasStreamRecords: Bool, _ tree: ShapeTree) -> Schema {
    let columns = DynamoDBColumns(known, isProjected: false)
    let metadata = Set(columns.positions.compactMap { $0 })
    var attributes: [Field] = []
    for (position, field) in known.fields.enumerated() where !metadata.contains(position) {
      var field = field
      for (name, renamed) in columns.renamed where renamed == position { field.name = name }
      attributes.append(field)
    }
    let widened = tree.schema(evolving: Schema(attributes)).fields
    var fields = known.fields
    var taken = Set(fields.map { $0.name.lowercased() })
    var added = widened[attributes.count...].map { $0 }
    if hasStreamRecords && !columns.isComplete {
      let metadata = zip(names, types).map { name, type in
        Field(free(name, taken), type)
      }
      fields.insert(contentsOf: metadata, at: fields.isEmpty ? 0 : fields.count)
      taken.formUnion(metadata.map(\.name))
    }
    for index in added.indices {
      added[index].name = free(added[index].name, taken)
      taken.insert(added[index].name.lowercased())
    }
    var next = 0
    for position in known.fields.indices where !metadata.contains(position) {
      fields[position].type = widened[next].type
      next += 1
    }
    return Schema(fields + added)
  }

  /// The columns of some records with the names that the same things have in other columns.
  ///
  /// Blocks are decoded side by side: one with items alone and one with changes may give a name to
  /// different things.
  ///
  /// - Parameters:
  ///   - schema: The columns of the records.
  ///   - known: The columns that they are to go to.
  /// - Returns: The columns with other names, where `known` has them for something else.
  package static func aligned(_ schema: Schema, to known: Schema) -> Schema {
    let own = DynamoDBColumns(schema, isProjected: false)
    let theirs = DynamoDBColumns(known, isProjected: false)
    var taken = Set(known.fields.map { $0.name.lowercased() })
    var fields = schema.fields
    for index in fields.indices {
      let name: String
      let place: Int?
      if let fact = own.positions.firstIndex(of: index) {
        name = names[fact]
        place = theirs.positions[fact]
      } else {
        let alias = own.renamed.first { $0.value == index }?.key
        guard alias != nil || names.contains(fields[index].name.lowercased()) else { continue }
        name = alias ?? fields[index].name
        let same = known.fields.firstIndex { $0.name.lowercased() == name.lowercased() }
        place =
          theirs.renamed[name.lowercased()]
          ?? same.flatMap { theirs.positions.contains($0) ? nil : $0 }
      }
      if let place {
        fields[index].name = known.fields[place].name
      } else if taken.contains(fields[index].name.lowercased()) {
        fields[index].name = free(name, taken)
      }
      taken.insert(fields[index].name.lowercased())
    }
    return Schema(fields)
  }

  /// Finds the columns whose names a change's facts and an item's attributes both may claim.
  ///
  /// - Parameter schema: The columns of DynamoDB's records.
  /// - Returns: These columns in an order that says which is which: attributes under their own names,
  ///   the facts, attributes that gave way.
  package static func claims(_ schema: Schema) -> Schema {
    let columns = DynamoDBColumns(schema, isProjected: false)
    let facts = columns.positions.compactMap(\.self)
    // Attributes of all four names must not look like the facts, which stand in this order.
    let plain = names.reversed().flatMap { name in
      schema.fields.indices.filter {
        !facts.contains($0) && schema.fields[$0].name.lowercased() == name
      }
    }
    let renamed = names.compactMap { columns.renamed[$0] }
    return Schema(
      (plain + facts + renamed).map { Field(schema.fields[$0].name, schema.fields[$0].type) }
    )
  }

  private static func free(_ name: String, _ taken: Set<String>) -> String {
    if !taken.contains(name.lowercased()) { return name }
    var number = 1
    while taken.contains("\(name)_\(number)".lowercased()) { number += 1 }
    return "\(name)_\(number)"
  }
}
