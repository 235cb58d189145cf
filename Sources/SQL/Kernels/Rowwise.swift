import ColumnFormat

/// A type that a row-by-row kernel takes: how to read it from the buffer.
protocol KernelArgument {
  associatedtype Stored: PhysicalValue
  static func read(_ place: UnsafePointer<Stored>) -> Self
}

extension KernelArgument where Self: PhysicalValue, Stored == Self {
  @inline(__always)
  static func read(_ place: UnsafePointer<Self>) -> Self { place.pointee }
}

extension Int8: KernelArgument { typealias Stored = Int8 }
extension Int16: KernelArgument { typealias Stored = Int16 }
extension Int32: KernelArgument { typealias Stored = Int32 }
extension Int64: KernelArgument { typealias Stored = Int64 }
extension Int128: KernelArgument { typealias Stored = Int128 }
extension Float: KernelArgument { typealias Stored = Float }
extension Double: KernelArgument { typealias Stored = Double }
extension Bool: KernelArgument {
  @inline(__always)
  static func read(_ place: UnsafePointer<UInt8>) -> Bool { place.pointee & 1 != 0 }
}
/// Text and binary arrive as their bytes, valid for the call.
extension UnsafeRawBufferPointer: KernelArgument {
  @inline(__always)
  static func read(_ place: UnsafePointer<ByteView>) -> UnsafeRawBufferPointer { place.bytes }
}

/// Kernels that compute one row after the other and skip rows with a null argument.
///
/// A body may throw, and returns nil for null. Byte results may point into the arguments: their
/// heaps are kept.
enum Rowwise {
  @inline(__always)
  static func map<A: KernelArgument, R: PhysicalValue>(
    _ arguments: [Column],
    _ rowCount: Int,
    arena: ByteArena? = nil,
    _ body: (A) throws -> R?
  ) throws -> Column {
    let a = Operand<A.Stored>(arguments[0])
    return try run(arguments, rowCount, arena, a.validity) { row in
      try body(A.read(a.buffer.base + (row & a.mask)))
    }
  }

  @inline(__always)
  static func map<A: KernelArgument, B: KernelArgument, R: PhysicalValue>(
    _ arguments: [Column],
    _ rowCount: Int,
    arena: ByteArena? = nil,
    _ body: (A, B) throws -> R?
  ) throws -> Column {
    let a = Operand<A.Stored>(arguments[0])
    let b = Operand<B.Stored>(arguments[1])
    let validity = Validity.intersection(a.validity, b.validity)
    return try run(arguments, rowCount, arena, validity) { row in
      try body(A.read(a.buffer.base + (row & a.mask)), B.read(b.buffer.base + (row & b.mask)))
    }
  }

  @inline(__always)
  static func map<A: KernelArgument, B: KernelArgument, C: KernelArgument, R: PhysicalValue>(
    _ arguments: [Column],
    _ rowCount: Int,
    arena: ByteArena? = nil,
    _ body: (A, B, C) throws -> R?
  ) throws -> Column {
    let a = Operand<A.Stored>(arguments[0])
    let b = Operand<B.Stored>(arguments[1])
    let c = Operand<C.Stored>(arguments[2])
    let validity = Validity.intersection(
      Validity.intersection(a.validity, b.validity),
      c.validity
    )
    return try run(arguments, rowCount, arena, validity) { row in
      try body(
        A.read(a.buffer.base + (row & a.mask)),
        B.read(b.buffer.base + (row & b.mask)),
        C.read(c.buffer.base + (row & c.mask))
      )
    }
  }

  @inline(__always)
  private static func run<R: PhysicalValue>(
    _ arguments: [Column],
    _ rowCount: Int,
    _ arena: ByteArena?,
    _ validity: Validity?,
    _ body: (Int) throws -> R?
  ) throws -> Column {
    let result = Buffer<R>(count: rowCount)
    let target = result.base
    // Made at the first row that is null by the body's own will.
    var nulls: Buffer<UInt8>?
    for row in 0..<rowCount {
      if let validity, !validity.isValid(row) {
        target[row] = R.filler
        continue
      }
      if let value = try body(row) {
        target[row] = value
      } else {
        target[row] = R.filler
        if nulls == nil { nulls = Buffer<UInt8>(repeating: 1, count: rowCount) }
        nulls?.base[row] = 0
      }
    }
    var all = validity
    if let nulls {
      all = Validity.intersection(all, Validity.fromBytes(nulls.base, count: rowCount))
    }
    return Column(result, validity: all, heap: heap(arguments, arena, R.self))
  }

  private static func heap<R>(_ arguments: [Column], _ arena: ByteArena?, _: R.Type) -> ByteHeap {
    guard R.self == ByteView.self else { return ByteHeap() }
    var heap = ByteHeap(arena.map { [$0] } ?? [])
    for argument in arguments where argument.physicalType == .bytes {
      heap = heap.union(argument.byteHeap)
    }
    return heap
  }
}
