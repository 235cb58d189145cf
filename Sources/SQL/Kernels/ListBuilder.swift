import ColumnFormat

/// Builds a column of arrays, element by element and row by row.
struct ListBuilder<Element: PhysicalValue> {
  private var offsets = BufferBuilder<UInt32>(capacity: 256)
  private var elements = BufferBuilder<Element>(capacity: 256)
  private var validity = ValidityBuilder()
  private var hasNulls = false

  init() { offsets.append(0) }

  @inline(__always)
  mutating func append(_ element: Element) {
    elements.append(element)
    if hasNulls { validity.append(true) }
  }

  mutating func appendNull() {
    if !hasNulls {
      validity.append(repeating: true, count: elements.count)
      hasNulls = true
    }
    elements.append(Element.filler)
    validity.append(false)
  }

  /// The elements appended since the last row are the next row.
  @inline(__always)
  mutating func endRow() { offsets.append(UInt32(truncatingIfNeeded: elements.count)) }

  func finish(validity rowValidity: Validity?, heap: ByteHeap = ByteHeap()) -> Column {
    let values = elements.finish()
    let column = Column(values, validity: validity.finish(), heap: heap)
    return Column(
      flat: .list(offsets: offsets.finish(), elements: column),
      count: offsets.count - 1,
      validity: rowValidity
    )
  }
}

/// The arrays of a column as ranges of one column of elements.
struct ListOperand {
  let offsets: Buffer<UInt32>
  /// Flat.
  let elements: Column
  let validity: Validity?
  let mask: Int

  init(_ column: Column) {
    let isConstant = if case .constant = column.form { true } else { false }
    let values: Values
    if case .constant(let own, let isNull) = column.form {
      values = own
      validity = isNull ? .allNull(count: column.count) : nil
    } else {
      values = column.flatValues
      validity = column.validity
    }
    guard case .list(let offsets, let elements) = values else {
      preconditionFailure("expected arrays, found \(values.physicalType)")
    }
    self.offsets = offsets
    self.elements = elements.flattened()
    mask = isConstant ? 0 : -1
  }

  /// The places of a row's elements.
  @inline(__always)
  subscript(row: Int) -> Range<Int> {
    let start = Int(offsets.base[row & mask])
    return start..<max(start, Int(offsets.base[(row & mask) &+ 1]))
  }

  func isValid(_ row: Int) -> Bool { validity?.isValid(row) ?? true }

  /// Of maps: the columns of keys and values.
  var pairs: (keys: Column, values: Column) {
    guard case .row(let fields) = elements.flatValues, fields.count == 2 else {
      preconditionFailure("a map's entries are rows of two")
    }
    return (fields[0].flattened(), fields[1].flattened())
  }
}
