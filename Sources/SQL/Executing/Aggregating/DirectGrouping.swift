import ColumnFormat

/// Groups of keys from a small domain, looked up in an array instead of a hash table.
///
/// Each key column is a code: a dictionary's, or the distance of an integer from the smallest; the
/// codes of a row make one number, and an array gives its group. TPC-H's query 1 groups by two flags
/// this way for 2 ns a row, against 20 for hashing. Rows whose number is new go through the table.
final class DirectGrouping {
  /// What a column's codes mean; while it stays the same, so does the array.
  private enum Domain {
    case dictionary(ColumnDictionary)
    /// Integers from `base` on.
    case integers(base: Int64, size: Int)

    var size: Int {
      switch self {
      case .dictionary(let dictionary): dictionary.count
      case .integers(_, let size): size
      }
    }
  }

  private static let entryCountMax = 1 << 16
  /// Entries of dictionaries with no more of them are looked for in the dictionary before.
  private static let translatedCountMax = 64
  private static let missing = UInt32.max

  private let types: [SQLType]
  private var domains: [Domain] = []
  /// For each key whose dictionary is another one with entries of the domain's: the domain's code of each.
  private var translations: [(dictionary: ColumnDictionary, codes: Buffer<UInt32>)?]
  private var map = Buffer<UInt32>(count: 0)
  private var codes = Buffer<UInt32>(count: Batch.rowCountTarget)
  private var isOff: Bool
  /// Batches looked at, and how often the array had to be made anew.
  private var batchCount = 0
  private var renewalCount = 0

  /// What looks at keys of these types, unless it `isOff` from the start.
  init(_ types: [SQLType], isOff: Bool = false) {
    self.types = types
    translations = types.map { _ in nil }
    self.isOff = isOff || types.isEmpty || types.count > 6
  }

  /// The groups of a batch's keys; nil where the keys are not of this kind.
  func resolve(
    _ keys: [Column],
    rowCount: Int,
    _ groups: GroupedRows,
    _ encoder: KeyEncoder
  ) throws -> UnsafePointer<UInt32>? {
    if isOff { return nil }
    batchCount += 1
    guard prepare(keys) else {
      // Keys of another kind rarely change it.
      if batchCount > 8 && renewalCount * 2 > batchCount { isOff = true }
      return nil
    }
    if renewalCount > 16 && renewalCount * 4 > batchCount {
      isOff = true
      return nil
    }
    if codes.count < rowCount { codes = Buffer<UInt32>(count: rowCount) }
    var stride: UInt32 = 1
    for (index, domain) in domains.enumerated() {
      fill(keys[index], domain, translations[index]?.codes, stride, rowCount)
      stride &*= UInt32(domain.size + 1)
    }
    let numbers = groups.room(rowCount).base
    let map = map.base
    let codes = codes.base
    var missingCount = 0
    for row in 0..<rowCount {
      let group = map[Int(codes[row])]
      numbers[row] = group
      missingCount &+= group == DirectGrouping.missing ? 1 : 0
    }
    if missingCount > 0 { try addMissing(keys, rowCount, groups, encoder) }
    return UnsafePointer(groups.room(rowCount).base)
  }

  /// Sends one row of each new number through the table, and fills in the groups.
  private func addMissing(
    _ keys: [Column],
    _ rowCount: Int,
    _ groups: GroupedRows,
    _ encoder: KeyEncoder
  ) throws {
    let pending = DirectGrouping.missing - 1
    var rows = BufferBuilder<UInt32>()
    for row in 0..<rowCount where map.base[Int(codes.base[row])] == DirectGrouping.missing {
      map.base[Int(codes.base[row])] = pending
      rows.append(UInt32(truncatingIfNeeded: row))
    }
    let indices = rows.finish()
    encoder.encode(keys.map { $0.taking(indices) }, rowCount: indices.count)
    let resolved = try groups.resolve(
      words: encoder.words,
      hashes: encoder.hashes,
      rowCount: indices.count
    )
    for index in 0..<indices.count {
      map.base[Int(codes.base[Int(indices.base[index])])] = resolved[index]
    }
    let numbers = groups.room(rowCount).base
    for row in 0..<rowCount { numbers[row] = map.base[Int(codes.base[row])] }
  }

  /// Sees to it that the domains cover the batch; false where they cannot.
  private func prepare(_ keys: [Column]) -> Bool {
    var fresh: [Domain] = []
    var isSame = domains.count == keys.count
    for (index, column) in keys.enumerated() {
      let old = index < domains.count ? domains[index] : nil
      guard let domain = self.domain(column, index, old, &isSame) else { return false }
      fresh.append(domain)
    }
    if isSame { return true }
    var size = 1
    for domain in fresh {
      let (product, overflow) = size.multipliedReportingOverflow(by: domain.size + 1)
      size = product
      let limit = DirectGrouping.entryCountMax * (fresh.count == 1 ? 4 : 1)
      if overflow || size > limit {
        renewalCount += 1
        return false
      }
    }
    domains = fresh
    renewalCount += 1
    map = Buffer<UInt32>(repeating: DirectGrouping.missing, count: size)
    return true
  }

