public import ColumnFormat

/// Infers the schema of records without making columns.
///
/// Everything is read and every value counts, so the schema holds all records that were added.
public final class SchemaInference {
  /// How many records gave a row.
  public private(set) var recordCount = 0
  /// The records that gave none.
  public private(set) var rejected: [RejectedRecord] = []

  /// The fields that were met in another spelling than their first, each by that other spelling
  /// behind the names of its parents: names that differ in case only are one field.
  public var foldedNames: [[String]] { tree.foldedNames }

  private let format: RecordFormat
  private let options: DecodingOptions
  private let tree: ShapeTree

  /// An inference over records of one format.
  public init(format: RecordFormat, options: DecodingOptions = DecodingOptions()) {
    self.format = format
    self.options = options
    tree = ShapeScanning.makeTree(format, options: options, tracksCauses: true)
  }

  /// Takes the records of a block in.
  public func add(_ block: RecordBlock) {
    let outcome = ShapeScanning.scan(
      block,
      format,
      options: options,
      known: Schema([]),
      into: tree
    )
    recordCount += outcome.recordCount
    rejected += outcome.rejected
  }

  /// Takes in what another inference learnt from the records that come after this one's.
  ///
  /// - Returns: Whether the fields of both are few enough; if not, only one inference over all
  ///   records knows which of them are too wide.
  package func merge(_ later: SchemaInference) -> Bool {
    recordCount += later.recordCount
    rejected += later.rejected
    return tree.merge(later.tree)
  }

  /// The columns in first-seen order.
  ///
  /// A field of nulls, empty objects or empty arrays only has the type `unknown` there.
  public var schema: Schema { schema(evolving: Schema([])) }

  /// The columns of a schema that is known, widened, and the new ones after them.
  public func schema(evolving known: Schema) -> Schema {
    ShapeScanning.schema(tree, format, evolving: known)
  }

  /// For each field the value that forced its type first.
  public var causes: [FieldCause] { tree.allCauses }
}
