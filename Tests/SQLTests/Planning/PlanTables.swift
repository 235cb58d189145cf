import Catalog
import ColumnFormat

@testable import SQL

/// Tables without data, for tests of binding and planning.
struct PlanTables: TableResolving {
  let tables: [String: TableHandle]

  /// TPC-H at scale 1, a partitioned table of orders, and page views.
  static let standard = PlanTables([
    """
    lineitem 6001215: l_orderkey bigint 1..6000000, l_partkey bigint 1..200000, \
    l_suppkey bigint 1..10000, l_linenumber integer 1..7, l_quantity decimal(15,2) 100..5000, \
    l_extendedprice decimal(15,2), l_discount decimal(15,2) 0..10, l_tax decimal(15,2) 0..8, \
    l_returnflag varchar, l_linestatus varchar, l_shipdate date 8036..10561, \
    l_commitdate date 8065..10530, l_receiptdate date 8037..10591, l_shipinstruct varchar, \
    l_shipmode varchar, l_comment varchar
    """,
    """
    orders 1500000: o_orderkey bigint 1..6000000, o_custkey bigint 1..149999, \
    o_orderstatus varchar, o_totalprice decimal(15,2), o_orderdate date 8035..10440, \
    o_orderpriority varchar, o_clerk varchar, o_shippriority integer 0..0, o_comment varchar
    """,
    """
    customer 150000: c_custkey bigint 1..150000, c_name varchar, c_address varchar, \
    c_nationkey bigint 0..24, c_phone varchar, c_acctbal decimal(15,2) -99999..999999, \
    c_mktsegment varchar, c_comment varchar
    """,
    """
    part 200000: p_partkey bigint 1..200000, p_name varchar, p_mfgr varchar, p_brand varchar, \
    p_type varchar, p_size integer 1..50, p_container varchar, p_retailprice decimal(15,2), \
    p_comment varchar
    """,
    """
    partsupp 800000: ps_partkey bigint 1..200000, ps_suppkey bigint 1..10000, \
    ps_availqty integer 1..9999, ps_supplycost decimal(15,2) 100..100000, ps_comment varchar
    """,
    """
    supplier 10000: s_suppkey bigint 1..10000, s_name varchar, s_address varchar, \
    s_nationkey bigint 0..24, s_phone varchar, s_acctbal decimal(15,2), s_comment varchar
    """,
    "nation 25: n_nationkey bigint 0..24, n_name varchar, n_regionkey bigint 0..4, n_comment varchar",
    "region 5: r_regionkey bigint 0..4, r_name varchar, r_comment varchar",
    """
    events 2000000: event varchar, ts timestamp(6), seq bigint, orderid varchar, \
    customerid bigint, storeid integer 0..199, channel varchar, status varchar, quantity integer, \
    amount double, attributes varchar, items array(row(sku varchar, qty integer, price double)), \
    labels map(varchar, varchar), year integer 2025..2025, month integer 6..6, day integer 1..30, \
    hour integer 0..23, $path varchar
    """,
    "t 1000: a integer 1..1000, b bigint 1..100, c varchar, d double, e date, f decimal(10,2), g smallint 0..9, r row(x integer, y varchar)",
    "u 500: a integer 1..500, b bigint 1..50, c varchar, k integer",
    "v 100: a integer 1..100, z varchar",
  ])

  init(_ descriptions: [String]) {
    var tables: [String: TableHandle] = [:]
    for description in descriptions {
      let handle = PlanTables.table(description)
      tables[handle.name] = handle
    }
    self.tables = tables
  }

  /// The table of `name rows: column type low..high, …`.
  private static func table(_ description: String) -> TableHandle {
    let colon = description.firstIndex(of: ":") ?? description.endIndex
    let head = description[..<colon].split(separator: " ")
    var handle = TableHandle(name: String(head[0]), columns: [], partitions: [], format: .parquet)
    handle.rowCount = Int(head[1])
    for (index, column) in columns(String(description[colon...].dropFirst())).enumerated() {
      handle.columns.append(
        .init(
          name: column.name,
          type: column.type,
          logicalType: .string,
          partitionIndex: nil,
          isHidden: column.name.hasPrefix("$")
        )
      )
      if let range = column.range {
        handle.statistics[index] = .init(min: .int(range.lowerBound), max: .int(range.upperBound))
      }
    }
    return handle
  }

  private static func columns(
    _ text: String
  ) -> [(name: String, type: SQLType, range: ClosedRange<Int64>?)] {
    var parts: [String] = [""]
    var depth = 0
    for character in text {
      if character == "(" { depth += 1 }
      if character == ")" { depth -= 1 }
      if character == "," && depth == 0 {
        parts.append("")
      } else {
        parts[parts.count - 1].append(character)
      }
    }
    return parts.map { part in
      var words = part.split(separator: " ").map(String.init)
      let name = words.removeFirst()
      var range: ClosedRange<Int64>?
      if let last = words.last, let dots = last.range(of: ".."),
        let low = Int64(last[..<dots.lowerBound]), let high = Int64(last[dots.upperBound...])
      {
        range = low...high
        words.removeLast()
      }
      let literal = "cast(null as \(words.joined(separator: " ")))"
      guard case .query(let query) = try? Parser.parse("select \(literal)"),
        case .select(let select) = query.body,
        case .expression(let expression, _) = select.items[0],
        case .cast(_, let syntax, _) = expression.node, let type = try? SQLType(syntax)
      else { fatalError("no type in '\(part)'") }
      return (name, type, range)
    }
  }

  func table(_ parts: [String], at range: SourceRange) throws(SQLError) -> TableHandle {
    let name = parts[parts.count - 1].lowercased()
    guard let table = tables[name] else {
      throw SQLError(.tableNotFound, "table '\(name)' does not exist", at: range)
    }
    return table
  }

  func file(_ pattern: String, at range: SourceRange) throws(SQLError) -> TableHandle {
    guard var table = tables["t"] else {
      throw SQLError(.tableNotFound, "no file", at: range)
    }
    table.name = pattern
    return table
  }
}

extension String {
  /// The first place of a text, without Foundation.
  fileprivate func range(of text: String) -> Range<Index>? {
    var start = startIndex
    while start < endIndex {
      if self[start...].hasPrefix(text) { return start..<index(start, offsetBy: text.count) }
      start = index(after: start)
    }
    return nil
  }
}

/// What a query becomes.
enum Planning {
  static let context = EvaluationContext(queryStartMicros: 1_750_000_000_000_000, timeZone: "UTC")

  static func bind(_ text: String) throws -> BoundQuery {
    guard case .query(let query) = try Parser.parse(text) else {
      throw SQLError(.syntaxError, "no query")
    }
    var binder = Binder(tables: PlanTables.standard, context: context)
    return try binder.bind(query)
  }

  static func optimized(_ text: String) throws -> LogicalPlan {
    try Optimizer.optimize(try bind(text).plan, context: context)
  }
}
