import ColumnFormat

#if canImport(Glibc)
  import Glibc
#endif

/// A HyperLogLog in the layout that Trino and Athena keep in tables.
///
/// ```
///   sparse   2 · bits · count UInt16 · count entries of UInt32, ascending
///   dense    3 · bits · baseline · 2ᵇⁱᵗˢ⁻¹ bytes of two 4-bit deltas, the even register high
///            · count UInt16 · count registers UInt16 · count bytes that their deltas lack
/// ```
///
/// A sparse entry holds the top 26 bits of a hash above a 6-bit number: how many zeros follow
/// them. Sources: airlift, `stats/docs/hll.md`; Heule et al., EDBT 2013, for the sparse form.
struct HyperLogLog: Sketch {
  static let typeName = "HyperLogLog"

  /// log₂ of the number of registers, 1...16.
  let bits: Int
  /// Sparse: for the top 26 bits of a hash the most zeros seen after them.
  private var entries: [UInt32: UInt8] = [:]
  /// Dense: the position of the first set bit after the index, at most; empty while sparse.
  private var registers: [UInt8] = []

  private static let prefixBits = 26
  private static let deltaMax = 15

  init(bits: Int) { self.bits = bits }

  /// A sketch with at most a standard error.
  init(standardError: Double) throws {
    guard standardError >= 0.0040625, standardError <= 0.26 else {
      throw SQLError(
        .invalidArgument,
        "Standard error must be between 0.0040625 and 0.26: \(standardError)"
      )
    }
    self.init(bits: max(4, Int(log2(1.0816 / (standardError * standardError)).rounded(.up))))
  }

  /// What `approx_set` makes: 4,096 registers, a standard error of 1.625 %.
  static let standard = HyperLogLog(bits: 12)

  // MARK: Adding

  /// Adds a hash.
  mutating func add(_ hash: UInt64) {
    guard registers.isEmpty else { return addDense(hash) }
    let prefix = UInt32(hash >> UInt64(64 - HyperLogLog.prefixBits))
    let rest = hash << UInt64(HyperLogLog.prefixBits) | 1 << UInt64(HyperLogLog.prefixBits - 1)
    entries[prefix] = max(entries[prefix] ?? 0, UInt8(rest.leadingZeroBitCount))
    // An entry takes four bytes, a register half a byte.
    if entries.count * 8 > 1 << bits { spill() }
  }

  private mutating func addDense(_ hash: UInt64) {
    let rest = hash << UInt64(bits) | 1 << UInt64(bits - 1)
    set(Int(hash >> UInt64(64 - bits)), UInt8(rest.leadingZeroBitCount + 1))
  }

  private mutating func set(_ register: Int, _ value: UInt8) {
    registers[register] = max(registers[register], value)
  }

  private mutating func spill() {
    registers = [UInt8](repeating: 0, count: 1 << bits)
    for (prefix, zeros) in entries { setDense(prefix, zeros) }
    entries = [:]
  }

  private mutating func setDense(_ prefix: UInt32, _ zeros: UInt8) {
    let restBits = HyperLogLog.prefixBits - bits
    let rest = prefix & ((1 << UInt32(restBits)) - 1)
    let leading = rest == 0 ? restBits + Int(zeros) : rest.leadingZeroBitCount - 32 + restBits
    set(Int(prefix >> UInt32(restBits)), UInt8(leading + 1))
  }

  mutating func merge(_ other: HyperLogLog) throws {
    guard bits == other.bits else {
      throw SQLError(
        .invalidArgument,
        "Cannot merge HLLs with different number of buckets: \(1 << bits) vs \(1 << other.bits)"
      )
    }
    if other.registers.isEmpty {
      for (prefix, zeros) in other.entries {
        if registers.isEmpty {
          entries[prefix] = max(entries[prefix] ?? 0, zeros)
        } else {
          setDense(prefix, zeros)
        }
      }
      if entries.count * 8 > 1 << bits { spill() }
      return
    }
    if registers.isEmpty { spill() }
    for index in registers.indices { set(index, other.registers[index]) }
  }

