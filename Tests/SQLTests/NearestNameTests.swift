import Testing

@testable import SQL

@Suite struct NearestNameTests {
  @Test func `a swap of neighbours counts once`() {
    #expect(NearestName.distance(Array("form".utf8), Array("from".utf8)) == 1)
    #expect(NearestName.distance(Array("kitten".utf8), Array("sitting".utf8)) == 3)
    #expect(NearestName.distance([], Array("ab".utf8)) == 2)
  }

  @Test func `only near names are suggested`() {
    let names = ["customer_id", "amount", "ts"]
    #expect(NearestName.suggestion(for: "custmer_id", among: names) == "customer_id")
    #expect(NearestName.suggestion(for: "Amout", among: names) == "amount")
    #expect(NearestName.suggestion(for: "customer", among: names) == "customer_id")
    #expect(NearestName.suggestion(for: "zzz", among: names) == nil)
    #expect(NearestName.suggestion(for: "id", among: ["no"]) == nil)
    #expect(NearestName.suggestion(for: "x", among: ["y", "xy"]) == nil)
    #expect(NearestName.suggestion(for: "X", among: ["x"]) == "x")
    #expect(NearestName.suggestion(for: "order_time", among: ["border_line"]) == nil)
  }
}
