/// What is known of a field's values in one row group, safe to leave rows out by.
public struct FieldStatistics: Sendable, Equatable {
  /// No value is smaller; nil where nothing is known.
  ///
  /// In the form that the field's columns have: timestamps in the file's unit, decimals without
  /// their point. NaNs are left out of account.
  public var min: Scalar?
  /// No value is larger; nil where nothing is known.
  public var max: Scalar?
  /// Whether `min` itself stands in the column, so that it answers `min(x)`.
  public var isMinExact: Bool
  /// Whether `max` itself stands in the column.
  public var isMaxExact: Bool
  /// Whether the column may hold NaNs, which no bounds tell.
  public var mayHaveNaN: Bool
  /// The number of nulls; nil where it is not known.
  public var nullCount: Int?
  /// The number of rows of the row group.
  public var rowCount: Int
  /// The number of distinct values; nil where it is not known, as almost always.
  public var distinctCount: Int?

  /// Statistics of a row group of `rowCount` rows that say nothing more.
  public init(rowCount: Int) {
    self.rowCount = rowCount
    isMinExact = false
    isMaxExact = false
    mayHaveNaN = false
  }
}

extension ParquetFile {
  /// What the footer says about a top-level field of a row group.
  ///
  /// - Parameters:
  ///   - rowGroup: The number of the row group.
  ///   - field: The position of the field in ``schema``.
  /// - Returns: Bounds and counts; nil for lists, maps and rows, and where nothing is known.
  public func statistics(rowGroup: Int, field: Int) -> FieldStatistics? {
    statistics(rowGroup: rowGroup, path: FieldPath(field))
  }

  /// What the footer says about a field or a member of a row group.
  ///
  /// - Parameters:
  ///   - rowGroup: The number of the row group.
  ///   - path: The way to the field or member.
  /// - Returns: Bounds and counts; nil for lists, maps and rows, and where nothing is known. A member
  ///   of a row that is null counts as null.
  public func statistics(rowGroup: Int, path: FieldPath) -> FieldStatistics? {
    guard case .leaf(let number) = fileSchema.node(path) else { return nil }
    let group = metadata.rowGroups[rowGroup]
    guard number < group.columns.count else { return nil }
    let leaf = fileSchema.leaves[number]
    let chunk = group.columns[number]
    guard leaf.repetitionLevelMax == 0, leaf.refusal == nil, chunk.type == leaf.storage,
      let statistics = chunk.statistics
    else { return nil }
    var result = boundsReading(leaf: number).read(statistics, rowCount: group.rowCount)
    if leaf.definitionLevelMax == 0 { result.nullCount = 0 }
    return result
  }

  /// How to read the bounds of a column of values.
  func boundsReading(leaf number: Int) -> BoundsReading {
    var order: ColumnOrder?
    if !metadata.columnOrders.isEmpty {
      order =
        metadata.columnOrders.indices.contains(number)
        ? metadata.columnOrders[number] : .other(0)
    }
    return BoundsReading(leaf: fileSchema.leaves[number], order: order)
  }
}

/// Turns the raw bounds of a column chunk or page into values.
///
/// What is not certain is left out: bounds in an order that the format does not define, of the
/// wrong size, the wrong way round, or NaN. parquet.thrift, `Statistics` and `ColumnOrder`.
struct BoundsReading {
  let leaf: ColumnLeaf
  /// The order that the file names for the column; nil in old files.
  let order: ColumnOrder?

  func read(_ statistics: ColumnStatistics, rowCount: Int) -> FieldStatistics {
    var result = FieldStatistics(rowCount: rowCount)
    if let count = statistics.nullCount, count >= 0, count <= rowCount { result.nullCount = count }
    if let count = statistics.distinctCount, count >= 0, count <= rowCount {
      result.distinctCount = count
    }
    let isFloating = leaf.type == .float32 || leaf.type == .float64
    result.mayHaveNaN = isFloating && statistics.nanCount != 0
    var isMinExact = statistics.isMinValueExact
    var isMaxExact = statistics.isMaxValueExact
    var low = statistics.minValue
    var high = statistics.maxValue
    if low == nil && high == nil && hasSignedOrder {
      // The old bounds are sound where they were compared as numbers with sign.
      low = statistics.oldMin
      high = statistics.oldMax
      isMinExact = nil
      isMaxExact = nil
    } else if !isOrderKnown {
      return result
    }
    result.min = low.flatMap { bound($0) }
    result.max = high.flatMap { bound($0) }
    if isFloating { widenZeros(&result) }
    if let min = result.min, let max = result.max, BoundsReading.isLess(max, min) {
      result.min = nil
      result.max = nil
    }
    // Text may be cut, and the sign of a floating zero is not known.
    let isExactUnlessTold = leaf.storage != .byteArray && !isFloating
    result.isMinExact = result.min != nil && isMinExact ?? isExactUnlessTold && !isFloating
    result.isMaxExact = result.max != nil && isMaxExact ?? isExactUnlessTold && !isFloating
    return result
  }

