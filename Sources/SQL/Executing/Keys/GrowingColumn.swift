import ColumnFormat

/// A column that rows of batches are appended to: what sorts, joins and windows keep.
///
/// Values are flat. Long texts are copied, so that a few rows do not hold whole pages, except those of
/// dictionaries, which many rows share.
final class GrowingColumn {
  let type: SQLType
  private(set) var count = 0
  private var block: MemoryBlock
  private var capacity: Int
  private let width: Int
  private var validityWords: BufferBuilder<UInt64>?
  private var nullCount = 0
  private var arena: ByteArena?
  private var owners: [AnyObject] = []
  private var lastDictionary: ColumnDictionary?
  /// Nested values are kept as the batches brought them.
  private var parts: [Column] = []
  private var nestedByteCount = 0

  init(_ type: SQLType, capacity: Int = 0) {
    self.type = type
    let kind = type.physicalType
    width = kind == .bytes ? 16 : kind.fixedByteCount
    self.capacity = width == 0 ? 0 : capacity
    block = MemoryBlock(byteCount: self.capacity * width)
  }

  /// Memory held, roughly.
  var byteCount: Int {
    capacity * width + (arena?.byteCount ?? 0) + (validityWords?.count ?? 0) * 8
      + nestedByteCount
  }

  /// What of it the rows take.
  var usedByteCount: Int {
    count * width + (arena?.usedByteCount ?? 0) + (validityWords?.count ?? 0) * 8 + nestedByteCount
  }

  /// There may be hundreds of columns with a few rows each.
  private static let firstArenaByteCount = 2 << 10

  /// Appends all rows of a column.
  func append(_ column: Column) {
    if width == 0 {
      parts.append(column)
      nestedByteCount += column.valueByteCount
      count += column.count
      return
    }
    append(column, rows: nil, rowCount: column.count)
  }

  /// Appends the given rows of a column.
  func append(_ column: Column, rows: Buffer<UInt32>) {
    if width == 0 {
      if rows.count > 0 {
        let taken = column.taking(rows)
        parts.append(taken)
        nestedByteCount += taken.valueByteCount
      }
      count += rows.count
      return
    }
    append(column, rows: rows.base, rowCount: rows.count)
  }

  /// Appends `rowCount` rows of a column that is not nested: those at `rows`, or the first ones.
  func append(_ column: Column, rows: UnsafePointer<UInt32>?, rowCount: Int) {
    if rowCount == 0 { return }
    if width == 0 {
      let indices = Buffer<UInt32>(count: rowCount)
      for row in 0..<rowCount { indices.base[row] = rows?[row] ?? UInt32(row) }
      return append(column, rows: indices)
    }
    reserve(rowCount)
    appendValidity(column, rows, rowCount)
    switch column.form {
    case .flat(let values): appendFlat(values, rows, rowCount)
    case .constant(let values, let isNull): appendConstant(values, isNull: isNull, rowCount)
    case .dictionary(let codes, let dictionary):
      appendDictionary(codes, dictionary, rows, rowCount)
    case .runs: appendFlat(column.flatValues, rows, rowCount)
    }
    count += rowCount
  }

  /// Appends the values at `rows` of a column without nulls and texts, of which this is the first value.
  ///
  /// What sinks that divide rows call for every few of them: nothing is looked up twice.
  func append(plain base: UnsafeRawPointer, rows: UnsafePointer<UInt32>, rowCount: Int) {
    reserve(rowCount)
    if validityWords != nil {
      let missing = Validity.wordCount(count + rowCount) - (validityWords?.count ?? 0)
      if missing > 0 { validityWords?.append(repeating: .max, count: missing) }
    }
    switch width {
    case 1: copy(base.assumingMemoryBound(to: UInt8.self), rows, rowCount)
    case 2: copy(base.assumingMemoryBound(to: UInt16.self), rows, rowCount)
    case 4: copy(base.assumingMemoryBound(to: UInt32.self), rows, rowCount)
    case 8: copy(base.assumingMemoryBound(to: UInt64.self), rows, rowCount)
    default: copy(base.assumingMemoryBound(to: Int128.self), rows, rowCount)
    }
    count += rowCount
  }

  private func reserve(_ added: Int) {
    if count + added <= capacity { return }
    capacity = max(count + added, capacity * 2, 64)
    let larger = MemoryBlock(byteCount: capacity * width)
    larger.base.copyMemory(from: block.base, byteCount: count * width)
    block = larger
  }

