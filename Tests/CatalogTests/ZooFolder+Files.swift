import Catalog
import ColumnFormat

/// glue.md's rules for single files: how formats are told, how text is laid out, how types unite.
extension ZooFolder {
  private static let orc = Content.bytes(Array("ORC".utf8) + [8, 3, 16, 1])
  private static let avro = Content.bytes(Array("Obj".utf8) + [1, 4, 22])
  private static let bson = Content.bytes([16, 0, 0, 0, 16, 97, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0])
  private static let apache =
    "1.2.3.4 - ada [10/Oct/2026:13:55:36 -0700] \"GET /a,b;c HTTP/1.0\" 200 2326"
  private static let kernel = "[    0.000000] Linux version 6.1, built by me, for you\n"

  /// Classifiers: content decides, names do not.
  static let formats = [
    ZooFolder(
      "Parquet without extension",
      [("a", .parquet([Field("x", .int32)]))],
      tables: ["zoo parquet (x int)"]
    ),
    ZooFolder(
      "Parquet called .csv",
      [("a.csv", .parquet([Field("x", .date)]))],
      tables: ["zoo parquet (x date)"]
    ),
    ZooFolder(
      "NDJSON called .parquet",
      [("a.parquet", .text("{\"a\":1}\n"))],
      tables: ["zoo ndjson (a bigint)"]
    ),
    ZooFolder(
      "NDJSON in gzip without extension",
      [("a", .gzip("{\"a\":1}\n"))],
      tables: ["zoo ndjson (a bigint)"]
    ),
    ZooFolder(
      "CSV in zstd",
      [("a.txt", .zstd("a,b\n1,x\n2,y\n"))],
      tables: ["zoo csv,+ (a bigint, b string)"]
    ),
    ZooFolder(
      "plain, gzip and zstd files in one table, where Glue makes three",
      [
        ("1", .text("{\"a\":1}\n")), ("2", .gzip("{\"a\":2}\n")), ("3", .zstd("{\"a\":3}\n")),
      ],
      tables: ["zoo ndjson (a bigint)"]
    ),
    ZooFolder(
      "DynamoDB's typed JSON is read as the JSON that it is",
      [("a", .text("{\"a\":{\"S\":\"x\"}}\n"))],
      tables: ["zoo ndjson (a struct<S:string>)"]
    ),
    ZooFolder("ORC is named", [("a", orc)], tables: [], says: ["ORC files"]),
    ZooFolder("Avro is named", [("a", avro)], tables: [], says: ["Avro files"]),
    ZooFolder("BSON is named", [("a", bson)], tables: [], says: ["BSON files"]),
    ZooFolder(
      "XML is named",
      [("a", .text("<?xml version=\"1.0\"?><a/>"))],
      tables: [],
      says: ["XML files"]
    ),
    ZooFolder(
      "Ion is named",
      [("a", .bytes([0xE0, 1, 0, 0xEA, 0x21, 1]))],
      tables: [],
      says: ["Ion files"]
    ),
    ZooFolder(
      "a combined Apache log is named, though every line holds a comma",
      [("a", .text("\(apache) \"-\" \"Mozilla/5.0 (X11; a), b\"\n\(apache) \"-\" \"x, y\"\n"))],
      tables: [],
      says: ["a combined Apache log"]
    ),
    ZooFolder(
      "an Apache log is named",
      [("a", .text("\(apache)\n\(apache)\n"))],
      tables: [],
      says: ["an Apache log"]
    ),
    ZooFolder(
      "a Linux kernel log is named",
      [("a", .text(kernel + "[    0.1] x, y, z\n"))],
      tables: [],
      says: ["a Linux kernel log"]
    ),
    ZooFolder(
      "a kernel log of syslog is named",
      [
        (
          "a",
          .text("Nov 27 02:31:49 host kernel: [ 1.0] a, b\nNov  7 02:31:50 host kernel: c, d\n")
        )
      ],
      tables: [],
      says: ["a Linux kernel log"]
    ),
    ZooFolder(
      "a Microsoft log is named",
      [
        (
          "a",
          .text(
            "#Software: Microsoft IIS\n#Version: 1.0\n#Fields: date time\n2026-11-23 01:02:03\n"
          )
        )
      ],
      tables: [],
      says: ["a Microsoft log"]
    ),
    ZooFolder(
      "a Ruby log is named",
      [
        (
          "a",
          .text(
            "I, [2026-11-27T02:31:49.123456 #12]  INFO -- : a\nW, [2026-11-27T02:31:49 #12]  WARN -- : b\n"
          )
        )
      ],
      tables: [],
      says: ["a Ruby log"]
    ),
    ZooFolder(
      "a Squid log is named",
      [
        (
          "a",
          .text(
            "1286536309.586    921 192.168.0.68 TCP_MISS/200 507 POST http://x - DIRECT/1.2.3.4 text/html\n"
          )
        )
      ],
      tables: [],
      says: ["a Squid log"]
    ),
    ZooFolder(
      "a Redis monitor log is named",
      [("a", .text("1339518083.107412 [0 127.0.0.1:60866] \"keys\" \"*\"\n"))],
      tables: [],
      says: ["a Redis monitor log"]
    ),
    ZooFolder(
      "a Redis log is named",
      [
        (
          "a",
          .text(
            "1234:M 27 Nov 2026 02:31:49.123 * Ready, steady\n1234:M 27 Nov 2026 02:31:50.000 # Go, go\n"
          )
        )
      ],
      tables: [],
      says: ["a Redis log"]
    ),
    ZooFolder(
      "a file of prose is refused, an empty one and hidden ones are left out",
      [
        ("a", .text("just a text\nof lines\n")), ("b", .text("")), ("_c", .text("{\"a\":1}\n")),
        (".d", .text("{\"a\":1}\n")), ("_temporary/e", .text("{\"a\":1}\n")),
      ],
      tables: [],
      says: ["neither JSON", "the file is empty"]
    ),
    ZooFolder(
      "one JSON array is refused with the way to mend it",
      [("a", .text(" [ {\"a\": 1}, {\"a\": 2} ]\n"))],
      tables: [],
      says: ["no record can be read: record 1:", "'lake ingest --json-arrays'"]
    ),
    ZooFolder(
      "records over several lines are refused with the way to mend them",
      [("a", .text("{\n  \"a\": 1\n}\n{\n  \"a\": 2\n}\n"))],
      tables: [],
      says: ["no record can be read: record 1:", "'lake ingest --json-arrays'"]
    ),
    ZooFolder(
      "a header that begins like another format's mark",
      [("a", .text("ORCID,PARENT\n1,x\n2,y\n")), ("b", .text("PARENT,ORCID\nz,3\n"))],
      tables: ["zoo csv,+ (ORCID bigint, PARENT string)"]
    ),
    ZooFolder(
      "cells that begin like JSON",
      [("a", .text("a\tb\n{\t1\n")), ("b", .text("a\tb\n{x\t2\n[\t3\n"))],
      tables: ["zoo csv\\t+ (a string, b bigint)"]
    ),
    ZooFolder(
      "lz4, xz and zip are named",
      [
        ("b", .bytes([4, 0x22, 0x4D, 0x18, 1])),
        ("d", .bytes([0xFD] + Array("7zXZ".utf8) + [0])), ("e", .bytes([0x50, 0x4B, 3, 4])),
      ],
      tables: [],
      says: ["lz4", "xz", "zip"]
    ),
    ZooFolder(
      "snappy's framing is read, beside plain files",
      [
        (
          "a",
          .bytes(
            [0xFF, 6, 0, 0] + Array("sNaPpY".utf8) + [1, 12, 0, 0, 0xC0, 0x51, 0x4F, 0x12]
              + Array("{\"a\":1}\n".utf8)
          )
        ), ("b", .text("{\"a\":2}\n")),
      ],
      tables: ["zoo ndjson (a bigint)"]
    ),
  ]

