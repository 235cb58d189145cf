extension Binder {
  /// UNNEST over the rows of what stands to its left.
  ///
  /// An array of rows spreads into its fields, a map into key and value.
  mutating func bindUnnest(
    _ collections: [SyntaxExpression],
    withOrdinality: Bool,
    over left: BoundRelation,
    keepsEmpty: Bool,
    at range: SourceRange
  ) throws(SQLError) -> BoundRelation {
    var context = ExpressionContext("UNNEST", left.scope)
    var bound: [BoundExpression] = []
    for collection in collections {
      let expression = try bind(collection, &context)
      switch expression.type {
      case .array, .map: bound.append(expression)
      default:
        throw SQLError(
          .typeMismatch,
          "cannot unnest type: \(expression.type)",
          at: collection.range,
          help: "UNNEST takes arrays and maps"
        )
      }
    }
    var builder = ProjectionBuilder(
      input: try attach(context.subqueries, to: left.plan),
      keepsInput: true
    )
    var columns: [PlanColumn] = []
    var elements: [PlanColumn] = []
    var entries: [Scope.Entry] = []
    for expression in bound {
      columns.append(builder.column(for: expression, "collection", &ids))
      for (name, type) in expression.type.unnested {
        let column = ids.column(name ?? "element", type)
        elements.append(column)
        entries.append(Scope.Entry(qualifier: [], name: name, column: column))
      }
    }
    var ordinality: PlanColumn?
    if withOrdinality {
      let column = ids.column("ordinality", .bigint)
      ordinality = column
      entries.append(Scope.Entry(qualifier: [], name: nil, column: column))
    }
    return BoundRelation(
      plan: .unnest(
        .init(
          input: builder.plan(),
          collections: columns,
          elementColumns: elements,
          ordinality: ordinality,
          keepsEmpty: keepsEmpty
        )
      ),
      scope: Scope(entries: left.scope.entries + entries)
    )
  }
}

extension SQLType {
  /// The columns that UNNEST makes of one array or map.
  var unnested: [(name: String?, type: SQLType)] {
    switch self {
    case .array(.row(let fields)): fields.map { ($0.name, $0.type) }
    case .array(let element): [(nil, element)]
    case .map(let key, let value): [("key", key), ("value", value)]
    default: []
    }
  }
}
