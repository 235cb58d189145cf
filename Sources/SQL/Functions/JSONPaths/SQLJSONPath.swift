/// A path of json_value, json_query and json_exists, as the SQL standard has it: `lax $.a[*].b`.
struct SQLJSONPath: Sendable {
  /// In lax mode what is missing is nothing, and arrays are looked into; in strict mode both are
  /// errors.
  var isLax: Bool
  var root: Node

  indirect enum Node: Sendable {
    /// `$`
    case context
    /// `@`, within a filter.
    case current
    /// `$name`, given by PASSING.
    case variable(String)
    case literal(JSONItem)
    case member(Node, key: [UInt8])
    case allMembers(Node)
    /// `..key`, at any depth.
    case descendants(Node, key: [UInt8])
    case elements(Node, [Subscript])
    case allElements(Node)
    case filter(Node, Predicate)
    case method(Node, Method)
    case binary(Node, Arithmetic, Node)
    case negated(Node)
    /// `+x`, which must be a number.
    case positive(Node)
    /// `last`, within a subscript.
    case last
  }

  struct Subscript: Sendable {
    var from: Node
    var to: Node?
  }

  enum Method: String, Sendable {
    case abs, ceiling, double, floor, keyvalue, size, type
  }

  enum Arithmetic: UInt8, Sendable {
    case add = 0x2B
    case subtract = 0x2D
    case multiply = 0x2A
    case divide = 0x2F
    case modulus = 0x25
  }

  indirect enum Predicate: Sendable {
    case comparison(Node, ComparisonOperator, Node)
    case and(Predicate, Predicate)
    case or(Predicate, Predicate)
    case not(Predicate)
    case exists(Node)
    case startsWith(Node, Node)
    case isUnknown(Predicate)
  }
}
