import ColumnFormat

#if canImport(Glibc)
  import Glibc
#endif

/// The columns of a block under construction, one slot each, nested ones included.
///
/// Slot 0 is a row whose fields are the schema's columns.
final class ColumnTree {
  /// All slots; they do not move.
  let slots: SlotPointer
  /// The names of a row slot's fields, by slot.
  private(set) var names: [[String]]
  /// The keys that a row slot's fields take, by slot.
  private var keys: [[String]]
  private let matching: KeyMatching
  /// The full name of each slot's column, and its type.
  private var paths: [String]
  private var types: [LogicalType]
  private var hidden: Set<Int> = []
  private var aliases: [String: Int] = [:]
  private let slotCount: Int
  private let schema: Schema
  /// Whether decimals may grow past their declared precision, as far as their width allows.
  private let isEvolving: Bool
  private var isFinished = false

  /// Memory for texts that are not in the block as they are: unescaped ones.
  private(set) var arena: MemoryBlock?
  private let arenaByteCount: Int

  /// An empty tree.
  ///
  /// - Parameters:
  ///   - schema: The columns.
  ///   - rowCapacity: The expected number of rows.
  ///   - arenaByteCount: The most bytes of text that do not lie in the block itself.
  ///   - isEvolving: Whether decimals may grow in precision.
  ///   - matching: How keys lead to columns.
  init(
    schema: Schema,
    rowCapacity: Int,
    arenaByteCount: Int,
    isEvolving: Bool,
    matching: KeyMatching = KeyMatching()
  ) {
    self.schema = schema
    self.matching = matching
    self.isEvolving = isEvolving
    self.arenaByteCount = arenaByteCount
    let count = 1 + ColumnTree.countSlots(schema.fields)
    slots = .allocate(capacity: count)
    slotCount = count
    names = Array(repeating: [], count: count)
    keys = names
    paths = Array(repeating: "", count: count)
    types = Array(repeating: .unknown, count: count)
    var next = 1
    slots.initialize(to: ColumnSlot(.row, capacity: rowCapacity))
    addFields(schema.fields, of: 0, next: &next, capacity: rowCapacity)
  }

  deinit {
    for index in 0..<slotCount {
      if isFinished { slots[index].members.free() } else { slots[index].free() }
    }
    slots.deallocate()
  }

  /// The arena's first byte; the memory is touched only as far as it is used.
  func makeArena() -> UnsafeMutablePointer<UInt8> {
    let block = arena ?? MemoryBlock(byteCount: arenaByteCount + RecordBlock.padding)
    arena = block
    return block.base.assumingMemoryBound(to: UInt8.self)
  }

  private static func countSlots(_ fields: [Field]) -> Int {
    fields.reduce(0) { $0 + 1 + countSlots(children($1.type)) }
  }

  private static func children(_ type: LogicalType) -> [Field] {
    switch type {
    case .list(let element): [element]
    case .map(let key, let value): [Field("entry", .row([key, value]))]
    case .row(let fields): fields
    default: []
    }
  }

  private func addFields(_ fields: [Field], of parent: Int, next: inout Int, capacity: Int) {
    let first = next
    slots[parent].firstChild = first
    slots[parent].childCount = fields.count
    names[parent] = fields.map(\.name)
    keys[parent] = parent == 0 ? matching.keys(of: names[0]) : names[parent]
    next += fields.count
    for (index, field) in fields.enumerated() {
      paths[first + index] = parent == 0 ? field.name : "\(paths[parent]).\(field.name)"
      types[first + index] = field.type
      (slots + first + index).initialize(
        to: ColumnTree.slot(field.type, capacity: capacity, isEvolving: isEvolving)
      )
      if slots[parent].kind == .row && ColumnTree.isPlain(keys[parent][index]) {
        var name = keys[parent][index]
        name.withUTF8 {
          _ = slots[parent].members.add(UnsafeRawBufferPointer($0), target: first + index)
        }
      }
      let children = ColumnTree.children(field.type)
      if !children.isEmpty {
        addFields(children, of: first + index, next: &next, capacity: capacity)
      }
    }
  }

  /// The sentence for a value that its column does not hold.
  func misfitWords(slot: Int, _ value: Range<BytePointer>) -> String {
    let length = value.upperBound - value.lowerBound
    let shown = min(length, 60)
    let bytes = UnsafeBufferPointer(start: value.lowerBound, count: shown)
    let text = String(decoding: bytes, as: UTF8.self) + (shown < length ? "…" : "")
    // What no shape was made for has no column.
    if paths[slot].isEmpty {
      return
        "there are more than \(ShapeTree.fieldCountMax) different fields; this one's value is \(text)"
    }
    return "column '\(paths[slot])': \(text) is not a value of type \(TypeWords.name(types[slot]))"
  }

