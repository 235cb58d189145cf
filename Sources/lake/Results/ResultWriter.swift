import ColumnFormat
import SQL

/// Prints one result: its columns, then its rows as they come.
protocol ResultWriter: AnyObject {
  func begin(_ columns: [ResultColumn]) throws
  func write(_ batch: Batch) throws
  func finish() throws
}

/// Counts rows and forgets them.
final class SilentWriter: ResultWriter {
  func begin(_ columns: [ResultColumn]) {}
  func write(_ batch: Batch) {}
  func finish() {}
}

extension Batch {
  /// The columns made ready for printing.
  func readers(_ columns: [ResultColumn]) -> [CellReader] {
    zip(self.columns, columns).map { CellReader($0, $1.type) }
  }
}
