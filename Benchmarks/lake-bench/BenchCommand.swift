import ColumnFormat

/// What to measure, from the command line.
///
/// ```
/// lake-bench read FILE [--columns A,B] [--below COLUMN NUMBER | --equal COLUMN NUMBER]
/// lake-bench write FILE OUT [--codec zstd] [--level 3] [--rows N] [--row-group N]
///            [--threads 1] [--runs 5]
/// ```
struct BenchCommand {
  enum Task { case read, write }

  var task: Task
  var file: String
  /// Where a written file goes.
  var out = ""
  /// The columns to read; none for all.
  var columns: [String] = []
  /// The rows to read; nil for all.
  var predicate: RowPredicate?
  /// The most rows of a batch.
  var batchRowCount = 16 * Batch.rowCountTarget
  var codec = Codec.zstd
  var level: Int?
  /// The most rows to write.
  var rowCountMax = Int.max
  var rowGroupRowCount = WriterOptions().rowGroupRowCountMax
  var threadCount = 1
  /// The runs that count; one more goes before.
  var runCount = 5

  struct Usage: Error, CustomStringConvertible {
    var description: String
  }

  init(_ arguments: ArraySlice<String>) throws {
    var rest = arguments
    func next(_ what: String) throws -> String {
      guard let value = rest.popFirst() else { throw Usage(description: "\(what) is missing") }
      return value
    }
    func number(_ option: String) throws -> Int {
      let text = try next("the number of \(option)")
      guard let number = Int(text) else { throw Usage(description: "\(text) is no number") }
      return number
    }
    switch try next("what to do, 'read' or 'write',") {
    case "read": task = .read
    case "write": task = .write
    case let other: throw Usage(description: "'\(other)' is neither 'read' nor 'write'")
    }
    file = try next("the file")
    if task == .write { out = try next("the place of the written file") }
    while let option = rest.popFirst() {
      switch option {
      case "--columns": columns = try next(option).split(separator: ",").map(String.init)
      case "--below":
        predicate = .compare(ColumnPath([try next(option)]), .less, .int(Int64(try number(option))))
      case "--equal":
        predicate = .compare(
          ColumnPath([try next(option)]),
          .equal,
          .int(Int64(try number(option)))
        )
      case "--batch": batchRowCount = try number(option)
      case "--codec":
        let name = try next(option)
        guard let codec = Codec(name: name) else {
          throw Usage(description: "'\(name)' is no codec")
        }
        self.codec = codec
      case "--level": level = try number(option)
      case "--rows": rowCountMax = try number(option)
      case "--row-group": rowGroupRowCount = try number(option)
      case "--threads": threadCount = try number(option)
      case "--runs": runCount = try number(option)
      default: throw Usage(description: "unknown option '\(option)'")
      }
    }
  }
}
