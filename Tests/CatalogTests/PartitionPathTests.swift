import Catalog
import Testing

@Suite struct PartitionPathTests {
  typealias Level = PartitionPath.Level

  @Test func `folders give keys and values`() {
    #expect(
      PartitionPath.parse("year=2026/month=06/country=__HIVE_DEFAULT_PARTITION__/x") == [
        Level(key: "year", value: "2026"), Level(key: "month", value: "06"),
        Level(key: "country", value: nil), Level(key: nil, value: "x"),
      ]
    )
    #expect(PartitionPath.parse("") == [])
    #expect(PartitionPath.level("a=b=c") == Level(key: "a", value: "b=c"))
    #expect(PartitionPath.level("a=") == Level(key: "a", value: ""))
    #expect(PartitionPath.level("=a") == Level(key: nil, value: "=a"))
  }

  @Test(arguments: ["a/b", "50%", "x=y:z", "[1]", "tab\there", "ü 😀", "a#b?'\"*\\{^"])
  func `a value survives the way through a folder's name`(value: String) {
    let folder = PartitionPath.folder(keys: ["k"], values: [value])
    #expect(folder.split(separator: "/").count == 1)
    #expect(PartitionPath.parse(folder) == [Level(key: "k", value: value)])
  }

  @Test func `escaping is Hive's`() {
    #expect(PartitionPath.escape("2026-11-23 17:05:00/a") == "2026-11-23 17%3A05%3A00%2Fa")
    #expect(
      PartitionPath.folder(keys: ["d", "h"], values: [nil, ""])
        == "d=__HIVE_DEFAULT_PARTITION__/h=__HIVE_DEFAULT_PARTITION__"
    )
    #expect(PartitionPath.unescape("100%") == "100%")
    #expect(PartitionPath.unescape("%zz%41") == "%zzA")
  }
}
