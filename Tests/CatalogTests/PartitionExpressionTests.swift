@testable import Catalog
import ColumnFormat
import Testing

@Suite struct PartitionExpressionTests {
  private static let keys = [
    Field("year", .int32), Field("d", .date), Field("store", .string),
    Field("rate", .decimal(precision: 5, scale: 2)),
  ]

  private static let partitions = [
    ["2024", "2024-01-31", "a", "1.50"], ["2024", "2024-02-01", "b'c", "10"],
    ["2025", "2025-01-01", "A_b", "-2"], ["9", "0099-01-01", "", "-2.5"], [nil, nil, nil, nil],
  ].map { Partition(values: $0, location: "") }

  /// The positions of the partitions that match.
  private static func matches(_ text: String) throws -> [Int] {
    let expression = try PartitionExpression(text, keys: keys)
    return partitions.indices.filter { expression.matches(partitions[$0]) }
  }

  @Test(arguments: [
    ("year = 2024", [0, 1]), ("year = '2024'", [0, 1]), ("YEAR <> 2024", [2, 3]),
    ("year != 02024", [2, 3]), ("year < 2024", [3]), ("year <= 2024.0", [0, 1, 3]),
    ("year > 9", [0, 1, 2]), ("year >= 9", [0, 1, 2, 3]), ("rate = 1.5", [0]),
    ("rate > -2.5 and rate < 10", [0, 2]), ("rate between -2.50 and -2", [2, 3]),
    ("rate in (10.00, -2)", [1, 2]), ("d = '2024-01-31'", [0]), ("d > date '2024-01-31'", [1, 2]),
    ("d BETWEEN '2024-01-31' AND '2024-12-31'", [0, 1]), ("store = 'b''c'", [1]),
    ("store < 'a'", [2, 3]), ("store = ''", [3]), ("store like '%'", [0, 1, 2, 3]),
    ("store like 'A_b'", [2]), ("store like '_''_'", [1]), ("store like '%b%'", [1, 2]),
    ("store not like '%b%'", [0, 3]), ("store is null", [4]), ("store is not null", [0, 1, 2, 3]),
    ("year in (2024, 2025)", [0, 1, 2]), ("year not in (2024)", [2, 3]),
    ("not year = 2024", [2, 3]), ("not (year = 2024 or store is null)", [2, 3]),
    ("year = 2024 and store = 'a' or year = 2025", [0, 2]),
    ("year = 2024 and (store = 'a' or year = 2025)", [0]),
    ("year is null or store = 'zzz'", [4]), ("not not `year` = 9", [3]),
    ("\"store\"='a'AND(((year=2024)))", [0]),
  ])
  func `partitions are found as GetPartitions finds them`(text: String, positions: [Int]) throws {
    #expect(try PartitionExpressionTests.matches(text) == positions)
  }

  @Test(arguments: [
    ("", 1, "a partition key is wanted, not the end"),
    ("month = 1", 1, "'month' is no partition key; there are: 'year', 'd', 'store', 'rate'"),
    ("year = 'x'", 8, "'x' is no value of the key 'year', which is int"),
    ("year", 5, "=, <>, <, >, IN, BETWEEN, LIKE or IS is wanted, not the end"),
    ("year = ", 8, "a value is wanted, not the end"),
    ("year = 1 2", 10, "AND, OR or the end is wanted, not '2'"),
    ("(year = 1", 10, "')' is wanted, not the end"),
    ("year in ()", 10, "a value is wanted, not ')'"),
    ("year between 1 or 2", 16, "AND is wanted, not 'or'"),
    ("store like a", 12, "a pattern in quotes is wanted, not 'a'"),
    ("store = 'a", 9, "''' begins nothing that ends"),
    ("year ~ 1", 6, "'~' begins nothing that ends"),
    (
      String(repeating: "(", count: 101), 101, "more than 100 parentheses within each other"
    ),
  ])
  func `an error names the character and the reason`(text: String, place: Int, reason: String) {
    #expect(
      throws: CatalogError(
        .invalidRequest("the condition cannot be used: at character \(place), \(reason)")
      )
    ) { try PartitionExpressionTests.matches(text) }
  }

  @Test func `a table's partitions that meet a condition are those that a filter leaves`() throws {
    let zoo = CrawlZoo()
    let name = TableName(database: "shop", table: "t")
    let keys = Array(PartitionExpressionTests.keys.prefix(3))
    let added = ["a", "b\"c", "ü/x", nil, "elsewhere"].flatMap { store in
      (1...6).map { day -> Partition in
        let values = ["\(2023 + day % 2)", "2024-01-0\(day)", store]
        let folder = PartitionPath.folder(keys: keys.map(\.name), values: values)
        let location = store == "elsewhere" ? "/far/away/\(day)" : folder
        return Partition(values: values, location: location)
      }
    }
    try zoo.catalog().commit(name) { _ in
      TableUpdate(
        location: "data/shop/t",
        format: .parquet,
        columns: [Field("id", .int32)],
        partitionKeys: keys,
        addedPartitions: added.reversed()
      )
    }
    let catalog = try zoo.catalog()
    let snapshot = try #require(try catalog.snapshot(of: name))
    let all = try catalog.partitions(of: snapshot)
    #expect(all.count == added.count)
    for text in [
      "year = 2024", "store is null", "store like '%x' and year in (2023, 2024)",
      "d > '2024-01-04' or store = 'elsewhere'", "not (store = 'b\"c')", "year = 1999",
    ] {
      let expression = try PartitionExpression(text, keys: keys)
      #expect(
        try catalog.partitions(of: snapshot, where: expression)
          == all.filter { expression.matches($0) }
      )
    }
  }

  @Test func `a hundred thousand partitions are searched in a moment`() throws {
    let expression = try PartitionExpression(
      "year = 2024 and store in ('a', 'b') and d > '2024-06-01'",
      keys: Array(PartitionExpressionTests.keys.prefix(3))
    )
    let partitions = (0..<100_000).map { index in
      Partition(
        values: ["\(2015 + index % 10)", "2024-07-01", index % 3 == 0 ? "a" : "c"],
        location: ""
      )
    }
    #expect(partitions.count { expression.matches($0) } == 3334)
  }
}
