import ColumnFormat

/// A finished aggregation, by parts.
protocol GroupSupply: Sink {
  typealias GroupReceiver = (_ groups: GroupedRows, _ isLast: Bool) throws -> Bool

  var shape: AggregateShape { get }
  /// How many parts there are.
  var partCount: Int { get }
  /// Hands over all groups of a part, complete, in one or several pieces, until `emit` returns false.
  ///
  /// Each part is asked for once. Where groups are divided by their first keys, `emit` is told whether it
  /// has seen all groups that agree with some of the piece in these.
  func finish(part: Int, _ control: RunControl, _ emit: GroupReceiver) throws
}

/// The groups of a finished aggregation, each part a morsel.
final class AggregateSource: Source, @unchecked Sendable {
  private let sink: any GroupSupply
  private let groupKeyCount: Int
  /// The type under which the grouping set's number is put out, if it is.
  private let setType: SQLType?
  /// Set where a top-n above says which groups it wants, before any are put out.
  var wanted: WantedGroups?

  init(_ sink: any GroupSupply, groupKeyCount: Int, setType: SQLType?) {
    self.sink = sink
    self.groupKeyCount = groupKeyCount
    self.setType = setType
    super.init(statistics: nil, output: sink.statistics)
  }

  override var morselCount: Int { sink.partCount }

  override func makeReader(_ worker: WorkerContext) throws -> SourceReader {
    Reader(self, worker.control)
  }

  private final class Reader: SourceReader {
    private let source: AggregateSource
    private let control: RunControl

    init(_ source: AggregateSource, _ control: RunControl) {
      self.source = source
      self.control = control
    }

    override func read(_ morsel: Int, push: (Batch) throws -> Bool) throws {
      var wantsMore = true
      try source.sink.finish(part: morsel, control) { groups, _ in
        var pushedCount = 0
        func pass(_ batch: Batch) throws -> Bool {
          pushedCount += batch.rowCount
          wantsMore = try push(source.arranged(batch))
          return wantsMore
        }
        if let wanted = source.wanted {
          try groups.finish(only: wanted, pass)
          // The groups were made, though the top-n has no use for them.
          source.output?.add(rowsIn: 0, rowsOut: groups.groupCount - pushedCount, nanoseconds: 0)
        } else {
          try groups.finish().forEachSlice(pass)
        }
        return wantsMore
      }
    }
  }

  /// Keys, the set's number if it is asked for, results.
  private func arranged(_ batch: Batch) -> Batch {
    let shape = sink.shape
    var columns = Array(batch.columns.prefix(groupKeyCount))
    if let setType {
      let numbers =
        shape.hasPassKey
        ? batch.columns[groupKeyCount]
        : .constant(.int(0), .int32, count: batch.rowCount)
      columns.append(AggregateSource.converted(numbers, setType))
    }
    columns += batch.columns.suffix(shape.calls.count)
    return Batch(columns: columns, rowCount: batch.rowCount)
  }

  private static func converted(_ numbers: Column, _ type: SQLType) -> Column {
    guard type.physicalType == .int64, case .int32(let values) = numbers.flatValues else {
      return numbers
    }
    let wide = Buffer<Int64>(count: numbers.count)
    for row in 0..<numbers.count { wide.base[row] = Int64(values.base[row]) }
    return Column(flat: .int64(wide), count: numbers.count)
  }
}

extension Batch {
  /// How many rows an operator that has all its rows hands on at a time.
  static let sliceRowCount = 4096

  /// Pushes the rows some thousand at a time, until `push` returns false.
  func forEachSlice(_ push: (Batch) throws -> Bool) throws {
    var start = 0
    while start < rowCount {
      let end = min(start + Batch.sliceRowCount, rowCount)
      if try !push(slice(start..<end)) { return }
      start = end
    }
  }
}
