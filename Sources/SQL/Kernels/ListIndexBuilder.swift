import ColumnFormat

/// Builds arrays as row numbers of one column of elements, whatever their type.
struct ListIndexBuilder {
  private var offsets = BufferBuilder<UInt32>(capacity: 256)
  private var rows = BufferBuilder<UInt32>(capacity: 256)

  init() { offsets.append(0) }

  /// The number of elements so far.
  var count: Int { rows.count }

  @inline(__always)
  mutating func append(_ row: Int) { rows.append(UInt32(truncatingIfNeeded: row)) }

  mutating func append(_ range: Range<Int>) { for row in range { append(row) } }

  @inline(__always)
  mutating func endRow() { offsets.append(UInt32(truncatingIfNeeded: rows.count)) }

  func finish(_ elements: Column, validity: Validity?) -> Column {
    Column(
      flat: .list(offsets: offsets.finish(), elements: elements.taking(rows.finish())),
      count: offsets.count - 1,
      validity: validity
    )
  }
}

/// Finds which elements of one list equal an earlier one; nulls are equal to each other.
struct ElementSet {
  private let elements: Column
  private let type: SQLType
  private let hashes: Buffer<UInt64>
  private var members: [Int] = []
  private var table: [UInt64: [Int]] = [:]

  /// For elements that are flat.
  init(_ elements: Column, _ type: SQLType) {
    self.elements = elements
    self.type = type
    hashes = Buffer(count: elements.count)
    if elements.count > 0 {
      ColumnHashing.hash(elements, type, rowCount: elements.count, into: hashes.base)
    }
  }

  mutating func removeAll() {
    if members.count > 16 { table.removeAll(keepingCapacity: true) }
    members.removeAll(keepingCapacity: true)
  }

  private func isSame(_ left: Int, _ right: Int) -> Bool {
    hashes.base[left] == hashes.base[right]
      && ColumnComparison.compare(elements, left, elements, right, type) == 0
  }

  /// Whether an equal element is there.
  func contains(_ element: Int) -> Bool {
    if members.count <= 16 { return members.contains { isSame($0, element) } }
    return table[hashes.base[element]]?.contains { isSame($0, element) } ?? false
  }

  /// Adds an element; false if an equal one is there.
  mutating func insert(_ element: Int) -> Bool {
    if contains(element) { return false }
    members.append(element)
    if members.count == 17 {
      for member in members { table[hashes.base[member], default: []].append(member) }
    } else if members.count > 17 {
      table[hashes.base[element], default: []].append(element)
    }
    return true
  }
}
