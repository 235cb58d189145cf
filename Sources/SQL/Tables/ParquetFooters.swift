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

  /// Puts together what the footers of some files say, one after the other.
  init(_ known: [KnownParquetFile]) {
    let files = known.map(\.footerSummary)
    for (index, file) in files.enumerated() where index == 0 || file.schema != schema {
      schema = index == 0 ? file.schema : schema.merged(with: file.schema)
    }
    rowCount = files.reduce(0) { $0 + $1.rowCount }
    statistics = ParquetFooters.merged(files, schema)
  }

  /// Reads the footers of files on `threads` threads.
  static func read(_ files: [FileSearch.Found], threads: Int) throws(SQLError)
    -> [KnownParquetFile]
  {
    ParquetFileCache.shared.dropIdle()
    let footers = FootersBeingRead(files)
    // A thread costs more than some dozen footers that are known already.
    WorkerThreads.run(count: min(threads, (files.count + 63) / 64)) { _ in footers.work() }
    return try footers.finish()
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
  private let files: [FileSearch.Found]
  private let next = Atomic<Int>(0)
  private let results = Mutex<[Int: Result<KnownParquetFile, ColumnFormatError>]>([:])

  init(_ files: [FileSearch.Found]) { self.files = files }

  func work() {
    var own: [(Int, Result<KnownParquetFile, ColumnFormatError>)] = []
    while true {
      let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
      guard index < files.count else { break }
      let file = files[index]
      do throws(ColumnFormatError) {
        let known = try ParquetFileCache.shared.file(file.path, tag: file.tag)
        // Here, because it takes longer than reading and the threads share the work.
        _ = known.footerSummary
        own.append((index, .success(known)))
      } catch {
        own.append((index, .failure(error)))
      }
    }
    results.withLock { for (index, result) in own { $0[index] = result } }
  }

  /// The files in their order, or the error of the first one that has one.
  func finish() throws(SQLError) -> [KnownParquetFile] {
    let all = results.withLock { $0 }
    var found: [KnownParquetFile] = []
    found.reserveCapacity(files.count)
    for index in files.indices {
      switch all[index] {
      case .success(let file): found.append(file)
      case .failure(let error): throw SQLError(error)
      case nil: break
      }
    }
    return found
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
