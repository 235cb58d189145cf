import Testing

@testable import SQL

@Suite struct NamePatternTests {
  @Test(arguments: [
    ("ord%", "orders", true), ("ord*", "Orders", true), ("a|b*", "bc", true), ("a|b*", "c", false),
    ("o_ders", "orders", true), ("%s", "orders", true), ("orders", "orders2", false),
  ])
  func `the patterns of SHOW are those of LIKE and of Hive`(
    pattern: String,
    name: String,
    expected: Bool
  ) {
    #expect(NamePattern(pattern).matches(name) == expected)
  }
}
