import Catalog
import ColumnFormat

/// glue.md's rules for folders: what makes one table, what is a partition, what is left out.
extension ZooFolder {
  private static let orders = Content.parquet(
    ["id", "total", "day", "store"].map { Field($0, .int32) }
  )
  /// Four of its five columns are those of an order.
  private static let newOrders = Content.parquet(
    ["id", "total", "day", "store", "note"].map { Field($0, .int32) }
  )
  private static let stores = Content.parquet(["name", "city"].map { Field($0, .string) })
  private static let parts = "id int, total int, day int, store int"

  /// Similarity: over 70 % of the columns, over 70 % of the folders, up to five kinds.
  static let groups = [
    ZooFolder(
      "folders alike are partitions",
      [("us/f", orders), ("eu/f", orders)],
      tables: ["zoo parquet (\(parts)) by partition_0 string: eu us"]
    ),
    ZooFolder(
      "folders that share four of five columns are alike",
      [("us/f", orders), ("eu/f", newOrders)],
      tables: [
        "zoo parquet (\(parts), note int) by partition_0 string: eu us"
      ]
    ),
    ZooFolder(
      "folders unlike are tables",
      [("orders/f", orders), ("stores/f", stores)],
      tables: ["orders parquet (\(parts))", "stores parquet (name string, city string)"]
    ),
    ZooFolder(
      "three folders alike and an odd one are a table and a table",
      [("a/f", orders), ("b/f", orders), ("c/f", orders), ("odd/f", stores)],
      tables: [
        "odd parquet (name string, city string)",
        "zoo parquet (\(parts)) by partition_0 string: a b c",
      ],
      says: ["3 of 4 folders in '.' are one table, the others are not like them: 'odd'"]
    ),
    ZooFolder(
      "two folders alike and an odd one are three tables",
      [("a/f", orders), ("b/f", orders), ("odd/f", stores)],
      tables: [
        "a parquet (\(parts))", "b parquet (\(parts))", "odd parquet (name string, city string)",
      ]
    ),
    ZooFolder(
      "years of unlike columns are tables, as in the guide",
      [("year=2017/f", orders), ("data/f", stores)],
      tables: ["data parquet (name string, city string)", "year_2017 parquet (\(parts))"]
    ),
    ZooFolder(
      "key=value folders are one table whatever they hold, where Glue makes one of each",
      [("year=2017/f", orders), ("year=2018/f", stores)],
      tables: ["zoo parquet (\(parts), name string, city string) by year int: 2017 2018"]
    ),
    ZooFolder(
      "--grouping combine makes one table of unlike folders, with the columns of all",
      [("a/f", orders), ("b/f", stores)],
      tables: ["zoo parquet (\(parts), name string, city string) by partition_0 string: a b"],
      options: { $0.grouping = .combine }
    ),
    ZooFolder(
      "files A,B and C,D combined are A,B,C,D",
      [
        ("1", .text("{\"A\":1,\"B\":2}\n")), ("2", .text("{\"C\":3,\"D\":4}\n")),
      ],
      tables: ["zoo ndjson (A bigint, B bigint, C bigint, D bigint)"],
      options: { $0.grouping = .combine }
    ),
    ZooFolder(
      "files unlike side by side are tables of their own",
      [("orders.parquet", orders), ("stores.parquet", stores)],
      tables: ["orders parquet (\(parts))", "stores parquet (name string, city string)"],
      says: ["2 different kinds"]
    ),
    ZooFolder(
      "an odd file among many alike joins their table",
      (1...4).map { ("\($0).parquet", orders) } + [("5.parquet", stores)],
      tables: ["zoo parquet (\(parts), name string, city string)"],
      says: ["which become one table"]
    ),
    ZooFolder(
      "formats never share a table: the files of the smaller part are left out by name",
      [("k=1/f", orders), ("k=2/f", .text("{\"id\":1}\n"))],
      tables: ["zoo parquet (\(parts)) by k int: 1"],
      says: ["it is ndjson, the other files of the table are parquet"]
    ),
    ZooFolder(
      "files beside folders are tables, and said so",
      [("f.parquet", orders), ("sub/g", orders)],
      tables: ["f parquet (\(parts))", "sub parquet (\(parts))"],
      says: ["files beside folders"]
    ),
    ZooFolder(
      "table names are lower case, with _ for what is no letter or digit",
      [("Order-Lines 2026/f", orders), ("Stores.v2/f", stores)],
      tables: [
        "order_lines_2026 parquet (\(parts))", "stores_v2 parquet (name string, city string)",
      ]
    ),
    ZooFolder(
      "--table-level 2",
      [("a/x/f", orders), ("b/x/f", stores)],
      tables: [
        "a parquet (\(parts)) by partition_0 string: x",
        "b parquet (name string, city string) by partition_0 string: x",
      ],
      options: { $0.tableLevel = 2 }
    ),
    ZooFolder(
      "--table-level 3",
      [("db/a/k=1/f", orders), ("db/b/k=1/f", orders)],
      tables: ["a parquet (\(parts)) by k int: 1", "b parquet (\(parts)) by k int: 1"],
      options: { $0.tableLevel = 3 }
    ),
    ZooFolder(
      "--table names the one table",
      [("a/f", orders), ("b/f", stores)],
      tables: ["mine parquet (\(parts), name string, city string) by partition_0 string: a b"],
      options: { $0.table = "Mine" }
    ),
  ]