  private func appendValidity(_ column: Column, _ rows: UnsafePointer<UInt32>?, _ rowCount: Int) {
    if case .constant(_, false) = column.form {
      if validityWords == nil { return }
    } else if case .constant = column.form {
    } else if column.validity == nil && validityWords == nil {
      return
    }
    var words = validityWords ?? BufferBuilder<UInt64>(capacity: 16)
    validityWords = nil
    let needed = Validity.wordCount(count + rowCount)
    let existing = words.count
    // Rows before the first null are valid; so is every bit until a null clears it.
    if needed > existing { words.append(repeating: .max, count: needed - existing) }
    let base = words.finish().base
    switch column.form {
    case .constant(_, true):
      for row in count..<(count + rowCount) {
        base[row &>> 6] &= ~(1 &<< UInt64(truncatingIfNeeded: row & 63))
      }
      nullCount += rowCount
    case .constant: break
    default:
      guard let validity = column.validity else { break }
      for index in 0..<rowCount {
        let row = rows.map { Int($0[index]) } ?? index
        if !validity.isValid(row) {
          let position = count &+ index
          base[position &>> 6] &= ~(1 &<< UInt64(truncatingIfNeeded: position & 63))
          nullCount &+= 1
        }
      }
    }
    validityWords = words
  }

  @inline(__always)
  private func copy<Element: BitwiseCopyable>(
    _ source: UnsafePointer<Element>,
    _ rows: UnsafePointer<UInt32>?,
    _ rowCount: Int
  ) {
    let target = block.base.assumingMemoryBound(to: Element.self) + count
    if let rows {
      for index in 0..<rowCount { target[index] = source[Int(rows[index])] }
    } else {
      target.update(from: source, count: rowCount)
    }
  }

  private func appendFlat(_ values: Values, _ rows: UnsafePointer<UInt32>?, _ rowCount: Int) {
    switch values {
    case .boolean(let buffer): copy(buffer.base, rows, rowCount)
    case .int8(let buffer): copy(buffer.base, rows, rowCount)
    case .int16(let buffer): copy(buffer.base, rows, rowCount)
    case .int32(let buffer): copy(buffer.base, rows, rowCount)
    case .int64(let buffer): copy(buffer.base, rows, rowCount)
    case .int128(let buffer): copy(buffer.base, rows, rowCount)
    case .float32(let buffer): copy(buffer.base, rows, rowCount)
    case .float64(let buffer): copy(buffer.base, rows, rowCount)
    case .bytes(let buffer, _):
      let arena = arena ?? ByteArena(blockByteCount: GrowingColumn.firstArenaByteCount)
      self.arena = arena
      let target = block.base.assumingMemoryBound(to: ByteView.self) + count
      let source = buffer.base
      if let rows {
        for index in 0..<rowCount { target[index] = arena.copy(source[Int(rows[index])]) }
      } else {
        for index in 0..<rowCount { target[index] = arena.copy(source[index]) }
      }
    case .list, .row: preconditionFailure("nested values are kept apart")
    }
  }

  private func appendConstant(_ values: Values, isNull: Bool, _ rowCount: Int) {
    let target = block.base + count * width
    switch values {
    case .bytes(let buffer, _):
      let arena = arena ?? ByteArena(blockByteCount: GrowingColumn.firstArenaByteCount)
      self.arena = arena
      let view = isNull ? ByteView() : arena.copy(buffer[0])
      target.assumingMemoryBound(to: ByteView.self).update(repeating: view, count: rowCount)
    default:
      let zeros = Buffer<UInt32>(repeating: 0, count: rowCount)
      appendFlat(values, zeros.base, rowCount)
    }
  }

  private func appendDictionary(
    _ codes: Buffer<UInt32>,
    _ dictionary: ColumnDictionary,
    _ rows: UnsafePointer<UInt32>?,
    _ rowCount: Int
  ) {
    guard case .bytes(let views, let heap) = dictionary.values else {
      let positions = Buffer<UInt32>(count: rowCount)
      for index in 0..<rowCount {
        positions.base[index] = codes.base[rows.map { Int($0[index]) } ?? index]
      }
      return appendFlat(dictionary.values, positions.base, rowCount)
    }
    if lastDictionary !== dictionary {
      lastDictionary = dictionary
      owners.append(contentsOf: heap.owners)
    }
    let target = block.base.assumingMemoryBound(to: ByteView.self) + count
    let source = views.base
    let codes = codes.base
    if let rows {
      for index in 0..<rowCount { target[index] = source[Int(codes[Int(rows[index])])] }
    } else {
      for index in 0..<rowCount { target[index] = source[Int(codes[index])] }
    }
  }

