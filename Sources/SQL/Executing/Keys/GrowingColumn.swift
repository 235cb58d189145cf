import ColumnFormat

/// A column that rows of batches are appended to: what sorts, joins and windows keep.
///
/// Values are flat. Long texts are copied, so that a few rows do not hold whole pages, except those of
/// dictionaries, which many rows share.
final class GrowingColumn {
  let type: SQLType
  private(set) var count = 0
  private var blocks: GrowingBlocks
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
    blocks = GrowingBlocks(stride: max(width, 1), capacity: width == 0 ? 0 : capacity)
  }

  /// Memory held, roughly.
  var byteCount: Int {
    blocks.byteCount + (arena?.byteCount ?? 0) + (validityWords?.count ?? 0) * 8
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
    appendValidity(column, rows, rowCount)
    let target = blocks.append(rowCount)
    switch column.form {
    case .flat(let values): appendFlat(values, rows, rowCount, to: target)
    case .constant(let values, let isNull):
      appendConstant(values, isNull: isNull, rowCount, to: target)
    case .dictionary(let codes, let dictionary):
      appendDictionary(codes, dictionary, rows, rowCount, to: target)
    case .runs: appendFlat(column.flatValues, rows, rowCount, to: target)
    }
    count += rowCount
  }

  /// Appends the values at `rows` of a column without nulls and texts, of which this is the first value.
  ///
  /// What sinks that divide rows call for every few of them: nothing is looked up twice.
  func append(plain base: UnsafeRawPointer, rows: UnsafePointer<UInt32>, rowCount: Int) {
    let target = blocks.append(rowCount)
    if validityWords != nil {
      let missing = Validity.wordCount(count + rowCount) - (validityWords?.count ?? 0)
      if missing > 0 { validityWords?.append(repeating: .max, count: missing) }
    }
    switch width {
    case 1: copy(base.assumingMemoryBound(to: UInt8.self), rows, rowCount, to: target)
    case 2: copy(base.assumingMemoryBound(to: UInt16.self), rows, rowCount, to: target)
    case 4: copy(base.assumingMemoryBound(to: UInt32.self), rows, rowCount, to: target)
    case 8: copy(base.assumingMemoryBound(to: UInt64.self), rows, rowCount, to: target)
    default: copy(base.assumingMemoryBound(to: Int128.self), rows, rowCount, to: target)
    }
    count += rowCount
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
    _ rowCount: Int,
    to target: UnsafeMutableRawPointer
  ) {
    let target = target.assumingMemoryBound(to: Element.self)
    if let rows {
      for index in 0..<rowCount { target[index] = source[Int(rows[index])] }
    } else {
      target.update(from: source, count: rowCount)
    }
  }

  private func appendFlat(
    _ values: Values,
    _ rows: UnsafePointer<UInt32>?,
    _ rowCount: Int,
    to target: UnsafeMutableRawPointer
  ) {
    switch values {
    case .boolean(let buffer): copy(buffer.base, rows, rowCount, to: target)
    case .int8(let buffer): copy(buffer.base, rows, rowCount, to: target)
    case .int16(let buffer): copy(buffer.base, rows, rowCount, to: target)
    case .int32(let buffer): copy(buffer.base, rows, rowCount, to: target)
    case .int64(let buffer): copy(buffer.base, rows, rowCount, to: target)
    case .int128(let buffer): copy(buffer.base, rows, rowCount, to: target)
    case .float32(let buffer): copy(buffer.base, rows, rowCount, to: target)
    case .float64(let buffer): copy(buffer.base, rows, rowCount, to: target)
    case .bytes(let buffer, _):
      let arena = arena ?? ByteArena(blockByteCount: GrowingColumn.firstArenaByteCount)
      self.arena = arena
      let target = target.assumingMemoryBound(to: ByteView.self)
      let source = buffer.base
      if let rows {
        for index in 0..<rowCount { target[index] = arena.copy(source[Int(rows[index])]) }
      } else {
        for index in 0..<rowCount { target[index] = arena.copy(source[index]) }
      }
    case .list, .row: preconditionFailure("nested values are kept apart")
    }
  }

  private func appendConstant(
    _ values: Values,
    isNull: Bool,
    _ rowCount: Int,
    to target: UnsafeMutableRawPointer
  ) {
    switch values {
    case .bytes(let buffer, _):
      let arena = arena ?? ByteArena(blockByteCount: GrowingColumn.firstArenaByteCount)
      self.arena = arena
      let view = isNull ? ByteView() : arena.copy(buffer[0])
      target.assumingMemoryBound(to: ByteView.self).update(repeating: view, count: rowCount)
    default:
      let zeros = Buffer<UInt32>(repeating: 0, count: rowCount)
      withExtendedLifetime(zeros) { appendFlat(values, zeros.base, rowCount, to: target) }
    }
  }

  private func appendDictionary(
    _ codes: Buffer<UInt32>,
    _ dictionary: ColumnDictionary,
    _ rows: UnsafePointer<UInt32>?,
    _ rowCount: Int,
    to target: UnsafeMutableRawPointer
  ) {
    guard case .bytes(let views, let heap) = dictionary.values else {
      let positions = Buffer<UInt32>(count: rowCount)
      for index in 0..<rowCount {
        positions.base[index] = codes.base[rows.map { Int($0[index]) } ?? index]
      }
      return withExtendedLifetime(positions) {
        appendFlat(dictionary.values, positions.base, rowCount, to: target)
      }
    }
    if lastDictionary !== dictionary {
      lastDictionary = dictionary
      owners.append(contentsOf: heap.owners)
    }
    let target = target.assumingMemoryBound(to: ByteView.self)
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
    return Column(
      flat: values(blocks.gathered(), count: count, owners: textOwners),
      count: count,
      validity: validity
    )
  }

  /// What keeps long texts alive.
  private var textOwners: [AnyObject] { owners + (arena.map { [$0] } ?? []) }

  private var validity: Validity? {
    if nullCount == 0 { return nil }
    return validityWords.flatMap {
      Validity(words: $0.finish(), count: count, nullCount: nullCount)
    }
  }

  /// The rows of all columns, one after the other; nothing is left in them.
  static func take(_ columns: [GrowingColumn]) -> Column {
    guard let first = columns.first else { preconditionFailure("columns of some worker") }
    defer { for column in columns { column.removeAll() } }
    if columns.count == 1 { return first.finish() }
    if first.width == 0 { return Column.concatenate(columns.map { $0.finish() }) }
    let count = columns.reduce(0) { $0 + $1.count }
    var validity = ValidityBuilder()
    for column in columns {
      if let own = column.validity {
        validity.append(own, 0..<column.count)
      } else {
        validity.append(repeating: true, count: column.count)
      }
    }
    let owners = columns.flatMap(\.textOwners)
    let block = GrowingBlocks.gathered(columns.map { $0.blocks.take() })
    return Column(
      flat: first.values(block, count: count, owners: owners),
      count: count,
      validity: validity.finish()
    )
  }

  private func removeAll() {
    count = 0
    _ = blocks.take()
    validityWords = nil
    nullCount = 0
    arena = nil
    owners = []
    lastDictionary = nil
    parts = []
    nestedByteCount = 0
  }

  private func values(_ block: MemoryBlock, count: Int, owners: [AnyObject]) -> Values {
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
    case .bytes: return .bytes(view(), heap: ByteHeap(owners))
    case .list, .row: preconditionFailure("nested values are kept apart")
    }
  }
}