  /// Whether the order of the new bounds is the one that the format defines for the type.
  private var isOrderKnown: Bool {
    switch order {
    case .typeDefined?: true
    // The total order differs from the defined one in NaNs and zeros only, which are handled.
    case .ieee754Total?: leaf.type == .float32 || leaf.type == .float64
    case .other?: false
    case nil: hasSignedOrder
    }
  }

  /// Whether values are numbers with sign, which every writer has always compared as such.
  private var hasSignedOrder: Bool {
    if leaf.isUnsigned { return false }
    switch leaf.storage {
    case .boolean, .int32, .int64, .float, .double: return true
    case .int96, .byteArray, .fixedLengthByteArray: return false
    }
  }

  /// The value of a bound, or nil where its size is wrong or it is NaN.
  private func bound(_ bytes: [UInt8]) -> Scalar? {
    bytes.withUnsafeBytes { raw in
      switch leaf.storage {
      case .boolean: raw.count == 1 ? .boolean(raw[0] != 0) : nil
      case .int32:
        raw.count == 4 ? integer(Int64(raw.loadUnaligned(as: Int32.self)), bits: 32) : nil
      case .int64:
        raw.count == 8 ? integer(raw.loadUnaligned(as: Int64.self), bits: 64) : nil
      case .int96: nil
      case .float: raw.count == 4 ? number(raw.loadUnaligned(as: Float.self)) : nil
      case .double: raw.count == 8 ? number(raw.loadUnaligned(as: Double.self)) : nil
      case .byteArray, .fixedLengthByteArray: fromBytes(raw)
      }
    }
  }

  private func integer(_ value: Int64, bits: Int) -> Scalar? {
    if leaf.isUnsigned {
      // Only the annotated bits of a value count, and a bound outside of them is of no use.
      if bits == 64 { return .int128(Int128(UInt64(bitPattern: value))) }
      let unsigned = Int64(UInt32(truncatingIfNeeded: value))
      switch leaf.type {
      case .int16: return unsigned <= 0xFF ? .int(unsigned) : nil
      case .int32: return unsigned <= 0xFFFF ? .int(unsigned) : nil
      default: return .int(unsigned)
      }
    }
    switch leaf.type {
    case .int8: return Int8(exactly: value) == nil ? nil : .int(value)
    case .int16: return Int16(exactly: value) == nil ? nil : .int(value)
    case .unknown: return nil
    default: return leaf.type.physicalType == .int128 ? .int128(Int128(value)) : .int(value)
    }
  }

  private func number(_ value: Float) -> Scalar? { value.isNaN ? nil : .float(value) }

  private func number(_ value: Double) -> Scalar? { value.isNaN ? nil : .double(value) }

  private func fromBytes(_ raw: UnsafeRawBufferPointer) -> Scalar? {
    // Room for the loads of the conversions, which go past the value.
    var padded = [UInt8](raw)
    padded.append(contentsOf: [UInt8](repeating: 0, count: 32))
    return padded.withUnsafeBytes { bytes -> Scalar? in
      guard let start = bytes.baseAddress else { return nil }
      switch leaf.type {
      case .string, .json, .uuid: return .bytes(Array(raw))
      case .binary: return leaf.isInterval ? nil : .bytes(Array(raw))
      case .decimal where leaf.type.physicalType == .int64:
        return raw.isEmpty ? nil : ShortDecimal.convert(start, raw.count).map { .int($0) }
      case .decimal:
        return raw.isEmpty ? nil : LongDecimal.convert(start, raw.count).map { .int128($0) }
      case .float32:
        guard raw.count == 2, let value = HalfPrecision.convert(start, 2) else { return nil }
        return number(value)
      default: return nil
      }
    }
  }

  /// The sign of a zero bound says nothing about the zeros of the column.
  private func widenZeros(_ statistics: inout FieldStatistics) {
    if statistics.min == .float(0) { statistics.min = .float(-0.0) }
    if statistics.max == .float(-0.0) { statistics.max = .float(0) }
    if statistics.min == .double(0) { statistics.min = .double(-0.0) }
    if statistics.max == .double(-0.0) { statistics.max = .double(0) }
  }

  private static func isLess(_ left: Scalar, _ right: Scalar) -> Bool {
    switch (left, right) {
    case (.boolean(let left), .boolean(let right)): !left && right
    case (.int(let left), .int(let right)): left < right
    case (.int128(let left), .int128(let right)): left < right
    case (.float(let left), .float(let right)): left < right
    case (.double(let left), .double(let right)): left < right
    case (.bytes(let left), .bytes(let right)): left.lexicographicallyPrecedes(right)
    default: false
    }
  }
}