  private static func rows(_ lines: String...) -> [(String, Content)] {
    [("a.csv", .text(lines.joined(separator: "\n") + "\n"))]
  }

  private static let long = String(repeating: "n", count: 150)

  /// CSV: delimiters, quotes and the header's four conditions.
  static let delimited = [
    ZooFolder("comma", rows("a,b", "1,x", "2,y"), tables: ["zoo csv,+ (a bigint, b string)"]),
    ZooFolder("bar", rows("a|b", "1|x,y", "2|z"), tables: ["zoo csv|+ (a bigint, b string)"]),
    ZooFolder("tab", rows("a\tb", "1\tx", "2\ty"), tables: ["zoo csv\\t+ (a bigint, b string)"]),
    ZooFolder(
      "semicolon",
      rows("a;b", "1,5;x", "2;y"),
      tables: ["zoo csv;+ (a string, b string)"]
    ),
    ZooFolder(
      "Ctrl-A",
      rows("a\u{1}b", "1\u{1}x", "2\u{1}y"),
      tables: ["zoo csv^A+ (a bigint, b string)"]
    ),
    ZooFolder("one column is no CSV", rows("a", "1", "2"), tables: [], says: ["neither JSON"]),
    ZooFolder("one row is no CSV", rows("a,b"), tables: [], says: ["neither JSON"]),
    ZooFolder(
      "no header where a cell of the first row is a number",
      rows("a,1", "b,2"),
      tables: ["zoo csv, (col0 string, col1 bigint)"]
    ),
    ZooFolder(
      "no header where a cell of the first row has 150 characters",
      rows("\(long),b", "1,2"),
      tables: ["zoo csv, (col0 string, col1 string)"]
    ),
    ZooFolder(
      "the last cell of a header may be longer",
      rows("a,\(long)", "1,2", "3,4"),
      tables: ["zoo csv,+ (a bigint, \(long) bigint)"]
    ),
    ZooFolder(
      "no header where a cell cannot be a name",
      [("a.csv", .text("\"a\u{7}\",b\n1,2\n3,4\n"))],
      tables: ["zoo csv, (col0 string, col1 string)"]
    ),
    ZooFolder(
      "no header over text alone that looks alike",
      rows("Germany,DE", "France,FR", "Spain,ES"),
      tables: ["zoo csv, (col0 string, col1 string)"]
    ),
    ZooFolder(
      "a header over text alone that is written otherwise, which Glue takes for data",
      rows("carrier,name", "9E,Endeavor Air", "AA,American Airlines"),
      tables: ["zoo csv,+ (carrier string, name string)"]
    ),
    ZooFolder(
      "a trailing delimiter makes a last column without name",
      rows("a,b,", "1,x,", "2,y,"),
      tables: ["zoo csv,+ (a bigint, b string, col2 string)"]
    ),
    ZooFolder(
      "quotes hold delimiters, quotes and line ends, which Glue's SerDe splits",
      rows("id,text", "1,\"a,b\"", "2,\"c \"\"d\"\"\nE\""),
      tables: ["zoo csv,+ (id bigint, text string)"]
    ),
    ZooFolder(
      "names that clash but for case get numbers",
      rows("a,A,b", "1,2,3", "4,5,6"),
      tables: ["zoo csv,+ (a bigint, A_1 bigint, b bigint)"]
    ),
    ZooFolder(
      "CSV files that bring their columns in another order are one table by name",
      [("1", .text("a,b\n1,x\n2,y\n")), ("2", .text("b,a,c\nz,3,1.5\nw,4,2.5\n"))],
      tables: ["zoo csv,+ (a bigint, b string, c decimal(2,1))"]
    ),
  ]

