import RowFormat
import Testing

@testable import LakeWriter

/// Patterns as EventBridge's guide describes them (*Event patterns*, *Comparison operators*).
@Suite struct EventFilterTests {
  private static let record = #"""
    {"state":"CA","city":"San Francisco","age":42,"price":7.50,"flag":true,"gone":null,"empty":"",
     "tags":["a","b"],"ip":"10.0.0.17","ip6":"2001:db8::17","big":9007199254740993,
     "nested":{"x":{"y":"deep"},"n":-3},"list":[{"k":1},{"k":2}],"file":"images/a*b.png"}
    """#

  @Test(
    arguments: [
      (#"{"state":["CA","WA"]}"#, true), (#"{"state":["WA"]}"#, false),
      (#"{"state":["ca"]}"#, false), (#"{"age":[42]}"#, true), (#"{"age":[42.0]}"#, true),
      (#"{"age":["42"]}"#, false), (#"{"flag":[true]}"#, true), (#"{"flag":[false]}"#, false),
      (#"{"big":[9007199254740993]}"#, true), (#"{"big":[9007199254740992]}"#, false),
      (#"{"gone":[null]}"#, true), (#"{"gone":[""]}"#, false), (#"{"empty":[""]}"#, true),
      (#"{"empty":[null]}"#, false), (#"{"missing":[null]}"#, false),
      (#"{"tags":["b","z"]}"#, true), (#"{"tags":["z"]}"#, false),
      (#"{"state":["CA"],"age":[41]}"#, false), (#"{"state":["CA"],"age":[42]}"#, true),
      (#"{"nested":{"x":{"y":["deep"]}}}"#, true), (#"{"nested":{"x":{"z":["deep"]}}}"#, false),
      (#"{"list":{"k":[2]}}"#, true), (#"{"list":{"k":[3]}}"#, false),
      (#"{"city":[{"prefix":"San"}]}"#, true), (#"{"city":[{"prefix":"san"}]}"#, false),
      (#"{"city":[{"prefix":{"equals-ignore-case":"san"}}]}"#, true),
      (#"{"city":[{"suffix":"cisco"}]}"#, true), (#"{"city":[{"suffix":"San"}]}"#, false),
      (#"{"city":[{"suffix":{"equals-ignore-case":"CISCO"}}]}"#, true),
      (#"{"state":[{"equals-ignore-case":"ca"}]}"#, true),
      (#"{"state":[{"anything-but":"CA"}]}"#, false), (#"{"state":[{"anything-but":"WA"}]}"#, true),
      (#"{"state":[{"anything-but":["WA","OR"]}]}"#, true),
      (#"{"age":[{"anything-but":[1,42]}]}"#, false),
      (#"{"state":[{"anything-but":{"prefix":"C"}}]}"#, false),
      (#"{"state":[{"anything-but":{"suffix":["X","A"]}}]}"#, false),
      (#"{"missing":[{"anything-but":"x"}]}"#, false),
      (#"{"tags":[{"anything-but":"a"}]}"#, true),
      (#"{"age":[{"numeric":[">",0,"<=",42]}]}"#, true),
      (#"{"age":[{"numeric":["<",42]}]}"#, false),
      (#"{"price":[{"numeric":["=",7.5]}]}"#, true), (#"{"state":[{"numeric":[">",0]}]}"#, false),
      (#"{"nested":{"n":[{"numeric":["<",0]}]}}"#, true),
      (#"{"ip":[{"cidr":"10.0.0.0/24"}]}"#, true), (#"{"ip":[{"cidr":"10.0.1.0/24"}]}"#, false),
      (#"{"ip":[{"cidr":"10.0.0.16/28"}]}"#, true), (#"{"ip":[{"cidr":"0.0.0.0/0"}]}"#, true),
      (#"{"ip6":[{"cidr":"2001:db8::/32"}]}"#, true), (#"{"city":[{"cidr":"10.0.0.0/8"}]}"#, false),
      (#"{"state":[{"exists":true}]}"#, true), (#"{"missing":[{"exists":false}]}"#, true),
      (#"{"state":[{"exists":false}]}"#, false), (#"{"gone":[{"exists":true}]}"#, true),
      (#"{"nested":[{"exists":true}]}"#, false), (#"{"no":{"x":[{"exists":false}]}}"#, true),
      (#"{"$or":[{"state":["WA"]},{"age":[42]}]}"#, true),
      (#"{"$or":[{"state":["WA"]},{"age":[1]}]}"#, false),
      (#"{"flag":[true],"$or":[{"state":["CA"]},{"age":[1]}]}"#, true),
      (#"{"city":[{"wildcard":"S*c*o"}]}"#, true), (#"{"city":[{"wildcard":"S*x"}]}"#, false),
      (#"{"file":[{"wildcard":"images/a\\*b.*"}]}"#, true),
      (#"{"state":["XX",{"prefix":"C"}]}"#, true),
      // Bounds of numeric, of prefixes over arrays, and of several alternatives.
      (#"{"age":[{"numeric":["<=",5e9]}]}"#, true), (#"{"age":[{"numeric":[">=",-5.0e9]}]}"#, true),
      (#"{"age":[{"numeric":["=",42.000001]}]}"#, false),
      (#"{"tags":[{"prefix":"b"}]}"#, true), (#"{"tags":[{"equals-ignore-case":"B"}]}"#, true),
      (#"{"empty":[{"prefix":""}]}"#, true), (#"{"gone":[{"prefix":""}]}"#, false),
      (#"{"state":[{"anything-but":{"equals-ignore-case":["ca","wa"]}}]}"#, false),
      (#"{"file":[{"anything-but":{"wildcard":"images/*.png"}}]}"#, false),
      (#"{"age":[{"anything-but":{"prefix":"4"}}]}"#, true),
      (#"{"ip6":[{"cidr":"2001:db8::17/128"}]}"#, true),
      (#"{"ip6":[{"cidr":"2001:db9::/32"}]}"#, false),
      (#"{"ip":[{"cidr":"2001:db8::/32"}]}"#, false),
      (#"{"nested":{"$or":[{"n":[1]},{"x":{"y":["deep"]}}]}}"#, true),
      // Any of up to five patterns.
      (#"[{"state":["WA"]},{"age":[42]}]"#, true),
      (#"{"Filters":[{"Pattern":"{\"state\":[\"CA\"]}"}]}"#, true),
    ] as [(String, Bool)]
  )
  func `a pattern matches as in EventBridge`(pattern: String, isMatch: Bool) throws {
    let record = try JSONValue.parse(EventFilterTests.record)
    #expect(try EventFilter(pattern).matches(record) == isMatch)
  }

  @Test(
    arguments: [
      ("oops", "it is not JSON: line 1, column 1: a value cannot begin with 'o'"),
      ("{}", "a pattern is an object with at least one key, not object"),
      ("[]", "there is no pattern"),
      ("{\"a\":1}", "the key 'a' must have an array or an object, not number"),
      ("{\"a\":[]}", "the key 'a' has an empty array, which nothing matches"),
      ("{\"a\":[{\"like\":\"x\"}]}", "the key 'a': there is no operator 'like'"),
      (
        "{\"a\":[{\"numeric\":[\">\"]}]}",
        "the key 'a': numeric takes one or two comparisons, such as [\">\", 0, \"<=\", 5]"
      ),
      (
        "{\"a\":[{\"numeric\":[\"<\",5,\">\",0]}]}",
        "the key 'a': the two comparisons of numeric are a lower bound and a larger upper one"
      ),
      (
        "{\"a\":[{\"numeric\":[\">\",6e9]}]}",
        "the key 'a': numeric compares with numbers from -5.0e9 to 5.0e9"
      ),
      (
        "{\"a\":[{\"cidr\":\"10.0.0.0/33\"}]}",
        "the key 'a': cidr takes a network such as \"10.0.0.0/24\""
      ),
      ("{\"a\":[{\"exists\":1}]}", "the key 'a': exists takes true or false"),
      (
        "{\"a\":[{\"anything-but\":[\"x\",1]}]}",
        "the key 'a': anything-but takes strings or numbers, not both"
      ),
      ("{\"$or\":[{\"a\":[1]}]}", "$or takes an array of at least two patterns"),
      (
        "[{\"a\":[1]},{\"a\":[1]},{\"a\":[1]},{\"a\":[1]},{\"a\":[1]},{\"a\":[1]}]",
        "there are 6 patterns, 5 are allowed"
      ),
      (
        "{\"a\":[\"\(String(repeating: "x", count: 4100))\"]}",
        "a pattern has more than 4096 characters"
      ),
    ] as [(String, String)]
  )
  func `a pattern that breaks a rule names it`(pattern: String, sentence: String) {
    let error = #expect(throws: LakeWriterError.self) { try EventFilter(pattern) }
    #expect(error?.kind == .invalidSettings("--filter: \(sentence)"))
  }

  @Test func `a thousand combinations under $or are allowed`() throws {
    let choices = (0..<10).map { "{\"a\($0)\":[1]}" }.joined(separator: ",")
    let nested = "{\"$or\":[\(choices)],\"b\":{\"$or\":[\(choices)]},\"c\":{\"$or\":[\(choices)]}}"
    #expect(try !EventFilter(nested).matches(["x": 1]))
  }

  @Test func `what Pipes cannot filter changes of DynamoDB by is filtered by here`() throws {
    let change = try JSONValue.parse(
      #"{"eventID":"1","eventName":"INSERT","awsRegion":"eu","eventVersion":"1.1","dynamodb":{}}"#
    )
    for pattern in [
      #"{"eventName":["INSERT"]}"#, #"{"awsRegion":["eu"]}"#, #"{"eventID":["1"]}"#,
      #"{"eventVersion":[{"prefix":"1."}]}"#,
    ] {
      #expect(try EventFilter(pattern).matches(change), "\(pattern)")
    }
    #expect(try !EventFilter(#"{"eventName":["REMOVE"]}"#).matches(change))
  }

  @Test func `over a thousand combinations under $or are refused`() {
    let choices = (0..<11).map { "{\"a\($0)\":[1]}" }.joined(separator: ",")
    let nested = "{\"$or\":[\(choices)],\"b\":{\"$or\":[\(choices)]},\"c\":{\"$or\":[\(choices)]}}"
    #expect(throws: LakeWriterError.self) { try EventFilter(nested) }
  }
}
