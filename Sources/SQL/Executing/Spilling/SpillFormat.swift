import ColumnFormat

/// Batches as bytes in temporary files.
///
/// ```
///   batch    columns one after the other
///   column   nulls (8 bytes), bytes of texts (8 bytes), validity words where there are nulls, values
///   fixed    the numbers as they are in memory
///   text     lengths (4 bytes a row), the bytes
///   list     offsets from zero (4 bytes, one more than rows), the column of elements
///   row      a column for each field
/// ```
/// Every piece begins at a multiple of 16, so that columns read back are views of the block. Nobody but
/// the process that wrote a file reads it, so numbers have the machine's byte order.
enum SpillFormat {
  private static let alignment = 16

  /// Appends a batch's columns.
  static func append(_ columns: [Column], to bytes: inout BufferBuilder<UInt8>) {
    for column in columns { append(column.flattened(), to: &bytes) }
  }

  private static func append(_ column: Column, to bytes: inout BufferBuilder<UInt8>) {
    let count = column.count
    let nullCount = column.validity?.nullCount ?? 0
    let header = bytes.count
    bytes.append(repeating: 0, count: alignment)
    put(UInt64(nullCount), at: header, in: bytes)
    if let validity = column.validity, nullCount > 0 {
      append(validity.words.base, count: Validity.wordCount(count), to: &bytes)
    }
    switch column.flatValues {
    case .boolean(let values): append(values.base, count: count, to: &bytes)
    case .int8(let values): append(values.base, count: count, to: &bytes)
    case .int16(let values): append(values.base, count: count, to: &bytes)
    case .int32(let values): append(values.base, count: count, to: &bytes)
    case .int64(let values): append(values.base, count: count, to: &bytes)
    case .int128(let values): append(values.base, count: count, to: &bytes)
    case .float32(let values): append(values.base, count: count, to: &bytes)
    case .float64(let values): append(values.base, count: count, to: &bytes)
    case .bytes(let views, _):
      let total = appendTexts(views, column.validity, count: count, to: &bytes)
      put(UInt64(total), at: header + 8, in: bytes)
    case .list(let offsets, let elements):
      let first = count > 0 ? offsets.base[0] : 0
      let last = count > 0 ? max(offsets.base[count], first) : 0
      let moved = Buffer<UInt32>(count: count + 1)
      for row in 0...count {
        moved.base[row] = max(count > 0 ? offsets.base[row] : 0, first) - first
      }
      put(UInt64(last - first), at: header + 8, in: bytes)
      append(moved.base, count: count + 1, to: &bytes)
      append(elements.slice(Int(first)..<Int(last)).flattened(), to: &bytes)
    case .row(let fields): for field in fields { append(field.flattened(), to: &bytes) }
    }
  }

  /// Lengths and bytes of texts; how many bytes these are.
  private static func appendTexts(
    _ views: Buffer<ByteView>,
    _ validity: Validity?,
    count: Int,
    to bytes: inout BufferBuilder<UInt8>
  ) -> Int {
    let lengths = Buffer<UInt32>(count: count)
    var total = 0
    for row in 0..<count {
      // What lies behind a null is safe to read and of no use.
      let length = validity?.isValid(row) ?? true ? views.base[row].count : 0
      lengths.base[row] = UInt32(truncatingIfNeeded: length)
      total += length
    }
    append(lengths.base, count: count, to: &bytes)
    bytes.reserve(total + alignment)
    for row in 0..<count where lengths.base[row] > 0 {
      (views.base + row).bytes.withMemoryRebound(to: UInt8.self) { text in
        if let start = text.baseAddress { bytes.append(from: start, count: text.count) }
      }
    }
    pad(&bytes)
    return total
  }

  private static func append<Element: BitwiseCopyable>(
    _ values: UnsafePointer<Element>,
    count: Int,
    to bytes: inout BufferBuilder<UInt8>
  ) {
    let byteCount = count * MemoryLayout<Element>.stride
    UnsafeRawPointer(values).withMemoryRebound(to: UInt8.self, capacity: byteCount) {
      bytes.append(from: $0, count: byteCount)
    }
    pad(&bytes)
  }

  private static func pad(_ bytes: inout BufferBuilder<UInt8>) {
    let rest = bytes.count % alignment
    if rest > 0 { bytes.append(repeating: 0, count: alignment - rest) }
  }

  private static func put(_ value: UInt64, at offset: Int, in bytes: BufferBuilder<UInt8>) {
    UnsafeMutableRawPointer(bytes.finish().base + offset).storeBytes(of: value, as: UInt64.self)
  }

  // MARK: Reading

  /// The batch whose bytes a block holds; its columns are views of the block.
  static func batch(_ block: MemoryBlock, _ types: [SQLType], rowCount: Int) -> Batch {
    var reader = Reader(block: block)
    return Batch(columns: types.map { reader.column($0, count: rowCount) }, rowCount: rowCount)
  }

  private struct Reader {
    let block: MemoryBlock
    private var offset = 0

    init(block: MemoryBlock) { self.block = block }

    mutating func column(_ type: SQLType, count: Int) -> Column {
      let header: Buffer<UInt64> = take(2)
      let nullCount = Int(header.base[0])
      var validity: Validity?
      if nullCount > 0 {
        validity = Validity(
          words: take(Validity.wordCount(count)),
          count: count,
          nullCount: nullCount
        )
      }
      let values: Values =
        switch type.physicalType {
        case .boolean: .boolean(take(count))
        case .int8: .int8(take(count))
        case .int16: .int16(take(count))
        case .int32: .int32(take(count))
        case .int64: .int64(take(count))
        case .int128: .int128(take(count))
        case .float32: .float32(take(count))
        case .float64: .float64(take(count))
        case .bytes: texts(count: count, byteCount: Int(header.base[1]))
        case .list:
          .list(
            offsets: take(count + 1),
            elements: column(type.nestedTypes[0], count: Int(header.base[1]))
          )
        case .row: .row(fields(type, count: count))
        }
      return Column(flat: values, count: count, validity: validity)
    }

    private mutating func fields(_ type: SQLType, count: Int) -> [Column] {
      type.nestedTypes.map { column($0, count: count) }
    }

    private mutating func texts(count: Int, byteCount: Int) -> Values {
      let lengths: Buffer<UInt32> = take(count)
      let bytes: Buffer<UInt8> = take(byteCount)
      let views = Buffer<ByteView>(count: count)
      var start = UnsafeRawPointer(bytes.base)
      for row in 0..<count {
        let length = Int(lengths.base[row])
        views.base[row] = ByteView(start, count: length)
        start += length
      }
      return .bytes(views, heap: ByteHeap([block]))
    }

    private mutating func take<Element: BitwiseCopyable>(_ count: Int) -> Buffer<Element> {
      let base = (block.base + offset).assumingMemoryBound(to: Element.self)
      let byteCount = count * MemoryLayout<Element>.stride
      offset += (byteCount + alignment - 1) / alignment * alignment
      precondition(offset <= block.byteCount, "a block of a temporary file is too short")
      return Buffer(base: base, count: count, owner: block)
    }
  }
}