  private func domain(_ column: Column, _ key: Int, _ old: Domain?, _ isSame: inout Bool)
    -> Domain?
  {
    if case .dictionary(_, let dictionary) = column.form {
      if case .dictionary(let known)? = old {
        if translations[key]?.dictionary === dictionary { return old }
        translations[key] = nil
        if known === dictionary { return old }
        if let codes = DirectGrouping.codes(of: dictionary, in: known) {
          translations[key] = (dictionary, codes)
          return old
        }
      }
      translations[key] = nil
      isSame = false
      return .dictionary(dictionary)
    }
    guard let range = DirectGrouping.range(column) else {
      renewalCount += 1
      return nil
    }
    guard range.lowerBound <= range.upperBound else {
      // Only nulls.
      if case .integers? = old { return old }
      isSame = false
      return .integers(base: 0, size: 1)
    }
    var low = range.lowerBound
    var high = range.upperBound
    if case .integers(let base, let size)? = old {
      let end = base &+ Int64(size) &- 1
      if low >= base && high <= end { return old }
      low = min(low, base)
      high = max(high, end)
    }
    isSame = false
    let (distance, overflow) = high.subtractingReportingOverflow(low)
    guard !overflow, distance < Int64(DirectGrouping.entryCountMax) else {
      renewalCount += 1
      return nil
    }
    // Room to both sides, so that the next batches find theirs.
    let slack = distance / 4 + 2
    let base = low > Int64.min + slack ? low - slack : low
    let top = high < Int64.max - slack ? high + slack : high
    return .integers(base: base, size: Int(top - base) + 1)
  }

  /// The codes that the texts of a dictionary have in another one; nil where these are many, or one has none.
  private static func codes(of dictionary: ColumnDictionary, in known: ColumnDictionary)
    -> Buffer<UInt32>?
  {
    guard dictionary.count <= translatedCountMax, known.count <= translatedCountMax,
      case .bytes(let texts, _) = dictionary.values, case .bytes(let others, _) = known.values
    else { return nil }
    let codes = Buffer<UInt32>(count: dictionary.count)
    for index in 0..<dictionary.count {
      var code = 0
      while code < known.count && !ByteView.isEqual(texts.base[index], others.base[code]) {
        code += 1
      }
      if code == known.count { return nil }
      codes.base[index] = UInt32(truncatingIfNeeded: code)
    }
    return codes
  }

  /// The smallest and largest integer of a column, as an empty range where all are null.
  private static func range(_ column: Column) -> (lowerBound: Int64, upperBound: Int64)? {
    @inline(__always)
    func scan<Number: FixedWidthInteger>(_ values: Buffer<Number>, _ count: Int) -> (
      lowerBound: Int64, upperBound: Int64
    ) {
      var low = Number.max
      var high = Number.min
      if let validity = column.rowValidity {
        for row in 0..<count where validity.isValid(row) {
          low = min(low, values.base[row])
          high = max(high, values.base[row])
        }
      } else {
        for row in 0..<count {
          low = min(low, values.base[row])
          high = max(high, values.base[row])
        }
      }
      return (Int64(low), Int64(high))
    }
    let values: Values
    var count = column.count
    switch column.form {
    case .constant(let single, _):
      values = single
      count = min(count, 1)
    default: values = column.flatValues
    }
    switch values {
    case .boolean(let buffer): return scan(buffer, count)
    case .int8(let buffer): return scan(buffer, count)
    case .int16(let buffer): return scan(buffer, count)
    case .int32(let buffer): return scan(buffer, count)
    case .int64(let buffer): return scan(buffer, count)
    default: return nil
    }
  }

  /// Adds a column's codes, times `stride`, to the rows' numbers; `translation` has the domain's codes of them.
  private func fill(
    _ column: Column,
    _ domain: Domain,
    _ translation: Buffer<UInt32>?,
    _ stride: UInt32,
    _ rowCount: Int
  ) {
    let target = codes.base
    let isFirst = stride == 1
    let nullCode = UInt32(domain.size) &* stride
    @inline(__always)
    func write(_ code: (Int) -> UInt32) {
      if isFirst {
        for row in 0..<rowCount { target[row] = code(row) }
      } else {
        for row in 0..<rowCount { target[row] &+= code(row) &* stride }
      }
    }
    @inline(__always)
    func writeIntegers<Number: FixedWidthInteger>(_ values: Buffer<Number>, _ base: Int64) {
      let source = values.base
      write { UInt32(truncatingIfNeeded: Int64(truncatingIfNeeded: source[$0]) &- base) }
    }
    // What a null's value leads to is not a code; it is set apart first.
    let validity = column.rowValidity
    let before = validity.map { _ in isFirst ? nil : Buffer<UInt32>(count: rowCount) } ?? nil
    if let before { before.base.update(from: target, count: rowCount) }
    switch domain {
    case .dictionary:
      guard case .dictionary(let own, _) = column.form else { return }
      let source = own.base
      if let translation {
        let codes = translation.base
        write { codes[Int(source[$0])] }
      } else {
        write { source[$0] }
      }
    case .integers(let base, _):
      switch column.flatValues {
      case .boolean(let values): writeIntegers(values, base)
      case .int8(let values): writeIntegers(values, base)
      case .int16(let values): writeIntegers(values, base)
      case .int32(let values): writeIntegers(values, base)
      case .int64(let values): writeIntegers(values, base)
      default: return
      }
    }
    guard let validity else { return }
    for row in 0..<rowCount where !validity.isValid(row) {
      target[row] = (before?.base[row] ?? 0) &+ nullCode
    }
  }
}
