package import ColumnFormat
import RowFormat

/// The stable numbers of fields: a name keeps its number for as long as the table lives.
///
/// Nested fields are numbered by their path: `lines.element.sku`.
package struct FieldNumbering: Sendable, Equatable {
  /// Numbers by path, paths in lower case as the catalog compares names.
  package private(set) var numbers: [String: Int]
  /// The highest number that was ever given.
  package private(set) var last: Int

  /// No field has a number yet, or those of earlier runs.
  package init(numbers: [String: Int] = [:], last: Int = 0) {
    self.numbers = numbers
    self.last = max(last, numbers.values.max() ?? 0)
  }

  /// The numbers by path, in the order in which they were given.
  var json: JSONValue {
    .object(
      JSONObject(
        numbers.sorted { $0.value < $1.value }.map {
          JSONObject.Member(name: $0.key, value: .integer($0.value))
        }
      )
    )
  }

  /// The schema with its numbers; nil if a field has none yet.
  package func known(_ schema: Schema) -> Schema? {
    var copy = self
    let numbered = copy.number(schema)
    return copy.numbers.count == numbers.count ? numbered : nil
  }

  /// Takes over numbers of fields that have none here, but for numbers that are taken.
  package mutating func adopt(_ other: FieldNumbering) {
    var taken = Set(numbers.values)
    for (path, number) in other.numbers.sorted(by: { $0.value < $1.value })
    where numbers[path] == nil && taken.insert(number).inserted { numbers[path] = number }
    last = max(last, other.last)
  }

  /// The schema with a number for every field; fields seen for the first time get the next ones.
  package mutating func number(_ schema: Schema) -> Schema {
    Schema(schema.fields.map { number($0, below: "") })
  }

  /// These numbers and those that another one knows in addition.
  func adopting(_ other: FieldNumbering) -> FieldNumbering {
    var both = self
    both.adopt(other)
    return both
  }

  /// The numbers that a table's columns have in the catalog.
  ///
  /// - Parameters:
  ///   - columns: The columns.
  ///   - last: The highest number that the table has ever given, also to columns that are gone.
  package init(columns: [Field], last: Int) {
    self.init(last: last)
    collect(columns, below: "")
  }

  private mutating func collect(_ fields: [Field], below parent: String) {
    for field in fields {
      let path = parent + field.name.lowercased()
      if let id = field.id {
        numbers[path] = id
        last = max(last, id)
      }
      collect(FieldNumbering.children(of: field.type), below: path + ".")
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
