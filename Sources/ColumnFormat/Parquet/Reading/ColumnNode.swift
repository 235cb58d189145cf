/// A column's place in the file's schema, with the levels that say which parts of it are there.
///
/// Definition level `d` of a value counts the optional and repeated ancestors that are present;
/// repetition level `r` is the innermost repeated ancestor that goes on (zero starts a row).
/// Dremel: Melnik et al., *Interactive Analysis of Web-Scale Datasets*, VLDB 2010.
indirect enum ColumnNode: Sendable {
  /// A column of values: the position among the file's leaves.
  case leaf(Int)
  /// A group; `definitionLevel` from which on it is not null, nil where it cannot be null.
  case row(definitionLevel: Int?, fields: [ColumnNode])
  /// A repeated field and the optional group around it.
  case list(ListLevels, element: ColumnNode)

  /// All columns of values below.
  var leaves: [Int] {
    switch self {
    case .leaf(let index): [index]
    case .row(_, let fields): fields.flatMap(\.leaves)
    case .list(_, let element): element.leaves
    }
  }

  /// The type of the node's values, without the names of fields.
  func type(in schema: FileSchema) -> LogicalType {
    switch self {
    case .leaf(let number): schema.leaves[number].type
    case .row(_, let fields): .row(fields.map { Field("", $0.type(in: schema)) })
    case .list(_, let element): .list(Field("", element.type(in: schema)))
    }
  }
}

/// The levels of a list.
struct ListLevels: Sendable {
  /// The definition level from which on the list is not null; nil where it cannot be null.
  var definitionLevel: Int?
  /// The definition level from which on there is an element.
  var elementDefinitionLevel: Int
  /// The repetition level of further elements.
  var repetitionLevel: Int
}

/// A column of values in a file.
struct ColumnLeaf: Sendable {
  /// The names from the top down.
  var path: [String]
  /// How values are stored.
  var storage: StorageType
  /// The number of bytes of fixed-length values.
  var typeLength: Int
  /// What the values mean.
  var type: LogicalType
  /// Whether integers are stored without sign.
  var isUnsigned: Bool
  /// Whether values are intervals, whose bytes have no order.
  var isInterval = false
  /// The definition level of a value that is there.
  var definitionLevelMax: Int
  /// The highest repetition level.
  var repetitionLevelMax: Int
  /// The definition level from which on the innermost list around it has an element.
  var elementDefinitionLevel: Int
  /// Why the column cannot be read.
  var refusal: String?

  /// The name with its parents.
  var name: String { path.joined(separator: ".") }
}
