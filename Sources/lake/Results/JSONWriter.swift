import ColumnFormat
import SQL

/// Prints rows as JSON objects: in an array, or one a line.
final class JSONWriter: ResultWriter {
  private let file: OutputFile
  private let isArray: Bool
  private var columns: [ResultColumn] = []
  /// `"name":` of every column, with its comma.
  private var keys: [[UInt8]] = []
  private var text = ByteText()
  private var rowCount = 0

  private static let flushByteCount = 64 << 10

  init(_ file: OutputFile, isArray: Bool) {
    self.file = file
    self.isArray = isArray
  }

  func begin(_ columns: [ResultColumn]) throws {
    self.columns = columns
    keys = JSONWriter.uniqueNames(columns).enumerated().map { index, name in
      var key = ByteText(capacity: 64)
      if index > 0 { key.append(UInt8(ascii: ",")) }
      key.append(json: name)
      key.append(UInt8(ascii: ":"))
      return Array(key.bytes)
    }
    if isArray { text.append("[") }
  }

  /// Two columns of one name would make an object that loses a value.
  static func uniqueNames(_ columns: [ResultColumn]) -> [String] {
    var taken = Set<String>()
    return columns.map { column in
      var name = column.name
      var number = 1
      while !taken.insert(name).inserted {
        name = "\(column.name)_\(number)"
        number += 1
      }
      return name
    }
  }

  func write(_ batch: Batch) throws {
    let cells = batch.readers(columns)
    for row in 0..<batch.rowCount {
      if isArray { rowCount == 0 ? text.append("\n") : text.append(",\n") }
      text.append(UInt8(ascii: "{"))
      for index in cells.indices {
        text.append(keys[index])
        text.append(json: cells[index], row)
      }
      text.append(UInt8(ascii: "}"))
      if !isArray { text.append(UInt8(ascii: "\n")) }
      rowCount += 1
      if text.count >= JSONWriter.flushByteCount { try flush() }
    }
  }

  private func flush() throws {
    try file.write(text.bytes)
    text.removeAll()
  }

  func finish() throws {
    if isArray { rowCount == 0 ? text.append("]\n") : text.append("\n]\n") }
    try flush()
  }
}

/// Prints rows as JSON arrays, one a line: what the measuring mode hands to the comparison.
final class JSONRowsWriter: ResultWriter {
  private let file: OutputFile
  private var columns: [ResultColumn] = []
  private var text = ByteText()

  init(_ file: OutputFile) { self.file = file }

  func begin(_ columns: [ResultColumn]) { self.columns = columns }

  func write(_ batch: Batch) throws {
    let cells = batch.readers(columns)
    for row in 0..<batch.rowCount {
      text.append(UInt8(ascii: "["))
      for index in cells.indices {
        if index > 0 { text.append(UInt8(ascii: ",")) }
        append(cells[index], row)
      }
      text.append("]\n")
    }
    try file.write(text.bytes)
    text.removeAll()
  }

  /// Decimals stand as text: programs that compare rows mostly read JSON's numbers as doubles, and
  /// would lose how many digits there are.
  private func append(_ cell: CellReader, _ row: Int) {
    if case .decimal = cell.type, !cell.isNull(row) {
      text.append(UInt8(ascii: "\""))
      text.append(json: cell, row)
      text.append(UInt8(ascii: "\""))
    } else {
      text.append(json: cell, row)
    }
  }

  func finish() {}
}
