import Catalog

/// Reads single members of a column of rows where the query asks for no more of it.
///
/// `SELECT s.a FROM t WHERE s.b.c = 1` reads `s.a` and `s.b.c` as columns of their own, so that nothing
/// else of `s` is touched, and the bounds of `s.b.c` decide which pages are. Only of Parquet files;
/// other formats read whole records anyway.
enum MemberPruning: OptimizerRule {
  static func apply(
    _ plan: LogicalPlan,
    _ session: inout OptimizerSession
  ) throws(SQLError) -> LogicalPlan {
    var uses = MemberUses(plan)
    uses.count(plan)
    let members = uses.members(&session.ids)
    if members.isEmpty { return plan }
    return plan.mapExpressions { replaced($0, members) }.rewritten { node in
      switch node {
      case .scan(var scan):
        scan.columns = scan.columns.flatMap { scanned in
          members[scanned.column.id]?.map {
            .init(column: $0.column, tableColumn: scanned.tableColumn, members: $0.path)
          } ?? [scanned]
        }
        return .scan(scan)
      case .project(let input, let items):
        return .project(
          input,
          items: items.flatMap { item in
            members[item.column.id]?.map {
              LogicalPlan.ProjectItem(column: $0.column, expression: .column($0.column))
            } ?? [item]
          }
        )
      default: return node
      }
    }
  }

  /// A member that is read for itself.
  struct Member {
    var path: [Int]
    var column: PlanColumn
  }

  private static func replaced(_ expression: BoundExpression, _ members: [ColumnID: [Member]])
    -> BoundExpression
  {
    if let (column, path) = expression.memberPath, let known = members[column.id],
      let member = known.first(where: { path.starts(with: $0.path) })
    {
      var result = BoundExpression.column(member.column)
      for index in path.dropFirst(member.path.count) {
        guard case .row(let fields) = result.type else { return expression }
        result = .field(result, index: index, fields[index].type)
      }
      return result
    }
    return expression.mapChildren { replaced($0, members) }
  }
}

/// What a plan asks of the columns of rows that its scans read.
private struct MemberUses {
  /// The paths that are asked for; a column that is asked for as a whole is not among them.
  private var paths: [ColumnID: Set<[Int]>] = [:]
  private var columns: [ColumnID: PlanColumn] = [:]

  /// Takes up the columns that could be read in parts.
  init(_ plan: LogicalPlan) {
    var found: [ColumnID: PlanColumn] = [:]
    plan.visit { node in
      guard case .scan(let scan) = node, scan.table.format == .parquet, scan.table.memory == nil
      else { return }
      for scanned in scan.columns {
        let described = scan.table.columns[scanned.tableColumn]
        guard case .row = scanned.column.type, described.partitionIndex == nil,
          !described.isHidden, scanned.members.isEmpty
        else { continue }
        found[scanned.column.id] = scanned.column
      }
    }
    columns = found
    for id in found.keys { paths[id] = [] }
  }

  /// Counts all uses above the scans.
  mutating func count(_ plan: LogicalPlan) {
    if columns.isEmpty { return }
    for column in plan.columns { paths[column.id] = nil }
    var expressions: [BoundExpression] = []
    plan.visit { node in
      if case .project(_, let items) = node {
        // A column that is only passed on goes on in parts.
        expressions += items.filter { $0.expression.asColumn?.id != $0.column.id }
          .map(\.expression)
      } else {
        expressions += node.expressions
      }
    }
    for expression in expressions { count(expression) }
  }

  private mutating func count(_ expression: BoundExpression) {
    if let (column, path) = expression.memberPath {
      guard columns[column.id] != nil else { return }
      if path.isEmpty || !hasOwnNames(column.type, path) {
        paths[column.id] = nil
      } else {
        paths[column.id]?.insert(path)
      }
      return
    }
    for child in expression.children { count(child) }
  }

  /// Members are found in files by their names.
  private func hasOwnNames(_ type: SQLType, _ path: [Int]) -> Bool {
    var type = type
    for index in path {
      guard case .row(let fields) = type, let name = fields[index].name?.lowercased(),
        fields.filter({ $0.name?.lowercased() == name }).count == 1
      else { return false }
      type = fields[index].type
    }
    return true
  }

  /// The members to be read, as new columns; none below another.
  func members(_ ids: inout ColumnIDs) -> [ColumnID: [MemberPruning.Member]] {
    var result: [ColumnID: [MemberPruning.Member]] = [:]
    for (id, asked) in paths.sorted(by: { $0.key < $1.key }) {
      guard let column = columns[id], !asked.isEmpty else { continue }
      let outermost = asked.filter { path in
        !asked.contains { $0.count < path.count && path.starts(with: $0) }
      }
      for path in outermost.sorted(by: { $0.lexicographicallyPrecedes($1) }) {
        var type = column.type
        var name = column.name
        for index in path {
          guard case .row(let fields) = type else { break }
          name += "." + (fields[index].name ?? "")
          type = fields[index].type
        }
        let member = MemberPruning.Member(path: path, column: ids.column(name, type))
        result[id, default: []].append(member)
      }
    }
    return result
  }
}

extension BoundExpression {
  /// The column and the positions on the way, where the value is a column or a member below one.
  fileprivate var memberPath: (column: PlanColumn, path: [Int])? {
    switch self {
    case .column(let column): (column, [])
    case .field(let inner, let index, _):
      inner.memberPath.map { ($0.column, $0.path + [index]) }
    default: nil
    }
  }
}
