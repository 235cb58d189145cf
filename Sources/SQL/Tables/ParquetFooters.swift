import ColumnFormat
import RowFormat
import Synchronization

/// What the footers of a table's files say together.
struct ParquetFooters {
  /// The columns of all files, by name without case.
  private(set) var schema = Schema([])
  private(set) var rowCount = 0
  /// By position in `schema`; only columns whose type is the same in all files.
  private(set) var statistics: [Int: TableHandle.ColumnStatistics] = [:]

  /// Reads the footers on `threads` threads.
  init(_ paths: [String], threads: Int) throws(SQLError) {
    ParquetFileCache.shared.dropIdle()
    let facts = FootersBeingRead(paths)
    // A thread costs more than a handful of footers.
    WorkerThreads.run(count: min(threads, (paths.count + 7) / 8)) { _ in facts.work() }
    let files = try facts.finish()
    for (index, file) in files.enumerated() where index == 0 || file.schema != schema {
      schema = index == 0 ? file.schema : schema.merged(with: file.schema)
    }
    rowCount = files.reduce(0) { $0 + $1.rowCount }
    statistics = ParquetFooters.merged(files, schema)
  }

  private static func merged(_ files: [FooterSummary], _ schema: Schema)
    -> [Int: TableHandle.ColumnStatistics]
  {
    var all: [Int: TableHandle.ColumnStatistics] = [:]
    for (number, file) in files.enumerated() {
      let isSame = file.schema == schema
      for (position, field) in schema.fields.enumerated() where number == 0 || all[position] != nil
      {
        let own = isSame ? position : file.schema.fields.firstIndex { $0.name == field.name }
        guard let own, file.schema.fields[own].type == field.type else {
          all[position] = nil
          continue
        }
        all[position] = all[position]?.merged(with: file.statistics[own]) ?? file.statistics[own]
      }
    }
    return all
  }
}

/// What one file's footer says of the file as a whole.
struct FooterSummary: Sendable {
  var schema: Schema
  var rowCount: Int
  var statistics: [TableHandle.ColumnStatistics]

  init(_ file: ParquetFile) {
    schema = file.schema
    rowCount = file.rowCount
    statistics = schema.fields.indices.map { field in
      var merged: TableHandle.ColumnStatistics?
      for group in file.metadata.rowGroups.indices {
        let found = file.statistics(rowGroup: group, field: field)
        let own = TableHandle.ColumnStatistics(
          min: found?.min,
          max: found?.max,
          nullCount: found?.nullCount
        )
        merged = merged.map { $0.merged(with: own) } ?? own
      }
      return merged ?? TableHandle.ColumnStatistics()
    }
  }
}

/// Files to read, handed out one by one to the threads that ask.
private final class FootersBeingRead: Sendable {
  private let paths: [String]
  private let next = Atomic<Int>(0)
  private let results = Mutex<[Int: Result<FooterSummary, ColumnFormatError>]>([:])

  init(_ paths: [String]) { self.paths = paths }

  func work() {
    while true {
      let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
      guard index < paths.count else { return }
      let result: Result<FooterSummary, ColumnFormatError>
      do throws(ColumnFormatError) {
        result = .success(try ParquetFileCache.shared.file(paths[index]).footerSummary)
      } catch {
        result = .failure(error)
      }
      results.withLock { $0[index] = result }
    }
  }

  /// The facts in the order of the paths, or the error of the first file that has one.
  func finish() throws(SQLError) -> [FooterSummary] {
    let all = results.withLock { $0 }
    var facts: [FooterSummary] = []
    facts.reserveCapacity(paths.count)
    for index in paths.indices {
      switch all[index] {
      case .success(let fact): facts.append(fact)
      case .failure(let error): throw SQLError(error)
      case nil: break
      }
    }
    return facts
  }
}

extension TableHandle.ColumnStatistics {
  /// What holds for the rows of both; a bound that one side lacks is lost.
  func merged(with other: TableHandle.ColumnStatistics) -> TableHandle.ColumnStatistics {
    TableHandle.ColumnStatistics(
      min: Self.bound(min, other.min) { $0 ? $1 : $2 },
      max: Self.bound(max, other.max) { $0 ? $2 : $1 },
      nullCount: nullCount.flatMap { own in other.nullCount.map { own + $0 } }
    )
  }

  private static func bound(
    _ left: Scalar?,
    _ right: Scalar?,
    _ choose: (Bool, Scalar, Scalar) -> Scalar
  ) -> Scalar? {
    guard let left, let right, let isLess = isLess(left, right) else { return nil }
    return choose(isLess, left, right)
  }

  private static func isLess(_ left: Scalar, _ right: Scalar) -> Bool? {
    switch (left, right) {
    case (.int(let a), .int(let b)): a < b
    case (.int128(let a), .int128(let b)): a < b
    case (.double(let a), .double(let b)): a < b
    case (.float(let a), .float(let b)): a < b
    case (.bytes(let a), .bytes(let b)): a.lexicographicallyPrecedes(b)
    case (.boolean(let a), .boolean(let b)): !a && b
    default: nil
    }
  }
}
