/// A query whose names and types are settled.
struct BoundQuery: Sendable {
  var plan: LogicalPlan
  /// What to show, in order and under which names; columns of the plan.
  var output: [PlanColumn]
}

/// Settles what every name of a syntax tree means and which type every expression has.
///
/// Subqueries become joins at once: one that refers to columns of the query around it is unnested
/// when it is attached (see ``Unnesting``), so no plan that leaves the binder holds a reference to
/// an outer query.
struct Binder {
  var tables: any TableResolving
  /// The views that are being bound, outermost first.
  var openViews: [String] = []
  let context: EvaluationContext
  let parameters: [SyntaxExpression]
  let functions = FunctionCatalog.standard
  var ids = ColumnIDs()
  /// The columns of the queries around the one at work, innermost last.
  var outerScopes: [Scope] = []
  /// The named queries in sight; later ones hide earlier ones.
  var namedQueries: [VisibleQuery] = []
  /// Nesting of expressions and queries at work.
  var depth = 0
  /// Queries bound so far: named queries are bound once for every use, which must stay finite.
  var queryCount = 0

  /// As deep as the parser goes; who binds deep trees does so on a ``DeepStack``.
  static let depthMax = 2_000
  static let queryCountMax = 2_000

  /// A named query with what it can see itself.
  struct VisibleQuery {
    var key: String
    var query: NamedQuery
    /// How many of the named queries were in sight of it.
    var visibleCount: Int
    /// How many scopes stood around the WITH that holds it.
    var scopeCount: Int
    /// Whether the query names itself.
    var isRecursive = false
    /// Of a recursive query in its own step: the level whose rows its name stands for.
    var level: Int?
    /// The types of a recursive query's columns, which its base settles.
    var types: [SQLType]?
  }

  init(
    tables: any TableResolving,
    context: EvaluationContext,
    parameters: [SyntaxExpression] = []
  ) {
    self.tables = tables
    self.context = context
    self.parameters = parameters
  }

  /// The plan of a whole query.
  mutating func bind(_ query: SyntaxQuery) throws(SQLError) -> BoundQuery {
    try bindQuery(query)
  }

  /// Goes one level deeper, or refuses to.
  mutating func enter(_ range: SourceRange?) throws(SQLError) {
    depth += 1
    if depth > Binder.depthMax { throw .tooDeep(at: range) }
  }

  mutating func leave() { depth -= 1 }
}