  /// Keys and their types.
  static let partitions = [
    ZooFolder(
      "four keys in their order",
      [("year=2026/month=01/day=02/hour=03/f", orders)],
      tables: [
        "zoo parquet (id int, total int, day int, store int) by year int, month int, "
          + "partition_day int, hour int: 2026/01/02/03"
      ],
      says: ["the partition key 'day' is called 'partition_day'"]
    ),
    ZooFolder(
      "Firehose's own layout gives four keys",
      [("2026/11/23/17/f", orders), ("2026/11/23/18/f", orders)],
      tables: [
        "zoo parquet (\(parts)) by partition_0 int, partition_1 int, partition_2 int, "
          + "partition_3 int: 2026/11/23/17 2026/11/23/18"
      ]
    ),
    ZooFolder(
      "Glue's key types: always string",
      [("year=2026/d=2026-11-23/f", orders)],
      tables: ["zoo parquet (\(parts)) by year string, d string: 2026/2026-11-23"],
      options: { $0.partitionTypes = .string }
    ),
    ZooFolder(
      "dates, numbers and texts as keys",
      [("d=2026-11-23/n=7/t=x/f", orders), ("d=2026-11-24/n=8/t=9/f", orders)],
      tables: [
        "zoo parquet (\(parts)) by d date, n int, t string: 2026-11-23/7/x 2026-11-24/8/9"
      ]
    ),
    ZooFolder(
      "Hive's default partition is null, escapes are undone",
      [
        ("k=__HIVE_DEFAULT_PARTITION__/f", orders), ("k=a%2Fb%3Dc/f", orders),
        ("k=x y/f", orders),
      ],
      tables: ["zoo parquet (\(parts)) by k string: a/b=c x y null"]
    ),
    ZooFolder(
      "keys are folded to lower case",
      [("Year=2026/f", orders), ("year=2027/f", orders)],
      tables: ["zoo parquet (\(parts)) by year int: 2026 2027"]
    ),
    ZooFolder(
      "mixed depths: only the levels that all files share are keys",
      [("k=1/f", orders), ("k=2/j=3/f", orders)],
      tables: ["zoo parquet (\(parts)) by k int: 1 2"],
      says: ["files lie at different depths"],
      options: { $0.grouping = .combine }
    ),
    ZooFolder(
      "folders that differ in what a level means",
      [("k=1/a=1/f", orders), ("k=2/b=1/f", orders)],
      tables: ["zoo parquet (\(parts)) by k int: 1 2"],
      says: ["folders differ in what level 2 means"]
    ),
    ZooFolder(
      "one schema for all partitions, though theirs differ",
      [
        ("k=1/f", .parquet([Field("a", .int32), Field("s", .row([Field("x", .int32)]))])),
        (
          "k=2/f",
          .parquet([
            Field("a", .float64),
            Field("s", .row([Field("x", .int64), Field("y", .string)])),
          ])
        ),
      ],
      tables: ["zoo parquet (a double, s struct<x:bigint,y:string>) by k int: 1 2"]
    ),
    ZooFolder(
      "a folder without files is no partition",
      [("k=1/f", orders), ("k=2/_f", orders)],
      tables: ["zoo parquet (\(parts)) by k int: 1"]
    ),
  ]

  /// What is looked at.
  static let choices = [
    ZooFolder(
      "--exclude '*.tmp' leaves out files of the first level only",
      [("a.tmp", stores), ("b.parquet", orders)],
      tables: ["zoo parquet (\(parts))"],
      options: { $0.excludes = ["*.tmp"] }
    ),
    ZooFolder(
      "--exclude '**.tmp' at any depth, twice",
      [("k=1/a.tmp", stores), ("k=1/b", orders), ("old/c", stores)],
      tables: ["zoo parquet (\(parts)) by k int: 1"],
      options: { $0.excludes = ["**.tmp", "{old,older}/**"] }
    ),
    ZooFolder(
      "--exclude 'k=[!1]/*'",
      [("k=1/a", orders), ("k=2/b", orders), ("k=3/c", stores)],
      tables: ["zoo parquet (\(parts)) by k int: 1"],
      options: { $0.excludes = ["k=[!1]/*"] }
    ),
    ZooFolder(
      "--sample 1 looks at one file a folder and takes the others to be like it",
      [("k=1/a", orders), ("k=1/b", newOrders), ("k=2/a", orders)],
      tables: ["zoo parquet (\(parts)) by k int: 1 2"],
      options: { $0.sampleCount = 1 }
    ),
  ]
}
