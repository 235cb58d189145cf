@testable import SQL

/// Prints syntax trees with every grouping in brackets, so that tests can compare text.
enum SyntaxText {
  static func of(_ statement: SyntaxStatement) -> String {
    switch statement {
    case .query(let query): of(query)
    case .explain(let explain):
      "explain" + (explain.isAnalyze ? " analyze" : "") + (explain.isJSON ? " json" : "") + " "
        + (explain.write.map { of(.write($0)) } ?? of(explain.query))
    case .showDatabases(let like): "show databases" + optional(like)
    case .showTables(let database, let like):
      "show tables" + (database.map { " in " + $0.text } ?? "") + optional(like)
    case .showColumns(let table, _): "show columns " + name(table)
    case .showPartitions(let table, _): "show partitions " + name(table)
    case .showFunctions(let like): "show functions" + optional(like)
    case .describe(let describe):
      "describe " + (describe.style == .plain ? "" : "\(describe.style) ") + name(describe.table)
        + describe.path.map { " ." + $0.text }.joined()
    case .showViews(let database, let like):
      "show views" + (database.map { " in " + $0.text } ?? "") + optional(like)
    case .showTableProperties(let table, let key, _):
      "show properties " + name(table) + (key.map { " \($0)" } ?? "")
    case .showCreateTable(let table, _): "show create table " + name(table)
    case .showCreateView(let view, _): "show create view " + name(view)
    case .createDatabase(let database): "create database " + database.name.text
    case .dropDatabase(let database):
      "drop database " + database.name.text + (database.cascades ? " cascade" : "")
    case .createTable(let table):
      "create table \(name(table.name)) ("
        + table.columns.map { "\($0.name.text) \($0.type)" }.joined(separator: ", ") + ")"
    case .dropTable(let table, _, _): "drop table " + name(table)
    case .alterTable(let table): "alter table " + name(table.name)
    case .repairTable(let table, _): "repair " + name(table)
    case .createView(let view): "create view \(name(view.name)) as \(of(view.query))"
    case .dropView(let view, _, _): "drop view " + name(view)
    case .describeFile(let path, _, let namesOnly):
      (namesOnly ? "show columns" : "describe") + " file '\(path)'"
    case .prepare(let name, _, let count): "prepare \(name.text) of \(count)"
    case .execute(let name, let parameters, _): "execute \(name.text) " + list(parameters)
    case .executeImmediate(let text, let parameters, _): "execute '\(text)' " + list(parameters)
    case .deallocate(let name): "deallocate " + name.text
    case .write(let write):
      switch write.target {
      case .create(let table, _, _): "create \(name(table)) as \(of(write.query))"
      case .insert(let table, _): "insert \(name(table)) \(of(write.query))"
      case .unload(let place): "unload \(of(write.query)) to '\(place)'"
      }
    case .unsupported(let what, _): "unsupported " + what
    }
  }

  private static func optional(_ like: String?) -> String { like.map { " like '\($0)'" } ?? "" }

  private static func name(_ parts: [Identifier]) -> String {
    parts.map { $0.isQuoted ? "\"\($0.text)\"" : $0.text }.joined(separator: ".")
  }

  static func of(_ query: SyntaxQuery) -> String {
    var text = ""
    if !query.with.isEmpty {
      let named = query.with.map {
        $0.name.text + ($0.columns.isEmpty ? "" : "(\(list($0.columns)))") + " as {\(of($0.query))}"
      }
      text += "with " + (query.isRecursive ? "recursive " : "")
      text += named.joined(separator: ", ") + " "
    }
    text += of(query.body)
    if !query.orderBy.isEmpty { text += " order by " + list(query.orderBy) }
    if let offset = query.offset { text += " offset " + of(offset) }
    if let limit = query.limit { text += " limit " + of(limit) + (query.withTies ? " ties" : "") }
    return text
  }

  private static func of(_ body: QueryBody) -> String {
    switch body {
    case .select(let select): of(select)
    case .setOperation(let operation, let isAll, let left, let right, _):
      "[\(of(left)) \(operation.rawValue.lowercased())\(isAll ? " all" : "") \(of(right))]"
    case .values(let rows, _):
      "values " + rows.map { "(\(list($0)))" }.joined(separator: ", ")
    case .table(let parts, _): "table " + name(parts)
    case .nested(let query): "{\(of(query))}"
    }
  }