  private static func json(_ lines: String...) -> [(String, Content)] {
    [("a.json", .text(lines.joined(separator: "\n") + "\n"))]
  }

  /// The lattice, column order, names and open types.
  static let types = [
    ZooFolder(
      "columns come in the order in which they were first seen",
      json("{\"z\":1,\"a\":2}", "{\"m\":3,\"a\":4}"),
      tables: ["zoo ndjson (z bigint, a bigint, m bigint)"]
    ),
    ZooFolder(
      "null alone and empty arrays stay open, and read as text",
      json("{\"n\":null,\"l\":[],\"o\":{}}"),
      tables: ["zoo ndjson (n string, l array<string>, o string)"]
    ),
    ZooFolder(
      "an open type takes the first that comes",
      json("{\"n\":null,\"l\":[]}", "{\"n\":true,\"l\":[1]}"),
      tables: ["zoo ndjson (n boolean, l array<bigint>)"]
    ),
    ZooFolder(
      "whole numbers and fractions are decimals, so that no digit changes",
      json("{\"a\":1}", "{\"a\":2.25}"),
      tables: ["zoo ndjson (a decimal(3,2))"]
    ),
    ZooFolder(
      "numbers beyond bigint are decimals",
      json("{\"a\":1}", "{\"a\":12345678901234567890}"),
      tables: ["zoo ndjson (a decimal(38,0))"]
    ),
    ZooFolder(
      "exponents are doubles",
      json("{\"a\":1.5e300}", "{\"a\":2}"),
      tables: ["zoo ndjson (a double)"]
    ),
    ZooFolder(
      "numbers and texts are text",
      json("{\"a\":1}", "{\"a\":\"x\"}"),
      tables: ["zoo ndjson (a string)"]
    ),
    ZooFolder(
      "truth and number are text",
      json("{\"a\":true}", "{\"a\":1}"),
      tables: ["zoo ndjson (a string)"]
    ),
    ZooFolder(
      "dates and timestamps are timestamps",
      json(
        "{\"d\":\"2026-11-23\",\"t\":\"2026-11-23\"}",
        "{\"d\":\"2026-11-24\",\"t\":\"2026-11-23 01:02:03\"}"
      ),
      tables: ["zoo ndjson (d date, t timestamp)"]
    ),
    ZooFolder(
      "a text that only looks like a date once makes no date",
      json("{\"d\":\"2026-11-23\"}", "{\"d\":\"soon\"}"),
      tables: ["zoo ndjson (d string)"]
    ),
    ZooFolder(
      "structs are united field by field, arrays element by element",
      json(
        "{\"s\":{\"a\":1},\"l\":[{\"x\":1}]}",
        "{\"s\":{\"b\":\"x\",\"a\":1.5},\"l\":[{\"y\":[true]}]}"
      ),
      tables: [
        "zoo ndjson (s struct<a:decimal(2,1),b:string>, l array<struct<x:bigint,y:array<boolean>>>)"
      ]
    ),
    ZooFolder(
      "struct and text are text",
      json("{\"s\":{\"a\":1}}", "{\"s\":\"x\"}"),
      tables: ["zoo ndjson (s string)"]
    ),
    ZooFolder(
      "names that differ in case are one column, in the first spelling",
      json("{\"OrderId\":1}", "{\"orderid\":2}", "{\"ORDERID\":\"x\"}"),
      tables: ["zoo ndjson (OrderId string)"],
      says: ["the name 'orderid' differs", "the name 'ORDERID' differs"]
    ),
    ZooFolder(
      "two columns of one Parquet file that differ in case: the first is kept, nested too",
      [
        (
          "a",
          .parquet([
            Field("Id", .int32), Field("id", .string),
            Field("s", .row([Field("X", .int32), Field("x", .int64)])),
          ])
        )
      ],
      tables: ["zoo parquet (Id int, s struct<X:int>)"],
      says: ["column 'id' occurs twice but for case", "column 's.x' occurs twice but for case"]
    ),
    ZooFolder(
      "Parquet: int and bigint are bigint, float and double double",
      [
        ("1", .parquet([Field("a", .int32), Field("b", .float32)])),
        ("2", .parquet([Field("a", .int64), Field("b", .float64)])),
      ],
      tables: ["zoo parquet (a bigint, b double)"]
    ),
    ZooFolder(
      "Parquet: bigint and double are double, and what that may cost is said",
      [("1", .parquet([Field("a", .int64)])), ("2", .parquet([Field("a", .float64)]))],
      tables: ["zoo parquet (a double)"],
      says: ["column 'a' is bigint in '1', and double in the table"]
    ),
    ZooFolder(
      "Parquet: decimals keep all digits before and after the point",
      [
        ("1", .parquet([Field("a", .decimal(precision: 10, scale: 2)), Field("b", .int64)])),
        (
          "2",
          .parquet([
            Field("a", .decimal(precision: 8, scale: 5)),
            Field("b", .decimal(precision: 5, scale: 1)),
          ])
        ),
      ],
      tables: ["zoo parquet (a decimal(13,5), b decimal(20,1))"]
    ),
    ZooFolder(
      "Parquet: date and timestamp are timestamp, date and number text",
      [
        ("1", .parquet([Field("a", .date), Field("b", .date), Field("k", .int32)])),
        (
          "2",
          .parquet([
            Field("a", .timestamp(.micros, isAdjustedToUTC: false)), Field("b", .int32),
            Field("k", .int32),
          ])
        ),
      ],
      tables: ["zoo parquet (a timestamp, b string, k int)"]
    ),
    ZooFolder(
      "Parquet: a column that some files lack is no error",
      [
        ("1", .parquet([Field("a", .int32), Field("b", .int32), Field("c", .int32)])),
        ("2", .parquet([Field("c", .int32), Field("a", .int32), Field("d", .string)])),
      ],
      tables: ["zoo parquet (a int, b int, c int, d string)"]
    ),
  ]
}
