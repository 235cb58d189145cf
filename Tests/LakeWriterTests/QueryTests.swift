import RowFormat
import Testing

@testable import LakeWriter

/// The subset of jq; expected values are those that jq 1.6 prints.
@Suite struct QueryTests {
  private let record = #"""
    {"customer_id":"1234567890","type":{"device":"mobile","user":"u1"},"event_timestamp":1565382027,
     "n":7.5,"tags":["a","b","c"],"deep":{"x":[1,2,{"y":null}]},"flag":false,"é":"ü","empty":""}
    """#

  private func run(_ program: String, _ input: String? = nil) throws -> [String] {
    let value = try JSONValue.parse(input ?? record)
    return try QueryEvaluation(nowMillis: 1_700_000_000_500)
      .values(try QueryParser.parse(program), value).map(\.compactText)
  }

  @Test(
    arguments: [
      // The expressions in AWS's pages on dynamic partitioning.
      (".customer_id", #""1234567890""#), (".type.device", #""mobile""#),
      (#".event_timestamp|strftime("%Y")"#, #""2019""#),
      (#".event_timestamp| strftime("%m")"#, #""08""#),
      (#".event_timestamp|strftime("%d")"#, #""09""#),
      (#".event_timestamp| strftime("%H")"#, #""20""#),
      (
        #"{customer_id: .customer_id, device:.type.device, year:.event_timestamp|strftime("%Y")}"#,
        #"{"customer_id":"1234567890","device":"mobile","year":"2019"}"#
      ),
      // Paths.
      (".", #"{"a":1}"#), (".missing", "null"), (".missing.deeper", "null"),
      (".deep.x[0]", "1"), (".deep.x[-1].y", "null"), (".deep[\"x\"][1]", "2"), (#"."é""#, #""ü""#),
      (".\"type\".user", #""u1""#), (".[\"flag\"]", "false"), (".tags[1:]", #"["b","c"]"#),
      (".customer_id[0:3]", #""123""#), (".tags[5]", "null"), (".n.x?", ""),
      (".tags|first", #""a""#),
      (".tags[]", #""a" "b" "c""#), (".tags[-2:]", #"["b","c"]"#),
      // Arithmetic and comparison.
      (".n + 1", "8.5"), (".n - 0.5", "7"), (".n * 2", "15"), ("7 / 2", "3.5"), ("7 % 3", "1"),
      ("-7 % 3", "-1"), ("1 + 2 * 3", "7"), ("(1 + 2) * 3", "9"), ("-(3)", "-3"), ("1,2", "1 2"),
      (#""a" + "b""#, #""ab""#), ("null + 1", "1"), ("[1,2] - [1]", "[2]"), ("[1] + [2]", "[1,2]"),
      (#"{a:1} + {a:2}"#, #"{"a":2}"#), (".n > 7", "true"), (".n == 7.50", "true"),
      (#".tags[0] < "b""#, "true"), ("null < false", "true"), ("1 != 1", "false"),
      (".flag and true", "false"), (".flag or true", "true"), (".flag | not", "true"),
      (".missing // \"none\"", #""none""#), (".flag // 3", "3"), ("1 // 2", "1"),
      ("if .n > 7 then \"hi\" else \"lo\" end", #""hi""#),
      ("if .flag then 1 elif .n then 2 else 3 end", "2"),
      // Functions.
      (".tags | length", "3"), (".customer_id | length", "10"), ("null | length", "0"),
      (".customer_id | tonumber", "1234567890"), (".n | tostring", #""7.5""#),
      ("9007199254740993 | tostring", #""9007199254740993""#), ("[1] | tostring", #""[1]""#),
      (#""AbÄ" | ascii_downcase"#, #""abÄ""#), (#""ab" | ascii_upcase"#, #""AB""#),
      (#""u-1" | ltrimstr("u-")"#, #""1""#), (#""a.gz" | rtrimstr(".gz")"#, #""a""#),
      (#""abc" | startswith("ab")"#, "true"), (#""abc" | endswith("ab")"#, "false"),
      (#""a,b" | split(",")"#, #"["a","b"]"#), (#".tags | join("-")"#, #""a-b-c""#),
      (#""a,b" / ",""#, #"["a","b"]"#), (".tags | map(. + \"x\") | .[0]", #""ax""#),
      ("[.tags[] | select(. != \"b\")]", #"["a","c"]"#), (#".type | has("user")"#, "true"),
      (".type | keys", #"["device","user"]"#), (".n | floor", "7"), ("7.2 | ceil", "8"),
      ("[3,1,2] | sort", "[1,2,3]"), ("[1,2] | add", "3"), ("[1,2] | max", "2"),
      ("[2,1,2] | unique", "[1,2]"), (".n | type", #""number""#),
      ("0 | todate", #""1970-01-01T00:00:00Z""#),
      (#""2015-03-05T23:51:47Z" | fromdate"#, "1425599507"),
      ("1425599621 | gmtime | mktime", "1425599621"),
      (
        #"1425599621.7 | strftime("%A, %B %d, %Y %j %e %u %%")"#,
        #""Thursday, March 05, 2015 064  5 4 %""#
      ),
      ("now", "1700000000.5"), (#""x\(.n)y\("z")""#, #""x7.5yz""#),
      (#"{(.tags[0]): .n, "k": 1, n}"#, #"{"a":7.5,"k":1,"n":7.5}"#),
      ("{a: .tags[]} | .a", #""a" "b" "c""#), (#""[1,2]" | fromjson | .[1]"#, "2"),
      ("empty", ""), ("[]", "[]"), ("{}", "{}"), (". as_comment # c", "?"),
    ] as [(String, String)]
  )
  func `programs give what jq gives`(program: String, output: String) throws {
    if output == "?" {
      #expect(throws: QueryFault.self) { try run(program) }
      return
    }
    let input = program == "." ? #"{"a":1}"# : nil
    #expect(try run(program, input).joined(separator: " ") == output)
  }

  @Test(
    arguments: [
      (".a[", "expected an expression at its end"), ("{a", "expected '}' at its end"),
      (".a b", "unexpected text before 'b'"), ("\"a", "a string is not closed at its end"),
      ("foo", "the function foo/0 is not supported before 'foo'"),
      (".a | test(\"x\")", "the function test/1 is not supported before 'test(\"x\")'"),
      ("reduce .a as $x (0; .)", "'reduce' is not supported there before 'reduce .a as'"),
      ("if 1 then 2", "expected 'end' at its end"), ("", "expected an expression at its end"),
    ] as [(String, String)]
  )
  func `programs that cannot be read say where`(program: String, sentence: String) {
    #expect(throws: QueryFault(sentence: sentence)) { try QueryParser.parse(program) }
  }

  @Test(
    arguments: [
      (".tags.x", "cannot index array with \"x\""), (".n[0]", "cannot index number with number"),
      (".tags + 1", "array and number cannot be added"), ("1 / 0", "the divisor is zero"),
      (".customer_id | strftime(\"%Y\")", "strftime does not take string"),
      ("\"x\" | tonumber", "'x' cannot be read as a number"),
      (".n[]", "cannot iterate over number"),
      ("1 | strftime(\"%Q\")", "strftime does not know '%Q'"), ("error(\"no\")", "no"),
    ] as [(String, String)]
  )
  func `values that do not fit are told`(program: String, sentence: String) throws {
    #expect(throws: QueryFault(sentence: sentence)) { try run(program) }
  }

  @Test func `deep nesting of a program is refused, not followed`() {
    #expect(throws: QueryFault.self) {
      try QueryParser.parse(String(repeating: "(", count: 10_000))
    }
  }
}
