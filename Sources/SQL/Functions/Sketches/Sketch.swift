import ColumnFormat

/// A summary of many values that can be merged with another one and kept as bytes.
protocol Sketch: Sendable {
  /// What SQL calls the type: `HyperLogLog`.
  static var typeName: String { get }
  /// A sketch from its bytes; nil where they are none.
  init?(serialized bytes: [UInt8])
  /// The sketch as bytes.
  mutating func serialized() -> [UInt8]
  /// Adds what `other` has seen.
  mutating func merge(_ other: Self) throws
  /// Memory held, roughly.
  var byteCount: Int { get }
}

/// Bytes of a sketch in the order in which they are read; nil where too few are left.
struct SketchReader {
  private let bytes: [UInt8]
  private(set) var position = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  var remainingCount: Int { bytes.count - position }

  /// The next little-endian number.
  mutating func number<Number: FixedWidthInteger>(_: Number.Type) -> Number? {
    let size = MemoryLayout<Number>.size
    guard remainingCount >= size else { return nil }
    defer { position += size }
    return bytes.withUnsafeBytes {
      Number(littleEndian: $0.loadUnaligned(fromByteOffset: position, as: Number.self))
    }
  }

  /// The next double.
  mutating func double() -> Double? { number(UInt64.self).map { Double(bitPattern: $0) } }

  /// The next `count` bytes.
  mutating func bytes(_ count: Int) -> [UInt8]? {
    guard count >= 0, remainingCount >= count else { return nil }
    defer { position += count }
    return Array(bytes[position..<(position + count)])
  }
}

extension [UInt8] {
  /// Appends a number, lowest byte first.
  mutating func append(littleEndian number: some FixedWidthInteger) {
    Swift.withUnsafeBytes(of: number.littleEndian) { append(contentsOf: $0) }
  }

  /// Appends a double's bits, lowest byte first.
  mutating func append(littleEndian number: Double) { append(littleEndian: number.bitPattern) }
}

/// The state of an aggregate whose result is a sketch.
final class SketchState<Value: Sketch>: AggregateState {
  /// Makes what adds a row to a sketch out of the columns of a batch.
  typealias Adding =
    @Sendable (_ arguments: [Column]) throws -> (_ row: Int, _ sketch: inout Value?) throws -> Void

  private var sketches: [Value?] = []
  private let adding: Adding

  /// - Parameter adding: Gets rows whose arguments all have a value; the sketch is nil before the
  ///   group's first.
  init(_ adding: @escaping Adding) { self.adding = adding }

  func resize(groupCount: Int) {
    while sketches.count < groupCount { sketches.append(nil) }
  }

  func update(groups: UnsafePointer<UInt32>, arguments: [Column], rowCount: Int) throws {
    guard rowCount > 0 else { return }
    let add = try adding(arguments)
    var validity: Validity?
    for argument in arguments {
      validity = Validity.intersection(validity, argument.rowValidity)
    }
    try sketches.withUnsafeMutableBufferPointer { sketches in
      try forEachValid(groups, validity, rowCount) { row, group in
        try add(row, &sketches[group])
      }
    }
  }

  func merge(
    _ other: any AggregateState,
    from sources: UnsafePointer<UInt32>,
    to groups: UnsafePointer<UInt32>,
    count: Int
  ) throws {
    guard let other = other as? SketchState<Value> else { return }
    for index in 0..<count {
      guard let theirs = other.sketches[Int(sources[index])] else { continue }
      let group = Int(groups[index])
      if sketches[group] == nil {
        sketches[group] = theirs
      } else {
        try sketches[group]?.merge(theirs)
      }
    }
  }

  func finish() -> Column {
    let arena = ByteArena()
    let result = Buffer<ByteView>(count: sketches.count)
    let valid = Buffer<UInt8>(count: sketches.count)
    for group in sketches.indices {
      let bytes = sketches[group]?.serialized()
      result.base[group] = bytes.map { arena.copy($0) } ?? ByteView()
      valid.base[group] = bit(bytes != nil)
    }
    return Column(
      result,
      validity: Validity.fromBytes(valid.base, count: valid.count),
      heap: ByteHeap([arena])
    )
  }

  var byteCount: Int {
    // One look at a few of them is enough for a budget.
    let sample = sketches.prefix(64)
    if sample.isEmpty { return 0 }
    return sample.reduce(0) { $0 + ($1?.byteCount ?? 16) } / sample.count * sketches.count
  }
}

extension FunctionRegistry {
  /// Adds `merge` for sketches of a type.
  mutating func merging<Value: Sketch>(
    _: Value.Type,
    _ type: String,
    examples: KeyValuePairs<String, String> = [:]
  ) {
    aggregate(
      "merge(\(type)) -> \(type)",
      "One sketch of all that several sketches have seen.",
      examples: examples
    ) { _ in
      {
        SketchState<Value> { arguments in
          let views = Operand<ByteView>(arguments[0])
          return { row, sketch in
            let other = try Value.read((views.buffer.base + (row & views.mask)).bytes)
            if sketch == nil { sketch = other } else { try sketch?.merge(other) }
          }
        }
      }
    }
  }
}

extension Sketch {
  /// A sketch from the bytes of a value.
  static func read(_ bytes: UnsafeRawBufferPointer) throws -> Self {
    if let sketch = Self(serialized: Array(bytes)) { return sketch }
    throw SQLError(.invalidArgument, "the bytes are no \(typeName)")
  }
}

/// Casts of bytes to sketches.
enum SketchCasting {
  static func fromBinary(_ to: SQLType) -> Casting.Cast? {
    switch to {
    case .hyperLogLog: checked(HyperLogLog.self)
    case .setDigest: checked(SetDigest.self)
    case .tdigest: checked(TDigest.self)
    case .qdigest: checked(QuantileTree.self)
    default: nil
    }
  }

  /// The bytes themselves, once they have been read as a sketch.
  private static func checked<Value: Sketch>(_: Value.Type) -> Casting.Cast {
    { column, isTry in
      try Casting.convert(
        column,
        isTry,
        failure: { (_: UnsafeRawBufferPointer) in
          SQLError(.invalidCast, "Cannot cast value to \(Value.typeName): the bytes are none")
        }
      ) { (bytes: UnsafeRawBufferPointer) -> ByteView? in
        Value(serialized: Array(bytes)) == nil ? nil : ByteView(bytes, 0, bytes.count)
      }
    }
  }
}
