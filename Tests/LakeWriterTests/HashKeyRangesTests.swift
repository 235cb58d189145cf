import ColumnFormat
import ObjectStore
import RowFormat
import TestSupport
import Testing

@testable import LakeWriter

@Suite struct HashKeyRangesTests {
  @Test(arguments: [
    ("order-1", "146877212252092102612564579855103022916"),
    ("order-2", "32616010838029787760902727458227244750"),
    ("a", "16955237001963240173058271559858726497"),
    ("", "281949768489412648962353822266799178366"),
    ("Zoë", "333992861681581147475260132198757941524"),
  ])
  func `the hash key of a partition key is its MD5 as a number`(key: String, decimal: String) {
    #expect("\(HashKeyRanges.hashKey(key))" == decimal)
  }

  @Test func `with two shards the top bit of the digest decides`() {
    let two = HashKeyRanges(count: 2)
    #expect(two.range(of: 0) == 0...(UInt128.max >> 1))
    #expect(two.range(of: 1) == (UInt128.max >> 1 + 1)...UInt128.max)
    for number in 0..<1000 {
      let key = HashKeyRanges.hashKey("key-\(number)")
      #expect(two.shard(of: key) == Int(key >> 127))
    }
  }

  @Test(arguments: [
    (1000, "340282366920938463463374607431768210"),
    (3, "113427455640312821154458202477256070484"),
    (16, "21267647932558653966460912964485513215"),
  ])
  func `ranges are even, touch, and cover all keys`(count: Int, firstEnd: String) {
    let ranges = HashKeyRanges(count: count)
    #expect("\(ranges.range(of: 0).upperBound)" == firstEnd)
    for shard in 1..<count {
      #expect(ranges.range(of: shard).lowerBound == ranges.range(of: shard - 1).upperBound + 1)
      #expect(ranges.shard(of: ranges.range(of: shard).lowerBound) == shard)
      #expect(ranges.shard(of: ranges.range(of: shard - 1).upperBound) == shard - 1)
    }
    #expect(ranges.range(of: 0).lowerBound == 0)
    #expect(ranges.range(of: count - 1).upperBound == .max)
  }

  /// The sums are of another implementation of MD5 and of long division (Python's).
  @Test(arguments: [
    (2, 735_575_807_509_526_953), (3, 697_480_213_628_654_103), (5, 79_372_356_555_396_984),
    (16, 811_210_442_406_661_870), (1000, 1_127_875_549_017_913_466),
  ])
  func `a thousand keys are in the shards that Kinesis has for them`(count: Int, sum: Int) {
    let ranges = HashKeyRanges(count: count)
    var found = 0
    for number in 0..<1000 {
      let step = UInt128(found) * 31 + UInt128(ranges.shard(of: "key-\(number)"))
      found = Int(step % (1 << 61))
    }
    #expect(found == sum)
  }

  @Test func `shards are named as Kinesis names them`() {
    #expect(HashKeyRanges.id(0) == "shardId-000000000000")
    #expect(HashKeyRanges.id(123) == "shardId-000000000123")
  }

  @Test func `each key has one lane, and its records keep their order in every file`() throws {
    let lake = TestLake()
    let lines = (0..<6000).map { id in
      "{\"id\":\(id),\"at\":\"2026-11-23T0\(id % 2):00:00Z\",\"key\":\"k\(id * 7919 % 97)\"}\n"
    }
    let input = lake.write(lines.joined(), to: "in/a.ndjson")
    let ranges = HashKeyRanges(count: 4)
    let summary = lake.deliver([input]) {
      $0.sharding = (ranges, "key")
      $0.workerCount = 8
    }
    #expect(summary.failure == nil)
    #expect(try lake.ids() == Array(0..<6000))
    var laneOfKey: [String: String] = [:]
    let store = LocalFolder(lake.data)
    for info in try store.list("") {
      let name = try #require(info.path.split(separator: "/").last)
      let lane = String(name.prefix("orders.shardId-000000000000".count))
      var last: [String: Int64] = [:]
      let reader = try ParquetRows(path: store.systemPath(info.path), startRow: 0)
      while let block = try reader.next() {
        for row in 0..<block.rows.batch.rowCount {
          let value = try JSONValue.parse(ValueWords.object(row, of: block.rows))
          let key = try #require(value["key"]?.stringValue)
          let id = Int64(try #require(value["id"]?.integerValue))
          #expect(laneOfKey[key] ?? lane == lane)
          laneOfKey[key] = lane
          #expect(lane == "orders." + HashKeyRanges.id(ranges.shard(of: key)))
          #expect(last[key] ?? -1 < id)
          last[key] = id
        }
      }
    }
    #expect(Set(laneOfKey.values).count == 4)
  }
}