  private static func of(_ select: SelectClause) -> String {
    var text = "select " + (select.isDistinct ? "distinct " : "")
    text += select.items.map(of).joined(separator: ", ")
    if let from = select.from { text += " from " + of(from) }
    if let filter = select.filter { text += " where " + of(filter) }
    if let groupBy = select.groupBy {
      text += " group by " + (groupBy.isDistinct ? "distinct " : "")
      text += groupBy.elements.map(of).joined(separator: ", ")
    }
    if let having = select.having { text += " having " + of(having) }
    if !select.windows.isEmpty {
      let windows = select.windows.map { "\($0.name.text) as \(of($0.specification))" }
      text += " window " + windows.joined(separator: ", ")
    }
    if let qualify = select.qualify { text += " qualify " + of(qualify) }
    return text
  }

  private static func of(_ item: SelectItem) -> String {
    switch item {
    case .all(let qualifier, let aliases, _):
      (qualifier.map { of($0) + "." } ?? "") + "*"
        + (aliases.isEmpty ? "" : " as (\(list(aliases)))")
    case .expression(let expression, let alias):
      of(expression) + (alias.map { " as \($0.text)" } ?? "")
    }
  }

  private static func of(_ element: GroupBy.Element) -> String {
    func sets(_ sets: [[SyntaxExpression]]) -> String {
      sets.map { "(\(list($0)))" }.joined(separator: ", ")
    }
    switch element {
    case .expression(let expression): return of(expression)
    case .groupingSets(let list): return "sets(\(sets(list)))"
    case .rollup(let list): return "rollup(\(sets(list)))"
    case .cube(let list): return "cube(\(sets(list)))"
    }
  }

  private static func of(_ relation: Relation) -> String {
    switch relation.node {
    case .table(let parts): return name(parts)
    case .file(let path): return "'\(path)'"
    case .subquery(let query): return "{\(of(query))}"
    case .lateral(let query): return "lateral {\(of(query))}"
    case .unnest(let items, let hasOrdinality):
      return "unnest(\(list(items)))" + (hasOrdinality ? " with ordinality" : "")
    case .aliased(let inner, let alias, let columns):
      return of(inner) + " as " + alias.text + (columns.isEmpty ? "" : "(\(list(columns)))")
    case .join(let kind, let left, let right, let condition):
      var text = "[\(of(left)) \(kind.rawValue.lowercased()) \(of(right))"
      switch condition {
      case .none: break
      case .natural: text += " natural"
      case .on(let expression): text += " on " + of(expression)
      case .using(let names): text += " using (\(list(names)))"
      }
      return text + "]"
    case .sampled(let inner, let method, let percentage):
      return of(inner) + " sample \(method.rawValue.lowercased()) " + of(percentage)
    }
  }

  private static func list(_ names: [Identifier]) -> String {
    names.map(\.text).joined(separator: ", ")
  }

  private static func list(_ items: [SyntaxExpression]) -> String {
    items.map(of).joined(separator: ", ")
  }

  private static func list(_ items: [SortItem]) -> String {
    items.map {
      of($0.expression) + ($0.isDescending ? " desc" : "")
        + ($0.nullsFirst.map { $0 ? " nulls first" : " nulls last" } ?? "")
    }.joined(separator: ", ")
  }

  static func of(_ window: WindowSpecification) -> String {
    var parts: [String] = []
    if let base = window.base { parts.append(base.text) }
    if !window.partitionBy.isEmpty { parts.append("partition by " + list(window.partitionBy)) }
    if !window.orderBy.isEmpty { parts.append("order by " + list(window.orderBy)) }
    if let frame = window.frame {
      parts.append("\(frame.unit.rawValue.lowercased()) \(of(frame.start)) to \(of(frame.end))")
    }
    return "(" + parts.joined(separator: " ") + ")"
  }

  private static func of(_ bound: WindowFrame.Bound) -> String {
    switch bound {
    case .unboundedPreceding: "first"
    case .preceding(let distance): of(distance) + " before"
    case .currentRow: "current"
    case .following(let distance): of(distance) + " after"
    case .unboundedFollowing: "last"
    }
  }

