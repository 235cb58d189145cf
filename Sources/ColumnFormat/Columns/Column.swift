/// How values lie in memory, whatever they mean.
public enum PhysicalType: Sendable, Hashable {
  /// One byte a value, 0 or 1.
  case boolean
  /// Signed integers; dates are `int32` days, times and timestamps `int64`.
  case int8
  /// Two bytes a value.
  case int16
  /// Four bytes a value.
  case int32
  /// Eight bytes a value; decimals of up to 18 digits.
  case int64
  /// Sixteen bytes a value; decimals of 19 to 38 digits.
  case int128
  /// IEEE single precision.
  case float32
  /// IEEE double precision.
  case float64
  /// Text and binary.
  case bytes
  /// A run of elements a row.
  case list
  /// One value of each field a row. A map is a list of rows with two fields, key and value.
  case row
}

/// The values of a column, one array for each physical type.
///
/// There is a value for null rows too; what it is does not matter, but it is safe to read.
public enum Values: Sendable {
  /// Zero or one.
  case boolean(Buffer<UInt8>)
  /// `tinyint`.
  case int8(Buffer<Int8>)
  /// `smallint`.
  case int16(Buffer<Int16>)
  /// `integer`, `date`.
  case int32(Buffer<Int32>)
  /// `bigint`, `time`, `timestamp`, `decimal(1...18)`.
  case int64(Buffer<Int64>)
  /// `decimal(19...38)`.
  case int128(Buffer<Int128>)
  /// `real`.
  case float32(Buffer<Float>)
  /// `double`.
  case float64(Buffer<Double>)
  /// `varchar`, `varbinary`; `heap` keeps the bytes of long values alive.
  case bytes(Buffer<ByteView>, heap: ByteHeap)
  /// `offsets` has one entry more than rows; row `i` holds elements `offsets[i]..<offsets[i + 1]`.
  indirect case list(offsets: Buffer<UInt32>, elements: Column)
  /// One column for each field, all of the same number of rows.
  case row([Column])

  /// How the values lie in memory.
  public var physicalType: PhysicalType {
    switch self {
    case .boolean: .boolean
    case .int8: .int8
    case .int16: .int16
    case .int32: .int32
    case .int64: .int64
    case .int128: .int128
    case .float32: .float32
    case .float64: .float64
    case .bytes: .bytes
    case .list: .list
    case .row: .row
    }
  }
}

/// The distinct values that a dictionary column's codes point at; none of them is null.
public final class ColumnDictionary: Sendable {
  /// At least one value, so that the code of a null row has something to point at.
  public let values: Values
  /// The number of values.
  public let count: Int

  /// A dictionary of `count` values.
  public init(values: Values, count: Int) {
    self.values = values
    self.count = count
  }
}

/// One column of a batch: values, validity and the form they are kept in.
///
/// Operators look at the form where it saves work (a constant, a dictionary's few entries) and call
/// ``flattened()`` where it does not.
public struct Column: Sendable {
  /// The forms a column comes in.
  public enum Form: Sendable {
    /// One value a row.
    case flat(Values)
    /// The same single value in all rows.
    case constant(Values, isNull: Bool)
    /// A code a row; the code of a null row is valid but without meaning.
    case dictionary(codes: Buffer<UInt32>, ColumnDictionary)
    /// Run `i` ends before row `ends[i]`; one value a run.
    case runs(ends: Buffer<UInt32>, Values)
  }

  /// The number of rows.
  public let count: Int
  /// The values.
  public let form: Form
  /// Which rows have a value; nil where all have, and always nil in a constant column.
  public let validity: Validity?

  /// A column of `count` rows.
  public init(_ form: Form, count: Int, validity: Validity? = nil) {
    self.form = form
    self.count = count
    self.validity = validity?.nullCount == 0 ? nil : validity
  }

  /// A flat column.
  public init(flat values: Values, count: Int, validity: Validity? = nil) {
    self.init(.flat(values), count: count, validity: validity)
  }

  /// How the values lie in memory.
  public var physicalType: PhysicalType {
    switch form {
    case .flat(let values), .constant(let values, _), .runs(_, let values): values.physicalType
    case .dictionary(_, let dictionary): dictionary.values.physicalType
    }
  }

  /// The number of null rows.
  public var nullCount: Int {
    if case .constant(_, let isNull) = form { return isNull ? count : 0 }
    return validity?.nullCount ?? 0
  }

  /// Whether the row has a value.
  @inlinable
  public func isValid(_ row: Int) -> Bool {
    if case .constant(_, let isNull) = form { return !isNull }
    return validity?.isValid(row) ?? true
  }

  /// Which rows have a value, also of a constant column.
  public var rowValidity: Validity? {
    if case .constant(_, true) = form { return .allNull(count: count) }
    return validity
  }

  /// A column of `count` nulls of a physical type (of text where the type is nested).
  public static func nulls(_ type: PhysicalType, count: Int) -> Column {
    Column(.constant(Values.single(type), isNull: true), count: count)
  }
}

extension Values {
  /// One value of the type, zero or empty: the value behind a constant null.
  public static func single(_ type: PhysicalType) -> Values { zeros(type, count: 1) }

  /// `count` zeros, empty texts or empty lists; a row type has no fields.
  public static func zeros(_ type: PhysicalType, count: Int) -> Values {
    switch type {
    case .boolean: .boolean(Buffer(repeating: 0, count: count))
    case .int8: .int8(Buffer(repeating: 0, count: count))
    case .int16: .int16(Buffer(repeating: 0, count: count))
    case .int32: .int32(Buffer(repeating: 0, count: count))
    case .int64: .int64(Buffer(repeating: 0, count: count))
    case .int128: .int128(Buffer(repeating: 0, count: count))
    case .float32: .float32(Buffer(repeating: 0, count: count))
    case .float64: .float64(Buffer(repeating: 0, count: count))
    case .bytes: .bytes(Buffer(repeating: ByteView(), count: count), heap: ByteHeap())
    case .list:
      .list(
        offsets: Buffer(repeating: 0, count: count + 1),
        elements: Column(flat: .boolean(Buffer(count: 0)), count: 0)
      )
    case .row: .row([])
    }
  }
}
