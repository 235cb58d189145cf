/// One level pair for each value, null or empty list of a node of the schema tree.
struct Slots {
  /// The row of the node's column whose value stands here, or ``noRow``.
  var rows: Buffer<UInt32>
  var definitions: Buffer<UInt8>
  var repetitions: Buffer<UInt8>

  static let noRow = UInt32.max

  var count: Int { rows.count }

  init(rows: Buffer<UInt32>, definitions: Buffer<UInt8>, repetitions: Buffer<UInt8>) {
    self.rows = rows
    self.definitions = definitions
    self.repetitions = repetitions
  }

  /// The slots of `count` top-level rows.
  init(count: Int) {
    rows = Buffer(count: count)
    for row in 0..<count { rows.base[row] = UInt32(truncatingIfNeeded: row) }
    definitions = Buffer(repeating: 0, count: count)
    repetitions = Buffer(repeating: 0, count: count)
  }
}

/// Takes nested columns apart into the level pairs and values of their leaves.
///
/// Dremel's record shredding (Melnik et al., *Dremel*, VLDB 2010), a node at a time over all rows
/// of a batch instead of a row at a time over all nodes.
enum Shredder {
  /// Calls `leaf` for each leaf below a field, in the order of the schema.
  ///
  /// The column given with the slots holds the leaf's values only, without nulls.
  static func shred(
    _ column: Column,
    _ field: Field,
    _ slots: Slots,
    definition: Int,
    repetition: Int,
    leaf: (Slots, Column) throws(DecodingFailure) -> Void
  ) throws(DecodingFailure) {
    let isOptional = field.isNullable || field.type == .unknown
    let own = definition + (isOptional ? 1 : 0)
    let present = try define(slots, column, isOptional: isOptional)
    switch field.type {
    case .row(let fields):
      guard case .row(let columns) = column.flatValues, columns.count == fields.count else {
        throw mismatch(column, field)
      }
      for (child, childField) in zip(columns, fields) {
        try shred(
          child,
          childField,
          present,
          definition: own,
          repetition: repetition,
          leaf: leaf
        )
      }
    case .list(let member):
      try shredList(column, field, member, present, own, repetition, leaf: leaf)
    case .map(var key, let value):
      key.isNullable = false
      let pair = Field("key_value", .row([key, value]), isNullable: false)
      try shredList(column, field, pair, present, own, repetition, leaf: leaf)
    default: try leaf(present, values(column, present))
    }
  }

  private static func shredList(
    _ column: Column,
    _ field: Field,
    _ member: Field,
    _ slots: Slots,
    _ definition: Int,
    _ repetition: Int,
    leaf: (Slots, Column) throws(DecodingFailure) -> Void
  ) throws(DecodingFailure) {
    guard case .list(let offsets, let elements) = column.flatValues else {
      throw mismatch(column, field)
    }
    let inner = elementSlots(slots, offsets, definition: definition, repetition: repetition)
    try shred(
      elements,
      member,
      inner,
      definition: definition + 1,
      repetition: repetition + 1,
      leaf: leaf
    )
  }

  /// The slots of the elements of lists: one for each element, and one for each list without any.
  private static func elementSlots(
    _ slots: Slots,
    _ offsets: Buffer<UInt32>,
    definition: Int,
    repetition: Int
  ) -> Slots {
    var count = 0
    for slot in 0..<slots.count {
      let row = slots.rows.base[slot]
      let elements = row == Slots.noRow ? 0..<0 : elementRange(offsets, row)
      count &+= max(elements.count, 1)
    }
    let rows = Buffer<UInt32>(count: count)
    let definitions = Buffer<UInt8>(count: count)
    let repetitions = Buffer<UInt8>(count: count)
    let inside = UInt8(truncatingIfNeeded: definition + 1)
    let again = UInt8(truncatingIfNeeded: repetition + 1)
    var place = 0
    for slot in 0..<slots.count {
      let row = slots.rows.base[slot]
      let elements = row == Slots.noRow ? 0..<0 : elementRange(offsets, row)
      if elements.isEmpty {
        rows.base[place] = Slots.noRow
        definitions.base[place] = slots.definitions.base[slot]
        repetitions.base[place] = slots.repetitions.base[slot]
        place &+= 1
        continue
      }
      let first = place
      for element in elements {
        rows.base[place] = element
        definitions.base[place] = inside
        repetitions.base[place] = again
        place &+= 1
      }
      repetitions.base[first] = slots.repetitions.base[slot]
    }
    return Slots(rows: rows, definitions: definitions, repetitions: repetitions)
  }

  @inline(__always)
  private static func elementRange(_ offsets: Buffer<UInt32>, _ row: UInt32) -> Range<UInt32> {
    let start = offsets.base[Int(row)]
    return start..<max(offsets.base[Int(row) &+ 1], start)
  }

  /// The slots after a node's own nulls: one more level where there is a value, no row elsewhere.
  private static func define(
    _ slots: Slots,
    _ column: Column,
    isOptional: Bool
  ) throws(DecodingFailure) -> Slots {
    let validity = column.rowValidity
    if !isOptional {
      guard let validity else { return slots }
      for slot in 0..<slots.count {
        let row = slots.rows.base[slot]
        if row != Slots.noRow && !validity.isValid(Int(row)) {
          throw DecodingFailure("a value is null, but none may be")
        }
      }
      return slots
    }
    let definitions = Buffer<UInt8>(count: slots.count)
    guard let validity else {
      for slot in 0..<slots.count {
        let isPresent = slots.rows.base[slot] != Slots.noRow
        definitions.base[slot] = slots.definitions.base[slot] &+ (isPresent ? 1 : 0)
      }
      return Slots(rows: slots.rows, definitions: definitions, repetitions: slots.repetitions)
    }
    let rows = Buffer<UInt32>(count: slots.count)
    for slot in 0..<slots.count {
      let row = slots.rows.base[slot]
      var isPresent = row != Slots.noRow
      if isPresent { isPresent = validity.isValid(Int(row)) }
      rows.base[slot] = isPresent ? row : Slots.noRow
      definitions.base[slot] = slots.definitions.base[slot] &+ (isPresent ? 1 : 0)
    }
    return Slots(rows: rows, definitions: definitions, repetitions: slots.repetitions)
  }

  /// The values of a leaf that the slots stand for.
  private static func values(_ column: Column, _ slots: Slots) -> Column {
    let rows = Buffer<UInt32>(count: slots.count)
    var kept = 0
    var isWhole = true
    for slot in 0..<slots.count {
      let row = slots.rows.base[slot]
      if row == Slots.noRow { continue }
      isWhole = isWhole && Int(row) == kept
      rows.base[kept] = row
      kept &+= 1
    }
    if isWhole && kept == column.count { return column }
    return column.taking(rows.slice(0..<kept))
  }

  private static func mismatch(_ column: Column, _ field: Field) -> DecodingFailure {
    DecodingFailure(
      "the values are \(column.physicalType), but '\(field.name)' is kept as"
        + " \(field.type.physicalType)"
    )
  }
}
