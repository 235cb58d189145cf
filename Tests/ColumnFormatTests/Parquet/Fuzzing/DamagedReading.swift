import ColumnFormat
import TestSupport

/// Reads as much of a damaged file as can be read, in all the ways there are.
enum DamagedReading {
  static func readAll(_ bytes: [UInt8], _ random: inout SeededGenerator) {
    guard let file = try? ParquetFile(source: MemorySource(bytes), path: "damaged") else { return }
    for rowGroup in file.metadata.rowGroups.indices.prefix(8) {
      for leaf in file.leafDescriptions.indices {
        _ = file.leafStatistics(rowGroup: rowGroup, leaf: leaf)
      }
      for field in file.schema.fields.indices {
        _ = file.statistics(rowGroup: rowGroup, field: field)
        read(file, rowGroup, field, &random)
        filter(file, rowGroup, field, &random)
      }
    }
  }

  /// All rows, then some with gaps between them.
  private static func read(
    _ file: ParquetFile,
    _ rowGroup: Int,
    _ field: Int,
    _ random: inout SeededGenerator
  ) {
    if let reader = try? file.reader(rowGroup: rowGroup, fields: [field]) {
      // A damaged footer may claim any number of rows; those behind the pages are errors.
      while let batch = try? reader.next(700), let column = batch.columns.first {
        ColumnTouching.touch(column)
      }
    }
    guard let reader = try? file.reader(rowGroup: rowGroup, fields: [field]) else { return }
    while reader.remaining(0) > 0 {
      let count = min(Int.random(in: 1...400, using: &random), reader.remaining(0))
      do {
        if Bool.random(using: &random) {
          try reader.skip(0, count: count)
        } else if Bool.random(using: &random) {
          let share = Int.random(in: 2...30, using: &random)
          let rows = (0..<UInt32(count)).filter { _ in
            Int.random(in: 0..<share, using: &random) == 0
          }
          ColumnTouching.touch(try reader.read(0, rows: Buffer(rows), of: count))
        } else {
          ColumnTouching.touch(try reader.read(0, count: count))
        }
      } catch { return }
    }
  }

  private static func filter(
    _ file: ParquetFile,
    _ rowGroup: Int,
    _ field: Int,
    _ random: inout SeededGenerator
  ) {
    let path = ColumnPath([file.schema.fields[field].name])
    let constant: Scalar
    switch file.schema.fields[field].type.physicalType {
    case .boolean: constant = .boolean(true)
    case .int128: constant = .int128(7)
    case .float32: constant = .float(1)
    case .float64: constant = .double(1)
    case .bytes: constant = .text("word 7")
    case .list, .row: constant = .null
    default: constant = .int(7)
    }
    let predicates: [RowPredicate] = [
      .compare(path, .equal, constant), .compare(path, .less, constant), .isNull(path),
    ]
    let predicate = predicates.randomElement(using: &random) ?? .and([])
    guard
      let reader = try? FilteredReader(
        file: file,
        rowGroup: rowGroup,
        fields: [field],
        predicate: predicate
      )
    else { return }
    while let batch = try? reader.next() { ColumnTouching.touch(batch.columns[0]) }
  }
}