  // MARK: Reading

  /// How many different hashes there were, roughly.
  var cardinality: Int64 {
    if registers.isEmpty {
      // Linear counting over the prefixes.
      let all = Double(1 << HyperLogLog.prefixBits)
      return Int64((all * log(all / (all - Double(entries.count)))).rounded())
    }
    return Int64(CardinalityEstimate.of(registers, bits: bits).rounded())
  }

  func serialized() -> [UInt8] {
    var bytes: [UInt8] = []
    if registers.isEmpty {
      bytes = [2, UInt8(bits)]
      bytes.append(littleEndian: UInt16(entries.count))
      for prefix in entries.keys.sorted() {
        bytes.append(littleEndian: prefix << 6 | UInt32(entries[prefix] ?? 0))
      }
      return bytes
    }
    let baseline = registers.min() ?? 0
    bytes = [3, UInt8(bits), baseline]
    let deltas = registers.map { $0 - baseline }
    for index in stride(from: 0, to: deltas.count, by: 2) {
      bytes.append(min(deltas[index], 15) << 4 | min(deltas[index + 1], 15))
    }
    let overflows = deltas.indices.filter { deltas[$0] > HyperLogLog.deltaMax }
    bytes.append(littleEndian: UInt16(truncatingIfNeeded: overflows.count))
    for index in overflows { bytes.append(littleEndian: UInt16(index)) }
    for index in overflows { bytes.append(deltas[index] - 15) }
    return bytes
  }

  init?(serialized bytes: [UInt8]) {
    var reader = SketchReader(bytes)
    guard let format = reader.number(UInt8.self), let bits = reader.number(UInt8.self),
      (1...16).contains(bits)
    else { return nil }
    self.init(bits: Int(bits))
    switch format {
    case 2:
      guard let count = reader.number(UInt16.self), reader.remainingCount == Int(count) * 4 else {
        return nil
      }
      for _ in 0..<count {
        guard let entry = reader.number(UInt32.self) else { return nil }
        entries[entry >> 6] = min(UInt8(entry & 63), 38)
      }
    case 3:
      guard let baseline = reader.number(UInt8.self), baseline <= 64,
        let deltas = reader.bytes(1 << Int(bits) / 2), let count = reader.number(UInt16.self),
        reader.remainingCount == Int(count) * 3
      else { return nil }
      registers = deltas.flatMap { [baseline + $0 >> 4, baseline + $0 & 15] }
      let places = (0..<count).compactMap { _ in reader.number(UInt16.self) }
      for place in places {
        guard let more = reader.number(UInt8.self), more <= 64, place < registers.count else {
          return nil
        }
        registers[Int(place)] += more
      }
    default: return nil
    }
  }

  var byteCount: Int { registers.count + entries.count * 16 + 64 }
}

extension HyperLogLog {
  /// The hashes of a column's values as Trino's sketches have them: MurmurHash3 of the text, or of
  /// a number's eight bytes.
  ///
  /// - Parameters:
  ///   - column: The values.
  ///   - type: bigint, double, varchar or varbinary.
  /// - Returns: What gives the hash of a row's value.
  static func hashes(_ column: Column, _ type: SQLType) -> (Int) -> UInt64 {
    switch type {
    case .bigint:
      let values = Operand<Int64>(column)
      return { hash(UInt64(bitPattern: values[$0])) }
    case .double:
      let values = Operand<Double>(column)
      return { hash(values[$0].bitPattern) }
    default:
      let values = Operand<ByteView>(column)
      return { Murmur3.hash64((values.buffer.base + ($0 & values.mask)).bytes) }
    }
  }

  private static func hash(_ word: UInt64) -> UInt64 {
    withUnsafeBytes(of: word.littleEndian) { Murmur3.hash64($0) }
  }
}
