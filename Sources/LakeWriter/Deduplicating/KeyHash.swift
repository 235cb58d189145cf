import ColumnFormat
import RowFormat

/// 128 bits that stand for the values of a record's key.
///
/// Two of 10¹² different keys share them with a probability of 10⁻¹⁵; nothing protects against
/// someone who looks for such keys.
struct KeyHash: Hashable, Sendable {
  var high: UInt64
  var low: UInt64

  init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }

  /// The hash of some values, of which none is null.
  init(_ values: [(Scalar, LogicalType)]) {
    self.init(high: 0x243F_6A88_85A3_08D3, low: 0x1319_8A2E_0370_7344)
    for (scalar, type) in values {
      let bytes = KeyHash.canonical(scalar, type)
      add(UInt64(bytes.count))
      var index = 0
      while index < bytes.count {
        var word: UInt64 = 0
        for offset in 0..<min(8, bytes.count - index) {
          word |= UInt64(bytes[index + offset]) << UInt64(offset * 8)
        }
        add(word)
        index += 8
      }
    }
  }

  private mutating func add(_ word: UInt64) {
    let first = (high ^ word).multipliedFullWidth(by: 0x9E37_79B9_7F4A_7C15)
    let second = (low &+ word).multipliedFullWidth(by: 0xC2B2_AE3D_27D4_EB4F)
    high = first.high ^ first.low ^ (low << 17 | low >> 47)
    low = second.high ^ second.low ^ (first.low << 29 | first.low >> 35)
  }

  /// A value as bytes that do not depend on the type that its column has at the moment: columns widen
  /// while records arrive, and `7` must stay the key that it was.
  static func canonical(_ scalar: Scalar, _ type: LogicalType) -> [UInt8] {
    switch (type, scalar) {
    case (.decimal(_, let scale), .int(let value)): return number(Int128(value), scale: scale)
    case (.decimal(_, let scale), .int128(let value)): return number(value, scale: scale)
    case (.timestamp(let unit, _), .int(let value)):
      return Array("t\(Int128(value) * Int128(1_000_000_000 / unit.perSecond))".utf8)
    case (.date, .int(let value)):
      return Array("t\(Int128(value) * 86_400_000_000_000)".utf8)
    case (_, .int(let value)): return number(Int128(value), scale: 0)
    case (_, .int128(let value)): return number(value, scale: 0)
    case (_, .double(let value)):
      return value == value.rounded() && abs(value) < 1e18
        ? number(Int128(value), scale: 0) : Array("\(value)".utf8)
    case (_, .float(let value)): return canonical(.double(Double(value)), .float64)
    case (_, .bytes(let bytes)): return bytes
    case (_, .boolean(let value)): return Array((value ? "true" : "false").utf8)
    default: return Array("\(scalar)".utf8)
    }
  }

  private static func number(_ unscaled: Int128, scale: Int) -> [UInt8] {
    var unscaled = unscaled
    var scale = scale
    while scale > 0 && unscaled % 10 == 0 {
      unscaled /= 10
      scale -= 1
    }
    if scale == 0 { return Array("\(unscaled)".utf8) }
    var digits = Array("\(unscaled.magnitude)".utf8)
    while digits.count <= scale { digits.insert(UInt8(ascii: "0"), at: 0) }
    digits.insert(UInt8(ascii: "."), at: digits.count - scale)
    return (unscaled < 0 ? [UInt8(ascii: "-")] : []) + digits
  }
}

/// The keys of a block's rows.
enum RowKeys {
  /// One for each row; nil for a row that lacks a field of the key.
  static func hashes(_ fields: [String], _ sources: [DecodedBlock], rowCount: Int) -> [KeyHash?] {
    var columns: [(column: Column, type: LogicalType)] = []
    for field in fields {
      guard let found = sources.lazy.compactMap({ RecordField.find(field, $0) }).first else {
        return Array(repeating: nil, count: rowCount)
      }
      columns.append((found.column.flattened(), found.type))
    }
    return (0..<rowCount).map { row in
      if columns.contains(where: { !$0.column.isValid(row) }) { return nil }
      return KeyHash(columns.map { ($0.column.scalar(at: row), $0.type) })
    }
  }
}
