import ColumnFormat

/// The hash that puts the rows of Hive's bucketed tables into their files.
///
/// Version 1 is Java's `hashCode` of the values: that of Hive before 3, and what Athena and Trino take
/// where a table has no `bucketing_version`. Version 2 is MurmurHash3 with 32 bits over the bytes of
/// the values, big end first. The hashes of several columns `h` are `31 * (31 * h0 + h1) + h2`, those
/// of elements too, and null is 0. (Hive's `ObjectInspectorUtils`, `hashCode` and `hashCodeMurmur`.)
enum HiveBucketHash {
  enum Version: Int, Sendable {
    case java = 1
    case murmur = 2
  }

  /// What values are to Hive.
  indirect enum Kind: Sendable, Hashable {
    case boolean, tinyint, smallint, integer, bigint, real, double
    /// Java hashes of `varchar(n)` begin with 1, those of `string` with 0.
    case text(initial: Int32)
    case list(Kind)
    case map(key: Kind, value: Kind)
  }

  /// The bucket of each row, counted from zero, by the columns that the table is clustered by.
  static func buckets(
    _ columns: [Column],
    _ kinds: [Kind],
    version: Version,
    bucketCount: Int
  ) -> Buffer<Int32> {
    let rowCount = columns.first?.count ?? 0
    let buckets = Buffer<Int32>(repeating: 0, count: rowCount)
    let target = buckets.base
    for (column, kind) in zip(columns, kinds) {
      let hashes = hashes(column, kind, version)
      for row in 0..<rowCount { target[row] = target[row] &* 31 &+ hashes.base[row] }
    }
    let count = Int32(bucketCount)
    for row in 0..<rowCount { target[row] = (target[row] & Int32.max) % count }
    return buckets
  }

  /// The hash of every row.
  static func hashes(_ column: Column, _ kind: Kind, _ version: Version) -> Buffer<Int32> {
    let flat = column.flattened()
    let hashes = Buffer<Int32>(repeating: 0, count: column.count)
    guard case .flat(let values) = flat.form else { preconditionFailure("flat columns are flat") }
    let target = hashes.base
    let validity = flat.validity
    func fill(_ hash: (Int) -> Int32) {
      for row in 0..<flat.count where validity?.isValid(row) ?? true { target[row] = hash(row) }
    }
    let isJava = version == .java
    switch (kind, values) {
    case (.boolean, .boolean(let values)): fill { Int32(values.base[$0]) }
    case (.tinyint, .int8(let values)): fill { Int32(values.base[$0]) }
    case (.smallint, .int16(let values)):
      fill { isJava ? Int32(values.base[$0]) : murmur(bytesOf: values.base[$0].bigEndian) }
    case (.integer, .int32(let values)):
      fill { isJava ? values.base[$0] : murmur(bytesOf: values.base[$0].bigEndian) }
    case (.bigint, .int64(let values)):
      fill {
        let value = values.base[$0]
        return isJava ? folded(value) : murmur(bytesOf: value.bigEndian)
      }
    case (.real, .float32(let values)):
      fill {
        let value = values.base[$0]
        let bits = Int32(bitPattern: value.isNaN ? 0x7FC0_0000 : value.bitPattern)
        // Hive makes a number of the bits, and takes the bits of that.
        return isJava ? bits : murmur(bytesOf: Float(bits).bitPattern.bigEndian)
      }
    case (.double, .float64(let values)):
      fill {
        let value = values.base[$0]
        let bits = Int64(bitPattern: value.isNaN ? 0x7FF8_0000_0000_0000 : value.bitPattern)
        return isJava ? folded(bits) : murmur(bytesOf: Double(bits).bitPattern.bigEndian)
      }
    case (.text(let initial), .bytes(let values, let heap)):
      withExtendedLifetime(heap) {
        fill {
          let bytes = (values.base + $0).bytes
          return isJava ? java(bytes, initial) : murmur(bytes)
        }
      }
    case (.list(let kind), .list(let offsets, let elements)):
      let parts = HiveBucketHash.hashes(elements, kind, version)
      fill { row in
        var hash: Int32 = 0
        for place in offsets.base[row]..<offsets.base[row + 1] {
          hash = hash &* 31 &+ parts.base[Int(place)]
        }
        return hash
      }
    case (.map(let key, let value), .list(let offsets, let pairs)):
      guard case .flat(.row(let parts)) = pairs.flattened().form else { break }
      let keys = HiveBucketHash.hashes(parts[0], key, version)
      // Version 2 hashes the values of maps as version 1 does, in Hive itself too.
      let values = HiveBucketHash.hashes(parts[1], value, .java)
      fill { row in
        var hash: Int32 = 0
        for place in offsets.base[row]..<offsets.base[row + 1] {
          hash = hash &+ (keys.base[Int(place)] ^ values.base[Int(place)])
        }
        return hash
      }
    default: preconditionFailure("the values of a bucket column are of another type")
    }
    return hashes
  }

  private static func folded(_ value: Int64) -> Int32 {
    Int32(truncatingIfNeeded: value ^ value >> 32)
  }

  private static func java(_ bytes: UnsafeRawBufferPointer, _ initial: Int32) -> Int32 {
    bytes.reduce(initial) { $0 &* 31 &+ Int32(Int8(bitPattern: $1)) }
  }

  private static func murmur<Value: BitwiseCopyable>(bytesOf value: Value) -> Int32 {
    withUnsafeBytes(of: value) { murmur($0) }
  }

  /// MurmurHash3 with 32 bits (Austin Appleby, public domain) and Hive's seed.
  ///
  /// Hive takes the bytes past the last four as signed numbers, which is its own.
  private static func murmur(_ bytes: UnsafeRawBufferPointer) -> Int32 {
    func rotated(_ value: UInt32, _ count: UInt32) -> UInt32 {
      value &<< count | value &>> (32 &- count)
    }
    func scrambled(_ value: UInt32) -> UInt32 {
      rotated(value &* 0xCC9E_2D51, 15) &* 0x1B87_3593
    }
    var hash: UInt32 = 104_729
    let blockCount = bytes.count / 4
    for block in 0..<blockCount {
      let word = bytes.loadUnaligned(fromByteOffset: block * 4, as: UInt32.self).littleEndian
      hash = rotated(hash ^ scrambled(word), 13) &* 5 &+ 0xE654_6B64
    }
    var tail: Int32 = 0
    for (index, byte) in bytes[(blockCount * 4)...].enumerated() {
      tail ^= Int32(Int8(bitPattern: byte)) &<< Int32(index * 8)
    }
    hash ^= scrambled(UInt32(bitPattern: tail)) ^ UInt32(truncatingIfNeeded: bytes.count)
    hash = (hash ^ hash &>> 16) &* 0x85EB_CA6B
    hash = (hash ^ hash &>> 13) &* 0xC2B2_AE35
    return Int32(bitPattern: hash ^ hash &>> 16)
  }
}
