import ColumnFormat

#if canImport(Glibc)
  import Glibc
#endif

/// One column under construction, as trivial memory that hot loops reach by pointer.
///
/// A class or an array here would cost a reference count or an exclusivity check for each value.
/// ``ColumnTree`` owns the memory and hands it on as columns without copying.
struct ColumnSlot {
  /// How values are kept, and what is accepted.
  enum Kind {
    /// Only nulls.
    case null
    case boolean
    case int8
    case int16
    case int32
    case int64
    case float32
    case float64
    /// Up to 18 digits.
    case decimal64
    /// Up to 38 digits.
    case decimal128
    case text
    /// The JSON text of any value.
    case json
    case binary
    case uuid
    case date
    case time
    case timestamp
    case list
    case map
    case row

    /// Bytes a value.
    var stride: Int {
      switch self {
      case .null, .boolean, .int8: 1
      case .int16: 2
      case .int32, .float32, .date: 4
      case .int64, .float64, .decimal64, .time, .timestamp: 8
      case .decimal128, .text, .json, .binary, .uuid: 16
      case .list, .map: 4
      case .row: 0
      }
    }
  }

  var kind: Kind
  /// Of a timestamp: whether it is an instant.
  var isUTC = false
  /// The digits after a decimal's point, or of a second's fraction.
  var scale = 0
  /// Of a decimal: magnitudes stay below 10^`precisionMax`.
  var precisionMax = 0
  /// Of a narrow decimal: 10^`precisionMax`.
  var limit: UInt64 = 0
  /// Of a narrow decimal: at least the largest magnitude so far.
  var magnitudeMax: UInt64 = 0
  /// Of a wide decimal: the largest magnitude so far.
  var wideMagnitudeMax: UInt128 = 0
  /// The first of the slots of a row's fields, or the slot of a list's elements.
  var firstChild = 0
  /// The fields of a row.
  var childCount = 0
  /// Rows so far.
  var count = 0
  var capacity = 0
  var nullCount = 0
  var values: UnsafeMutableRawPointer
  /// One bit a row, set where there is a value; bits past `count` are set.
  var validity: UnsafeMutablePointer<UInt64>
  /// The keys of a row's fields.
  var members = MemberTable()

  /// An empty slot with room for some rows.
  init(_ kind: Kind, capacity: Int) {
    self.kind = kind
    self.capacity = max(capacity, 64) & ~63
    values = ColumnSlot.allocate((self.capacity + 1) * kind.stride)
    let words = self.capacity >> 6
    validity = ColumnSlot.allocate(words * 8).bindMemory(to: UInt64.self, capacity: words)
    validity.initialize(repeating: ~0, count: words)
    if kind == .list || kind == .map { offsets[0] = 0 }
  }

  private static func allocate(_ byteCount: Int) -> UnsafeMutableRawPointer {
    guard let memory = malloc(max(byteCount, 16)) else { preconditionFailure("out of memory") }
    return memory
  }

  /// The offsets of a list; one more than rows.
  var offsets: UnsafeMutablePointer<UInt32> { values.assumingMemoryBound(to: UInt32.self) }

  /// Doubles the room.
  mutating func grow() {
    let larger = capacity * 2
    guard let moved = realloc(values, max((larger + 1) * kind.stride, 16)),
      let movedWords = realloc(validity, larger >> 3)
    else { preconditionFailure("out of memory") }
    values = moved
    validity = movedWords.assumingMemoryBound(to: UInt64.self)
    (validity + capacity >> 6).initialize(repeating: ~0, count: (larger - capacity) >> 6)
    capacity = larger
  }

  func free() {
    Glibc.free(values)
    Glibc.free(validity)
    members.free()
  }
}

typealias SlotPointer = UnsafeMutablePointer<ColumnSlot>

extension UnsafeMutablePointer where Pointee == ColumnSlot {
  /// Appends a value of a fixed width.
  @inline(__always)
  func append<Value: BitwiseCopyable>(_ value: Value) {
    let row = pointee.count
    if row == pointee.capacity { pointee.grow() }
    pointee.values.assumingMemoryBound(to: Value.self)[row] = value
    pointee.count = row &+ 1
  }

  /// Marks the row that is about to be counted, and counts it.
  @inline(__always)
  func markNull() {
    let row = pointee.count
    pointee.validity[row &>> 6] &= ~(1 &<< UInt64(truncatingIfNeeded: row & 63))
    pointee.nullCount &+= 1
    pointee.count = row &+ 1
  }

  /// Appends the bytes of a text; they must outlive the column where there are more than twelve.
  @inline(__always)
  func appendView(_ start: UnsafePointer<UInt8>, count: Int) {
    append(ByteView(UnsafeRawPointer(start), count: count))
  }
}
