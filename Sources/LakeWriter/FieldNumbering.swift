package import ColumnFormat

/// The stable numbers of fields: a name keeps its number for as long as the table lives.
///
/// Nested fields are numbered by their path: `lines.element.sku`.
package struct FieldNumbering: Sendable, Equatable {
  /// Numbers by path, paths in lower case as the catalog compares names.
  package private(set) var numbers: [String: Int]
  private var last: Int

  /// No field has a number yet, or those of earlier runs.
  package init(numbers: [String: Int] = [:]) {
    self.numbers = numbers
    last = numbers.values.max() ?? 0
  }

  /// The schema with a number for every field; fields seen for the first time get the next ones.
  package mutating func number(_ schema: Schema) -> Schema {
    Schema(schema.fields.map { number($0, below: "") })
  }

  /// Takes over the numbers that a table's columns have in the catalog.
  package mutating func adopt(_ fields: [Field], below parent: String = "") {
    for field in fields {
      let path = parent + field.name.lowercased()
      if let id = field.id {
        numbers[path] = id
        last = max(last, id)
      }
      adopt(FieldNumbering.children(of: field.type), below: path + ".")
    }
  }

  private mutating func number(_ field: Field, below parent: String) -> Field {
    let path = parent + field.name.lowercased()
    var numbered = field
    if let known = numbers[path] {
      numbered.id = known
    } else {
      last += 1
      numbers[path] = last
      numbered.id = last
    }
    switch field.type {
    case .list(let element): numbered.type = .list(number(element, below: path + "."))
    case .map(let key, let value):
      numbered.type = .map(
        key: number(key, below: path + "."),
        value: number(value, below: path + ".")
      )
    case .row(let fields): numbered.type = .row(fields.map { number($0, below: path + ".") })
    default: break
    }
    return numbered
  }

  private static func children(of type: LogicalType) -> [Field] {
    switch type {
    case .list(let element): [element]
    case .map(let key, let value): [key, value]
    case .row(let fields): fields
    default: []
    }
  }
}
