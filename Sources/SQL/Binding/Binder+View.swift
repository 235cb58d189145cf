import ColumnFormat

extension Binder {
  /// A view: its query, bound where the view was made, with the columns that it had then.
  ///
  /// - Throws: VIEW_IS_STALE where the query gives other columns now, INVALID_VIEW where it cannot
  ///   be bound any more.
  mutating func bindView(
    _ view: ViewDefinition,
    of table: TableHandle,
    qualifier: [String],
    at range: SourceRange
  ) throws(SQLError) -> BoundRelation {
    let title = "awsdatacatalog.\(view.name)"
    if openViews.contains(title) {
      throw SQLError(.viewIsRecursive, "View '\(title)' is recursive", at: range)
    }
    let bound = try bindStored(view, title, at: range)
    guard bound.output.count == view.columns.count else {
      throw Binder.stale(
        title,
        "the view has \(view.columns.count) columns, but its query gives \(bound.output.count)",
        at: range
      )
    }
    var relation = BoundRelation(bindingOf: bound, alias: nil)
    var items: [LogicalPlan.ProjectItem] = []
    var entries: [Scope.Entry] = []
    for (index, (column, declared)) in zip(bound.output, view.columns).enumerated() {
      let type = try Binder.type(declared.type) ?? column.type
      guard TypeCoercion.commonType(column.type, type) == type else {
        throw Binder.stale(
          title,
          "column [\(column.name)] of type \(column.type) projected from query view at position "
            + "\(index) cannot be coerced to column [\(declared.name)] of type \(declared.type) "
            + "stored in view definition",
          at: range
        )
      }
      let shown = ids.column(declared.name, type)
      items.append(.init(column: shown, expression: coerce(.column(column), to: type)))
      entries.append(.init(qualifier: qualifier, name: declared.name, column: shown))
    }
    relation.plan = .project(relation.plan, items: items)
    relation.scope = Scope(entries: entries)
    return relation
  }

  private mutating func bindStored(
    _ view: ViewDefinition,
    _ title: String,
    at range: SourceRange
  ) throws(SQLError) -> BoundQuery {
    let outside = (tables, namedQueries, outerScopes)
    tables = tables.inDatabase(view.database)
    namedQueries = []
    outerScopes = []
    openViews.append(title)
    defer {
      (tables, namedQueries, outerScopes) = outside
      openViews.removeLast()
    }
    do throws(SQLError) {
      guard case .query(let query) = try Parser.parse(view.sql) else {
        throw SQLError(.invalidView, "its text is no query")
      }
      return try bindQuery(query)
    } catch {
      if [.viewIsRecursive, .viewIsStale, .invalidView].contains(error.code) {
        var error = error
        error.range = range
        throw error
      }
      throw SQLError(
        .invalidView,
        "Failed analyzing stored view '\(title)': \(error.message)",
        at: range,
        details: ["in the view: \(view.sql)"],
        help: "the view is stale; CREATE OR REPLACE VIEW makes it anew"
      )
    }
  }

  private static func stale(_ title: String, _ reason: String, at range: SourceRange) -> SQLError {
    SQLError(
      .viewIsStale,
      "View '\(title)' is stale or in invalid state: \(reason)",
      at: range,
      help: "CREATE OR REPLACE VIEW makes it anew"
    )
  }

  /// The type that a view's definition names; nil for one that is not known.
  private static func type(_ text: String) throws(SQLError) -> SQLType? {
    var parser = Parser(text)
    guard let syntax = try? parser.parseType() else { return nil }
    return try? SQLType(syntax)
  }
}
