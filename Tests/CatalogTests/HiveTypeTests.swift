import Catalog
import ColumnFormat
import Testing

@Suite struct HiveTypeTests {
  @Test(arguments: [
    "boolean", "tinyint", "smallint", "int", "bigint", "float", "double", "string", "binary",
    "date", "timestamp", "decimal(10,2)", "decimal(38,0)", "array<int>", "map<string,bigint>",
    "struct<a:int,b:decimal(10,2)>", "array<struct<a:int,b:array<map<string,struct<c:date>>>>>",
    "struct<`odd:name`:int,`it``s`:string,day-of-week:int>", "struct<>", "json", "uuid", "unknown",
    "time(6)", "timestamp(9)", "timestamp(6) with time zone",
  ])
  func `a type's exact text is read back and written the same`(text: String) throws {
    #expect(HiveType.exactText(try HiveType.parse(text)) == text)
  }

  @Test(arguments: [
    (" Array < STRUCT< `A` : INTEGER , b:long > > ", "array<struct<A:int,b:bigint>>"),
    ("decimal", "decimal(10,0)"), ("decimal(5)", "decimal(5,0)"), ("varchar(20)", "string"),
    ("varchar", "string"), ("char(3)", "string"), ("real", "float"), ("short", "smallint"),
    ("double precision", "double"), ("byte", "tinyint"),
    ("timestamp(6) with time zone", "timestamp"),
    ("json", "string"), ("uuid", "binary"), ("array<unknown>", "array<string>"),
  ])
  func `what other tools write is understood and printed as Hive does`(
    text: String,
    hive: String
  ) throws {
    #expect(HiveType.text(try HiveType.parse(text)) == hive)
  }

  @Test(arguments: [
    ("", 0, "expected a type"), ("array<int", 9, "expected '>'"),
    ("struct<a int>", 12, "expected ':'"),
    ("map<array<int>,int>", 4, "a map's key must be of a primitive type"),
    ("decimal(39,2)", 8, "the precision is 39, possible are 1...38"),
    ("decimal(5,6)", 10, "the scale is 6, possible are 0...5"),
    ("uniontype<int,string>", 0, "uniontype is not supported"),
    ("array<set<int>>", 6, "set is not supported"), ("number", 0, "unknown type 'number'"),
    ("int int", 4, "unexpected text after the type"),
    ("struct<`a:int>", 7, "the name that begins here has no closing backquote"),
    ("char", 4, "expected '('"),
  ])
  func `an error names the byte and the reason`(text: String, offset: Int, reason: String) {
    let error = #expect(throws: HiveTypeError.self) { try HiveType.parse(text) }
    #expect(error?.byteOffset == offset)
    #expect(error?.reason == reason)
  }

  @Test func `nesting has a limit`() {
    let text = String(repeating: "array<", count: 10_000)
    #expect(throws: HiveTypeError.self) { try HiveType.parse(text) }
  }
}