  /// Keeps keys from top-level columns that other things than the records' keys fill.
  ///
  /// - Parameters:
  ///   - positions: The columns.
  ///   - aliases: Columns that take the key of another name, by that name.
  func hideFields(_ positions: [Int], aliases: [String: Int]) {
    let first = slots.pointee.firstChild
    for position in positions {
      slots.pointee.members.hide(target: first + position)
      hidden.insert(first + position)
    }
    self.aliases = aliases.mapValues { first + $0 }
  }

  /// The slot of the field that takes a key; see ``KeyMatching``.
  func field(of row: Int, named name: String) -> Int? {
    if row == 0, let alias = aliases[name.lowercased()] { return alias }
    guard let index = matching.place(of: name, in: keys[row]) else { return nil }
    let slot = slots[row].firstChild + index
    return hidden.contains(slot) ? nil : slot
  }

  /// Whether a name stands in JSON as it is, without escapes.
  static func isPlain(_ name: String) -> Bool {
    name.utf8.allSatisfy { $0 >= 0x20 && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") }
  }

  private static func slot(_ type: LogicalType, capacity: Int, isEvolving: Bool) -> ColumnSlot {
    var slot = ColumnSlot(kind(type), capacity: capacity)
    switch type {
    case .decimal(let precision, let scale):
      slot.scale = scale
      slot.precisionMax = isEvolving ? (precision <= 18 ? 18 : 38) : precision
      if precision <= 18 { slot.limit = PowersOfTen.narrow(slot.precisionMax) }
    case .time(let unit): slot.scale = unit.digits
    case .timestamp(let unit, let isAdjustedToUTC):
      slot.scale = unit.digits
      slot.isUTC = isAdjustedToUTC
    default: break
    }
    return slot
  }

  private static func kind(_ type: LogicalType) -> ColumnSlot.Kind {
    switch type {
    case .unknown: .null
    case .boolean: .boolean
    case .int8: .int8
    case .int16: .int16
    case .int32: .int32
    case .int64: .int64
    case .float32: .float32
    case .float64: .float64
    case .decimal(let precision, _): precision <= 18 ? .decimal64 : .decimal128
    case .string: .text
    case .json: .json
    case .binary: .binary
    case .uuid: .uuid
    case .date: .date
    case .time: .time
    case .timestamp: .timestamp
    case .list: .list
    case .map: .map
    case .row: .row
    }
  }

  /// Appends a null to a column and, where it is nested, to the columns within.
  static func appendNull(_ slot: SlotPointer, _ slots: SlotPointer) {
    if slot.pointee.count == slot.pointee.capacity { slot.pointee.grow() }
    let row = slot.pointee.count
    switch slot.pointee.kind {
    case .row:
      for child in 0..<slot.pointee.childCount {
        appendNull(slots + slot.pointee.firstChild + child, slots)
      }
    case .list, .map: slot.pointee.offsets[row + 1] = slot.pointee.offsets[row]
    default:
      // A null row's value is never used, but it must be safe to read.
      let stride = slot.pointee.kind.stride
      memset(slot.pointee.values + row * stride, 0, stride)
    }
    slot.markNull()
  }

  /// Forgets the rows from `row` on, those of nested columns included.
  static func truncate(_ slot: SlotPointer, to row: Int, _ slots: SlotPointer) {
    if slot.pointee.count <= row { return }
    for index in row..<slot.pointee.count {
      let bit: UInt64 = 1 &<< UInt64(index & 63)
      if slot.pointee.validity[index >> 6] & bit == 0 {
        slot.pointee.validity[index >> 6] |= bit
        slot.pointee.nullCount -= 1
      }
    }
    switch slot.pointee.kind {
    case .row: truncateFields(slot, to: row, slots)
    case .list, .map:
      truncate(slots + slot.pointee.firstChild, to: Int(slot.pointee.offsets[row]), slots)
    default: break
    }
    slot.pointee.count = row
  }

  /// Forgets the rows of a row column's fields from `row` on, also where the row itself was not
  /// counted yet.
  static func truncateFields(_ slot: SlotPointer, to row: Int, _ slots: SlotPointer) {
    for child in 0..<slot.pointee.childCount {
      let field = slots + slot.pointee.firstChild + child
      switch field.pointee.kind {
      case .row: truncateFields(field, to: row, slots)
      case .list, .map:
        // Elements of a list that was not counted lie past the last offset.
        let last = min(row, field.pointee.count)
        truncateElements(field, to: Int(field.pointee.offsets[last]), slots)
      default: break
      }
      truncate(field, to: row, slots)
    }
  }

  private static func truncateElements(_ list: SlotPointer, to count: Int, _ slots: SlotPointer) {
    let element = slots + list.pointee.firstChild
    switch element.pointee.kind {
    case .row: truncateFields(element, to: count, slots)
    case .list, .map:
      let last = min(count, element.pointee.count)
      truncateElements(element, to: Int(element.pointee.offsets[last]), slots)
    default: break
    }
    truncate(element, to: count, slots)
  }

  /// Hands the columns on; the tree is of no more use.
  ///
  /// - Parameter owner: What keeps the texts alive that point into the block.
  /// - Returns: The schema, with decimals as precise as their values need, and the rows.
  func finish(heap owner: AnyObject) -> (schema: Schema, batch: Batch) {
    isFinished = true
    let heap = ByteHeap(arena.map { [owner, $0] } ?? [owner])
    var schema = schema
    var columns: [Column] = []
    for index in schema.fields.indices {
      let (type, column) = column(
        slots[slots.pointee.firstChild + index],
        schema.fields[index].type,
        heap
      )
      schema.fields[index].type = type
      columns.append(column)
    }
    let rowCount = slots.pointee.count
    Glibc.free(slots.pointee.values)
    Glibc.free(slots.pointee.validity)
    return (schema, Batch(columns: columns, rowCount: rowCount))
  }

  private func column(_ slot: ColumnSlot, _ type: LogicalType, _ heap: ByteHeap) -> (
    LogicalType, Column
  ) {
    let count = slot.count
    let words = HeapMemory(slot.validity)
    var validity: Validity?
    if slot.nullCount > 0 {
      validity = Validity(
        words: Buffer(base: slot.validity, count: max(slot.capacity >> 6, 1), owner: words),
        count: count,
        nullCount: slot.nullCount
      )
    }
    let memory = HeapMemory(slot.values)
    func buffer<Value: BitwiseCopyable>(_: Value.Type, count: Int) -> Buffer<Value> {
      Buffer(base: slot.values.assumingMemoryBound(to: Value.self), count: count, owner: memory)
    }
    var type = type
    let values: Values
    switch slot.kind {
    case .null: return (type, .nulls(type, count: count))
    case .boolean: values = .boolean(buffer(UInt8.self, count: count))
    case .int8: values = .int8(buffer(Int8.self, count: count))
    case .int16: values = .int16(buffer(Int16.self, count: count))
    case .int32, .date: values = .int32(buffer(Int32.self, count: count))
    case .int64, .time, .timestamp: values = .int64(buffer(Int64.self, count: count))
    case .float32: values = .float32(buffer(Float.self, count: count))
    case .float64: values = .float64(buffer(Double.self, count: count))
    case .decimal64:
      type = precise(type, UInt128(slot.magnitudeMax))
      values = .int64(buffer(Int64.self, count: count))
    case .decimal128:
      type = precise(type, slot.wideMagnitudeMax)
      values = .int128(buffer(Int128.self, count: count))
    case .text, .json, .binary, .uuid:
      values = .bytes(buffer(ByteView.self, count: count), heap: heap)
    case .list:
      guard case .list(var element) = type else { preconditionFailure("slot and type differ") }
      let (elementType, elements) = column(slots[slot.firstChild], element.type, heap)
      element.type = elementType
      type = .list(element)
      values = .list(offsets: buffer(UInt32.self, count: count + 1), elements: elements)
    case .map:
      guard case .map(var key, var value) = type else {
        preconditionFailure("slot and type differ")
      }
      let (entryType, entries) = column(slots[slot.firstChild], .row([key, value]), heap)
      if case .row(let fields) = entryType { (key, value) = (fields[0], fields[1]) }
      type = .map(key: key, value: value)
      values = .list(offsets: buffer(UInt32.self, count: count + 1), elements: entries)
    case .row:
      guard case .row(var fields) = type else { preconditionFailure("slot and type differ") }
      var columns: [Column] = []
      for index in fields.indices {
        let (fieldType, field) = column(slots[slot.firstChild + index], fields[index].type, heap)
        fields[index].type = fieldType
        columns.append(field)
      }
      type = .row(fields)
      values = .row(columns)
    }
    return (type, Column(flat: values, count: count, validity: validity))
  }

  /// The decimal type with enough digits for the largest value.
  private func precise(_ type: LogicalType, _ magnitudeMax: UInt128) -> LogicalType {
    guard isEvolving, case .decimal(let precision, let scale) = type else { return type }
    return .decimal(precision: max(precision, PowersOfTen.digitCount(magnitudeMax)), scale: scale)
  }
}

/// Memory of `malloc` that lives as long as the buffers which point at it.
private final class HeapMemory: @unchecked Sendable {
  private let base: UnsafeMutableRawPointer

  init(_ base: UnsafeMutableRawPointer) { self.base = base }

  init(_ words: UnsafeMutablePointer<UInt64>) { base = UnsafeMutableRawPointer(words) }

  deinit { free(base) }
}
