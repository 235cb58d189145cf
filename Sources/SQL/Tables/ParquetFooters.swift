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
    let facts = FootersBeingRead(paths)
    // A thread costs more than a handful of footers.
    WorkerThreads.run(count: min(threads, (paths.count + 7) / 8)) { _ in facts.work() }
    let files = try facts.finish()
    for (index, file) in files.enumerated() where index == 0 || file.schema != schema {
      schema = index == 0 ? file.schema : schema.merged(with: file.schema)
    }
    rowCount = files.reduce(0) { $0 + $1.rowCount }
    for (position, field) in schema.fields.enumerated() {
      var merged: TableHandle.ColumnStatistics?
      for file in files {
        guard
          let own = file.schema.fields.indices.first(where: {
            file.schema.fields[$0].name == field.name
          }), file.schema.fields[own].type == field.type
        else {
          merged = nil
          break
        }
        merged = merged.map { $0.merged(with: file.statistics[own]) } ?? file.statistics[own]
      }
      statistics[position] = merged
    }
  }
}

/// One file's part.
private struct FooterFacts: Sendable {
  var schema: Schema
  var rowCount: Int
  var statistics: [TableHandle.ColumnStatistics]

  init(_ path: String) throws(ColumnFormatError) {
    let file = try ParquetFile(path: path)
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
  private let results = Mutex<[Int: Result<FooterFacts, ColumnFormatError>]>([:])

  init(_ paths: [String]) { self.paths = paths }

  func work() {
    while true {
      let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
      guard index < paths.count else { return }
      let result: Result<FooterFacts, ColumnFormatError>
      do throws(ColumnFormatError) {
        result = .success(try FooterFacts(paths[index]))
      } catch {
        result = .failure(error)
      }
      results.withLock { $0[index] = result }
    }
  }

  /// The facts in the order of the paths, or the error of the first file that has one.
  func finish() throws(SQLError) -> [FooterFacts] {
    let all = results.withLock { $0 }
    var facts: [FooterFacts] = []
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
