import ColumnFormat

/// Puts out a row for each element of arrays or maps, next to the row that they came in.
final class UnnestStage: Stage, @unchecked Sendable {
  private let unnest: LogicalPlan.Unnest
  private let collections: [Int]

  init(
    _ unnest: LogicalPlan.Unnest,
    collections: [Int],
    statistics: OperatorStatistics?
  ) {
    self.unnest = unnest
    self.collections = collections
    super.init(statistics: statistics)
  }

  override func makeConsumer(_ worker: WorkerContext) throws -> BatchConsumer { Consumer(self) }

  private final class Consumer: BatchConsumer {
    private let stage: UnnestStage

    init(_ stage: UnnestStage) {
      self.stage = stage
      super.init(statistics: stage.statistics)
    }

    /// A collection column taken apart.
    private struct Collection {
      /// Which list a row has.
      enum Lists {
        /// One for each row.
        case own
        /// The same for all: it is not copied for each.
        case shared
        case coded(Buffer<UInt32>)
      }

      var lists: Lists
      var offsets: Buffer<UInt32>
      var validity: Validity?
      var elements: Column
      /// The columns that its elements become, with their types.
      var parts: [(column: Column, type: SQLType)]

      private func list(_ row: Int) -> Int {
        switch lists {
        case .own: row
        case .shared: 0
        case .coded(let codes): Int(codes.base[row])
        }
      }

      func first(_ row: Int) -> UInt32 { offsets.base[list(row)] }

      func count(_ row: Int) -> Int {
        guard validity?.isValid(row) ?? true else { return 0 }
        let list = list(row)
        return max(Int(offsets.base[list + 1]) - Int(offsets.base[list]), 0)
      }
    }

    override func consume(_ batch: Batch) throws {
      let collections = stage.collections.enumerated().compactMap { index, position in
        Consumer.collection(batch.columns[position], stage.unnest.collections[index].type)
      }
      var rows = BufferBuilder<UInt32>()
      var ordinals = BufferBuilder<Int64>()
      var elements = collections.map { _ in BufferBuilder<UInt32>() }
      for row in 0..<batch.rowCount {
        let counts = collections.map { $0.count(row) }
        let longest = counts.max() ?? 0
        let isKept = longest == 0 && stage.unnest.keepsEmpty
        let added = isKept ? 1 : longest
        var start = 0
        // A single array may have more elements than a batch has rows.
        while start < added {
          let end = min(start + Batch.sliceRowCount, added)
          rows.append(repeating: UInt32(truncatingIfNeeded: row), count: end - start)
          for position in start..<end { ordinals.append(isKept ? 0 : Int64(position + 1)) }
          for (index, collection) in collections.enumerated() {
            let first = collection.first(row)
            for position in start..<end {
              elements[index].append(
                position < counts[index] ? first &+ UInt32(position) : Column.missingRow
              )
            }
          }
          start = end
          if rows.count >= Batch.sliceRowCount {
            try send(batch, collections, rows, elements, ordinals)
            rows = BufferBuilder<UInt32>()
            ordinals = BufferBuilder<Int64>()
            elements = collections.map { _ in BufferBuilder<UInt32>() }
          }
        }
      }
      try send(batch, collections, rows, elements, ordinals)
    }

    private func send(
      _ batch: Batch,
      _ collections: [Collection],
      _ rows: BufferBuilder<UInt32>,
      _ elements: [BufferBuilder<UInt32>],
      _ ordinals: BufferBuilder<Int64>
    ) throws {
      if rows.count == 0 { return }
      let taken = rows.finish()
      var columns = batch.columns.map { Consumer.repeated($0, taken) }
      for (collection, positions) in zip(collections, elements) {
        let indices = positions.finish()
        for part in collection.parts {
          columns.append(part.column.takingOrNull(indices, part.type))
        }
      }
      if stage.unnest.ordinality != nil {
        let numbers = ordinals.finish()
        var validity: Validity?
        if stage.unnest.keepsEmpty {
          let bytes = Buffer<UInt8>(count: numbers.count)
          for row in 0..<numbers.count { bytes.base[row] = numbers.base[row] == 0 ? 0 : 1 }
          validity = Validity.fromBytes(bytes.base, count: numbers.count)
        }
        columns.append(Column(flat: .int64(numbers), count: numbers.count, validity: validity))
      }
      try emit(Batch(columns: columns, rowCount: taken.count))
    }

    /// The rows of a column next to elements: lists and rows, which may be large, are not copied for each.
    private static func repeated(_ column: Column, _ rows: Buffer<UInt32>) -> Column {
      guard column.physicalType.fixedByteCount == 0, column.physicalType != .bytes,
        case .flat(let values) = column.form, column.count > 0
      else { return column.taking(rows) }
      let dictionary = ColumnDictionary(values: values, count: column.count)
      return Column(
        .dictionary(codes: rows, dictionary),
        count: rows.count,
        validity: column.validity?.taking(rows)
      )
    }

    private static func collection(_ column: Column, _ type: SQLType) -> Collection? {
      let values: Values
      let lists: Collection.Lists
      switch column.form {
      case .flat, .runs: (values, lists) = (column.flatValues, .own)
      case .constant(let value, _): (values, lists) = (value, .shared)
      case .dictionary(let codes, let dictionary):
        (values, lists) = (dictionary.values, .coded(codes))
      }
      guard case .list(let offsets, let elements) = values,
        let elementType = type.nestedTypes.first
      else { return nil }
      var parts: [(column: Column, type: SQLType)] = [(elements, elementType)]
      // A map's elements are key and value; an array of rows gives their fields.
      if case .row(let fields) = elementType {
        let flat = elements.flattened()
        guard case .row(let columns) = flat.flatValues else { return nil }
        parts = zip(columns, fields).map { field, described in
          let own = field.flattened()
          let validity = Validity.intersection(own.validity, flat.validity)
          return (Column(own.form, count: own.count, validity: validity), described.type)
        }
      }
      return Collection(
        lists: lists,
        offsets: offsets,
        validity: column.rowValidity,
        elements: elements,
        parts: parts
      )
    }
  }
}
