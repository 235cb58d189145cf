import ColumnFormat
import SQL

#if canImport(Glibc)
  import Glibc
#endif

/// Runs a script several times in one process and prints the time of each run.
struct Measurement {
  let engine: QueryEngine
  let parameters: [String]
  let runs: Int
  /// Where the rows of the last run go, a JSON array a line.
  let rowsPath: String?

  func run(_ script: Script, _ text: String) throws {
    guard !script.statements.isEmpty else { throw Failure.usage("the query is empty") }
    let rows = try rowsPath.map { try OutputFile(path: $0) }
    var seconds: [Double] = []
    for number in 0..<runs {
      let isLast = number == runs - 1
      var columns: [ResultColumn] = []
      var batches: [Batch] = []
      let start = QueryClock.now()
      for (index, statement) in script.statements.enumerated() {
        let keeps = isLast && rows != nil && index == script.statements.count - 1
        do {
          _ = try engine.run(
            statement.text,
            parameters: parameters,
            begin: { columns = $0 },
            receive: { if keeps { batches.append($0) } }
          )
        } catch var error as SQLError {
          error.range = error.range.map {
            SourceRange($0.start + statement.byteOffset, $0.end + statement.byteOffset)
          }
          throw Failure(error, query: text)
        }
      }
      seconds.append(QueryClock.now() - start)
      if isLast, let rows {
        let writer = JSONRowsWriter(rows)
        writer.begin(columns)
        for batch in batches { try writer.write(batch) }
        try rows.commit()
      }
    }
    let times = seconds.map { StatisticsText.decimal($0, 6) }
    let line = "{\"seconds\": [\(times.joined(separator: ", "))]}\n"
    var output = ByteText(capacity: 1024)
    output.append(string: line)
    try OutputFile().write(output.bytes)
  }
}

/// A clock that only goes forward.
enum QueryClock {
  static func now() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }
}