  /// The rows so far, sharing this column's memory.
  func finish() -> Column {
    if width == 0 {
      if parts.isEmpty { return Column(flat: type.zeros(count: 0), count: 0) }
      let joined = Column.concatenate(parts).flattened()
      parts = [joined]
      return joined
    }
    let validity = validityWords.flatMap {
      Validity(words: $0.finish(), count: count, nullCount: nullCount)
    }
    return Column(
      flat: values(),
      count: count,
      validity: nullCount == 0 ? nil : validity
    )
  }

  /// The rows so far; this column holds no memory any more.
  func take() -> Column {
    let column = finish()
    count = 0
    capacity = 0
    block = MemoryBlock(byteCount: 0)
    validityWords = nil
    nullCount = 0
    arena = nil
    owners = []
    lastDictionary = nil
    parts = []
    nestedByteCount = 0
    return column
  }

  private func values() -> Values {
    @inline(__always)
    func view<Element: BitwiseCopyable>() -> Buffer<Element> {
      Buffer(
        base: block.base.assumingMemoryBound(to: Element.self),
        count: count,
        owner: block
      )
    }
    switch type.physicalType {
    case .boolean: return .boolean(view())
    case .int8: return .int8(view())
    case .int16: return .int16(view())
    case .int32: return .int32(view())
    case .int64: return .int64(view())
    case .int128: return .int128(view())
    case .float32: return .float32(view())
    case .float64: return .float64(view())
    case .bytes:
      let all = owners + (arena.map { [$0] } ?? [])
      return .bytes(view(), heap: ByteHeap(all))
    case .list, .row: preconditionFailure("nested values are kept apart")
    }
  }
}

/// Columns that grow together: rows that a sink keeps.
final class RowCollection {
  let columns: [GrowingColumn]
  private(set) var rowCount = 0

  init(_ types: [SQLType]) { columns = types.map { GrowingColumn($0) } }

  var byteCount: Int { columns.reduce(0) { $0 + $1.byteCount } }
  /// What of it the rows take.
  var usedByteCount: Int { columns.reduce(0) { $0 + $1.usedByteCount } }

  func append(_ batch: Batch) {
    for (column, part) in zip(columns, batch.columns) { column.append(part) }
    rowCount += batch.rowCount
  }

  func append(_ columns: [Column], rows: Buffer<UInt32>) {
    for (column, part) in zip(self.columns, columns) { column.append(part, rows: rows) }
    rowCount += rows.count
  }

  func finish() -> Batch {
    Batch(columns: columns.map { $0.finish() }, rowCount: rowCount)
  }

  /// The rows of several collections one after the other; columns are joined in parallel.
  ///
  /// Nothing is left in the collections, so that hardly more memory is needed than for one of the two.
  static func joined(_ parts: [RowCollection], _ types: [SQLType], _ control: RunControl) throws
    -> Batch
  {
    let filled = parts.filter { $0.rowCount > 0 }
    let rowCount = filled.reduce(0) { $0 + $1.rowCount }
    if filled.isEmpty {
      return Batch(
        columns: types.map { Column(flat: $0.zeros(count: 0), count: 0) },
        rowCount: 0
      )
    }
    if filled.count == 1 { return filled[0].finish() }
    let results = SharedArray<Column?>(repeating: nil, count: types.count)
    let box = SharedValue(filled)
    try control.parallel(types.count) { column in
      results[column] = Column.concatenate(box.value.map { $0.columns[column].take() })
    }
    return Batch(columns: results.values.compactMap { $0 }, rowCount: rowCount)
  }
}

/// Slots that threads fill, each its own.
final class SharedArray<Element>: @unchecked Sendable {
  private let storage: UnsafeMutableBufferPointer<Element>

  init(repeating value: Element, count: Int) {
    storage = .allocate(capacity: count)
    storage.initialize(repeating: value)
  }

  deinit {
    storage.deinitialize()
    storage.deallocate()
  }

  subscript(index: Int) -> Element {
    get { storage[index] }
    set { storage[index] = newValue }
  }

  var values: [Element] { Array(storage) }
}

/// A value that threads share because who made it sees to it that they do not collide.
final class SharedValue<Value>: @unchecked Sendable {
  let value: Value
  init(_ value: Value) { self.value = value }
}
