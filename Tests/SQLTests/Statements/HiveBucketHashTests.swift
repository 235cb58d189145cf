import ColumnFormat
import Testing

@testable import SQL

/// The hashes are those that Hive itself computes (its `ObjectInspectorUtils`, versions 1 and 2).
@Suite struct HiveBucketHashTests {
  private typealias Kind = HiveBucketHash.Kind

  private static func hashes(_ values: Values, count: Int, _ kind: Kind) -> [[Int32]] {
    [HiveBucketHash.Version.java, .murmur].map { version in
      let column = Column(flat: values, count: count)
      let hashes = HiveBucketHash.hashes(column, kind, version)
      return withExtendedLifetime(hashes) { Array(hashes.values) }
    }
  }

  private static func texts(_ texts: [String]) -> Values {
    let arena = ByteArena()
    let views = texts.map { arena.copy($0) }
    return .bytes(Buffer(views), heap: ByteHeap([arena]))
  }

  private static func list(_ lengths: [UInt32], _ elements: Values, count: Int) -> Values {
    var offsets: [UInt32] = [0]
    for length in lengths { offsets.append(offsets[offsets.count - 1] + length) }
    return .list(offsets: Buffer(offsets), elements: Column(flat: elements, count: count))
  }

  @Test func `integers of every width`() {
    let tiny = HiveBucketHashTests.hashes(.int8(Buffer([5, -128, 127])), count: 3, .tinyint)
    #expect(tiny == [[5, -128, 127], [5, -128, 127]])
    let small = HiveBucketHashTests.hashes(.int16(Buffer([300, .min, .max])), count: 3, .smallint)
    #expect(small == [[300, -32768, 32767], [2_107_031_704, 1_342_976_838, -684_075_052]])
    let integers = HiveBucketHashTests.hashes(
      .int32(Buffer([300_000, .min, .max])),
      count: 3,
      .integer
    )
    #expect(integers == [[300_000, .min, .max], [-678_663_480, 1_194_881_028, 1_133_859_967]])
    let big = HiveBucketHashTests.hashes(
      .int64(Buffer([300_000_000_000, .min, .max])),
      count: 3,
      .bigint
    )
    #expect(
      big == [[-647_710_651, .min, .min], [-888_935_297, 1_728_983_947, -536_577_852]]
    )
  }

  @Test func `floating numbers, with one not-a-number`() {
    let reals = HiveBucketHashTests.hashes(
      .float32(
        Buffer([
          12.34, -.greatestFiniteMagnitude, .leastNonzeroMagnitude, .infinity, -.infinity,
          Float(bitPattern: 0xFFC0_1234),
        ])
      ),
      count: 6,
      .real
    )
    #expect(
      reals == [
        [1_095_069_860, -8_388_609, 1, 2_139_095_040, -8_388_608, 2_143_289_344],
        [-381_747_602, 470_252_243, 1_206_721_797, -292_175_804, -1_433_270_801, -480_354_314],
      ]
    )
    let doubles = HiveBucketHashTests.hashes(
      .float64(
        Buffer([
          12.34, -.greatestFiniteMagnitude, .leastNonzeroMagnitude, .infinity, -.infinity,
          Double(bitPattern: 0xFFF8_1234_1234_1234),
        ])
      ),
      count: 6,
      .double
    )
    #expect(
      doubles == [
        [986_311_098, 1_048_576, 1, 2_146_435_072, -1_048_576, 2_146_959_360],
        [-2_070_733_568, 14_392_725, -8_838_199, 1_614_292_060, 141_388_605, 1_138_026_565],
      ]
    )
  }

  @Test func `texts, whose bytes are signed`() {
    let samples = [
      "", "test string", "\u{5F3A}\u{5927}\u{7684}Trino\u{5F15}\u{64CE}",
      "\u{20FFC}\u{20FFD}\u{20FFE}\u{20FFF}", "Trino rocks",
    ]
    let murmur: [Int32] = [
      -965_378_730, -138_301_454, 1_784_416_344, -697_348_811, -399_107_423,
    ]
    let strings = HiveBucketHashTests.hashes(
      HiveBucketHashTests.texts(samples),
      count: 5,
      .text(initial: 0)
    )
    #expect(
      strings == [[0, -318_923_937, 1_688_501_507, -1_810_797_254, 1_132_136_730], murmur]
    )
    let limited = HiveBucketHashTests.hashes(
      HiveBucketHashTests.texts(Array(samples.prefix(4))),
      count: 4,
      .text(initial: 1)
    )
    #expect(
      limited == [[1, -189_841_218, 1_899_852_420, -457_487_557], Array(murmur.prefix(4))]
    )
  }

  @Test func `days and booleans`() {
    let days = HiveBucketHashTests.hashes(.int32(Buffer([0, 16758, -6983])), count: 3, .integer)
    #expect(days == [[0, 16758, -6983], [1_362_653_161, 8_542_395, -431_619_185]])
    let booleans = HiveBucketHashTests.hashes(.boolean(Buffer([1, 0])), count: 2, .boolean)
    #expect(booleans == [[1, 0], [1, 0]])
  }

  @Test func `arrays and maps`() {
    let numbers = HiveBucketHashTests.list([0, 3], .int16(Buffer([5, 8, 13])), count: 3)
    #expect(
      HiveBucketHashTests.hashes(numbers, count: 2, .list(.smallint))
        == [[0, 5066], [0, -905_011_156]]
    )
    let words = HiveBucketHashTests.list(
      [4],
      HiveBucketHashTests.texts(["test1", "test2", "test3", "test4"]),
      count: 4
    )
    #expect(
      HiveBucketHashTests.hashes(words, count: 1, .list(.text(initial: 0)))
        == [[957_612_994], [1_305_539_282]]
    )
    let pairs = HiveBucketHashTests.list(
      [3],
      .row([
        Column(flat: HiveBucketHashTests.texts(["key", "key2", "key3"]), count: 3),
        Column(flat: .int64(Buffer([123, 123_456_789, -123_456])), count: 3),
      ]),
      count: 3
    )
    #expect(
      HiveBucketHashTests.hashes(pairs, count: 1, .map(key: .text(initial: 0), value: .bigint))
        == [[127_880_789], [-1_910_999_650]]
    )
  }

  @Test func `several columns, null being zero`() {
    let absent = Column(
      flat: .float64(Buffer([0])),
      count: 1,
      validity: .allNull(count: 1)
    )
    let numbers = Column(
      flat: HiveBucketHashTests.list([3], .int16(Buffer([5, 8, 13])), count: 3),
      count: 1
    )
    let flag = Column(.constant(.boolean(Buffer([1])), isNull: true), count: 1)
    let pair = Column(
      flat: HiveBucketHashTests.list(
        [1],
        .row([
          Column(flat: HiveBucketHashTests.texts(["key"]), count: 1),
          Column(flat: .int64(Buffer([123])), count: 1),
        ]),
        count: 1
      ),
      count: 1
    )
    let tiny = Column(flat: .int8(Buffer([9])), count: 1, validity: .allNull(count: 1))
    func bucket(_ version: HiveBucketHash.Version, _ count: Int) -> Int32 {
      let buckets = HiveBucketHash.buckets(
        [absent, numbers, flag, pair, tiny],
        [
          .double, .list(.smallint), .boolean, .map(key: .text(initial: 0), value: .bigint),
          .tinyint,
        ],
        version: version,
        bucketCount: count
      )
      return withExtendedLifetime(buckets) { buckets.base[0] }
    }
    // The hashes are 154207826 and -1120812524, of which the sign is cut off.
    #expect(bucket(.java, 997) == 154_207_826 % 997)
    #expect(bucket(.murmur, 997) == (-1_120_812_524 & Int32.max) % 997)
  }
}
