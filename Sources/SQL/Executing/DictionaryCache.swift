import ColumnFormat

/// The results of a function for the entries of the dictionary that it met last.
///
/// A row group's batches share one dictionary, so the entries are computed once for all of them.
final class DictionaryCache {
  private var source: ColumnDictionary?
  private var rowsSeen = 0
  private var isFailed = false
  private var mapped: MappedDictionary?

  /// The results, once as many rows have been seen as there are entries; nil before, and when an
  /// entry fails: the row it belongs to may not have been asked for.
  func entries(of dictionary: ColumnDictionary, rowCount: Int, compute: () throws -> Column)
    -> MappedDictionary?
  {
    if source !== dictionary {
      source = dictionary
      rowsSeen = 0
      isFailed = false
      mapped = nil
    }
    if let mapped { return mapped }
    rowsSeen += rowCount
    if isFailed || rowsSeen < dictionary.count { return nil }
    guard let column = try? compute() else {
      isFailed = true
      return nil
    }
    let result = MappedDictionary(column)
    mapped = result
    return result
  }
}

/// A function's results for all entries of a dictionary.
final class MappedDictionary {
  private let results: Column
  /// Of text results: their distinct values, and for each entry its code among them.
  private var distinct: (dictionary: ColumnDictionary, codes: Buffer<UInt32>)?

  init(_ results: Column) {
    self.results = results.flattened()
    if case .bytes(let views, let heap) = self.results.flatValues {
      distinct = MappedDictionary.distinct(views, heap)
    }
  }

  /// Of boolean results: one where the result is true, zero for false and null.
  private(set) lazy var truths: Buffer<UInt8> = {
    let operand = Operand<UInt8>(results)
    guard let validity = operand.validity else { return operand.buffer }
    let bytes = Buffer<UInt8>(count: results.count)
    for index in 0..<results.count {
      bytes.base[index] = operand[index] & bit(validity.isValid(index))
    }
    return bytes
  }()

  /// The results of rows by their codes.
  func rows(codes: Buffer<UInt32>, validity: Validity?, count: Int) -> Column {
    var united = validity
    if let own = results.validity {
      united = Validity.intersection(validity, own.taking(codes))
    }
    if let distinct {
      let mapped = Buffer<UInt32>(count: count)
      for row in 0..<count {
        mapped.base[row] = distinct.codes.base[Int(codes.base[row])]
      }
      return Column(
        .dictionary(codes: mapped, distinct.dictionary),
        count: count,
        validity: united
      )
    }
    return Column(flat: results.flatValues.taking(codes), count: count, validity: united)
  }

  /// A dictionary holds each value once; `lower` may make two entries one.
  private static func distinct(_ views: Buffer<ByteView>, _ heap: ByteHeap)
    -> (ColumnDictionary, Buffer<UInt32>)?
  {
    let codes = Buffer<UInt32>(count: views.count)
    var table = ViewTable(capacity: views.count)
    for index in 0..<views.count {
      codes.base[index] = UInt32(truncatingIfNeeded: table.insert(views.base[index]))
    }
    return (
      ColumnDictionary(values: .bytes(Buffer(table.views), heap: heap), count: table.views.count),
      codes
    )
  }
}

/// A small hash table from byte values to numbers from zero.
struct ViewTable {
  private(set) var views: [ByteView] = []
  private var slots: [UInt32]
  private var mask: Int

  init(capacity: Int) {
    var size = 16
    while size < capacity * 2 { size *= 2 }
    slots = [UInt32](repeating: 0, count: size)
    mask = size - 1
  }

  /// The number of the value, which is added if it is new.
  mutating func insert(_ view: ByteView) -> Int {
    if views.count * 2 >= slots.count { grow() }
    var slot = Int(truncatingIfNeeded: ColumnHashing.hash(view)) & mask
    while slots[slot] != 0 {
      let index = Int(slots[slot]) - 1
      if ByteView.isEqual(views[index], view) { return index }
      slot = (slot + 1) & mask
    }
    views.append(view)
    slots[slot] = UInt32(views.count)
    return views.count - 1
  }

  /// The number of the value, if it is there.
  func find(_ view: ByteView) -> Int? {
    var slot = Int(truncatingIfNeeded: ColumnHashing.hash(view)) & mask
    while slots[slot] != 0 {
      let index = Int(slots[slot]) - 1
      if ByteView.isEqual(views[index], view) { return index }
      slot = (slot + 1) & mask
    }
    return nil
  }

  private mutating func grow() {
    let old = views
    slots = [UInt32](repeating: 0, count: slots.count * 2)
    mask = slots.count - 1
    views = []
    for view in old { _ = insert(view) }
  }
}