  static func of(_ type: SyntaxType) -> String {
    let arguments = type.arguments.map {
      switch $0 {
      case .number(let number): String(number)
      case .type(let type): of(type)
      }
    }
    let fields = type.fields.map { ($0.name.map { $0.text + " " } ?? "") + of($0.type) }
    let all = arguments + fields
    return type.name + (all.isEmpty ? "" : "(\(all.joined(separator: ", ")))")
  }

  static func of(_ expression: SyntaxExpression) -> String {
    func not(_ negated: Bool) -> String { negated ? "not " : "" }
    switch expression.node {
    case .null: return "null"
    case .boolean(let value): return String(value)
    case .integer(let digits): return digits
    case .decimal(let digits): return digits + "d"
    case .double(let digits): return digits
    case .string(let text): return "'\(text)'"
    case .bytes(let bytes): return "x" + bytes.map { String($0, radix: 16) }.joined(separator: ".")
    case .typed(let type, let text): return "\(of(type)) '\(text)'"
    case .interval(let text, let from, let to):
      return "interval '\(text)' \(from.rawValue.lowercased())"
        + (to.map { " to \($0.rawValue.lowercased())" } ?? "")
    case .name(let parts): return name(parts)
    case .member(let value, let member): return "\(of(value)).\(member.text)"
    case .subscripted(let value, let index): return "\(of(value))[\(of(index))]"
    case .parameter(let number): return "?\(number)"
    case .unary(let operation, let value): return "(\(operation.rawValue)\(of(value)))"
    case .binary(let operation, let left, let right):
      return "(\(of(left)) \(operation.rawValue) \(of(right)))"
    case .not(let value): return "(not \(of(value)))"
    case .and(let items): return "(" + items.map(of).joined(separator: " and ") + ")"
    case .or(let items): return "(" + items.map(of).joined(separator: " or ") + ")"
    case .isNull(let value, let negated): return "(\(of(value)) is \(not(negated))null)"
    case .isDistinct(let left, let right, let negated):
      return "(\(of(left)) is \(not(negated))distinct from \(of(right)))"
    case .between(let value, let low, let high, let negated):
      return "(\(of(value)) \(not(negated))between \(of(low)) and \(of(high)))"
    case .inList(let value, let items, let negated):
      return "(\(of(value)) \(not(negated))in (\(list(items))))"
    case .inQuery(let value, let query, let negated):
      return "(\(of(value)) \(not(negated))in {\(of(query))})"
    case .like(let value, let pattern, let escape, let negated):
      return "(\(of(value)) \(not(negated))like \(of(pattern))"
        + (escape.map { " escape \(of($0))" } ?? "") + ")"
    case .exists(let query): return "exists {\(of(query))}"
    case .scalarQuery(let query): return "{\(of(query))}"
    case .quantified(let operation, let value, let quantifier, let query):
      return
        "(\(of(value)) \(operation.rawValue) \(quantifier.rawValue.lowercased()) {\(of(query))})"
    case .caseWhen(let operand, let branches, let otherwise):
      let parts =
        [operand.map(of)].compactMap { $0 }
        + branches.map { "when \(of($0.when)) then \(of($0.then))" }
        + [otherwise.map { "else \(of($0))" }].compactMap { $0 }
      return "case(" + parts.joined(separator: " ") + ")"
    case .cast(let value, let type, let isTry):
      return "\(isTry ? "try_cast" : "cast")(\(of(value)) as \(of(type)))"
    case .extract(let field, let value): return "extract(\(field.text) from \(of(value)))"
    case .atTimeZone(let value, let zone): return "(\(of(value)) at time zone \(of(zone)))"
    case .array(let items): return "array[\(list(items))]"
    case .row(let items): return "row(\(list(items)))"
    case .lambda(let parameters, let body): return "((\(list(parameters))) -> \(of(body)))"
    case .call(let call): return of(call)
    }
  }

  private static func of(_ call: FunctionCall) -> String {
    var text = call.name.text + "(" + (call.isDistinct ? "distinct " : "")
    text += call.isStar ? "*" : list(call.arguments)
    if !call.orderBy.isEmpty { text += " order by " + list(call.orderBy) }
    text += ")"
    if let filter = call.filter { text += " filter " + of(filter) }
    if let ignores = call.ignoresNulls { text += ignores ? " ignore nulls" : " respect nulls" }
    switch call.window {
    case .name(let name): text += " over " + name.text
    case .specification(let window): text += " over " + of(window)
    case nil: break
    }
    return text
  }
}
