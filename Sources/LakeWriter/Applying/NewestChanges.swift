import ColumnFormat
import RowFormat

/// Which rows of some files are the newest of their item, and are no removals.
///
/// Only the columns of the key and of the change are read. Where the items take more memory than they
/// may, they are divided by the hashes of their keys, and the files are read once for each part.
struct NewestChanges {
  /// For each file whether its rows stay.
  private(set) var kept: [RowMarks]

  private let files: [ParquetFile]
  private let keys: [String]

  /// The newest row of an item so far.
  private struct Item {
    var order: ChangeOrder
    var file: Int
    var row: Int
    var isRemoval: Bool
  }

  /// What an item takes in a dictionary that is half full.
  private static let itemByteCount = 256
  /// More parts than this would read the files for ever.
  private static let partCountMax = 64

  /// Compares all rows of the files.
  ///
  /// - Parameters:
  ///   - paths: Parquet files with the rows of changes and items; of two rows with the same order the
  ///     later one is the newer.
  ///   - keys: The names of the key attributes.
  ///   - byteCountMax: How much memory the items may take.
  /// - Throws: When a file cannot be read.
  init(_ paths: [String], keys: [String], byteCountMax: Int) throws(LakeWriterError) {
    self.keys = keys
    var files: [ParquetFile] = []
    for path in paths {
      do throws(ColumnFormatError) { files.append(try ParquetFile(path: path)) } catch {
        throw LakeWriterError(.source(error.message), path: path)
      }
    }
    self.files = files
    kept = files.map { RowMarks(count: $0.rowCount) }
    let rowCount = files.reduce(0) { $0 + $1.rowCount }
    let needed = rowCount * NewestChanges.itemByteCount / max(byteCountMax, 1) + 1
    let partCount = min(needed, NewestChanges.partCountMax)
    for part in 0..<partCount { try compare(part: UInt64(part), of: UInt64(partCount)) }
  }

  private mutating func compare(part: UInt64, of partCount: UInt64) throws(LakeWriterError) {
    var newest: [KeyHash: Item] = [:]
    for (number, file) in files.enumerated() {
      var first = 0
      do throws(ColumnFormatError) {
        try NewestChanges.read(file, keys: keys) { rows in
          for (row, key) in rows.keys.enumerated() {
            guard let key, key.high % partCount == part else { continue }
            let item = Item(
              order: rows.order(row),
              file: number,
              row: first + row,
              isRemoval: rows.isRemoval(row)
            )
            guard let last = newest[key] else {
              newest[key] = item
              continue
            }
            if item.order < last.order {
              kept[number].clear(item.row)
            } else {
              kept[last.file].clear(last.row)
              newest[key] = item
            }
          }
          first += rows.keys.count
        }
      } catch {
        throw LakeWriterError(.source(error.message), path: file.path)
      }
    }
    for item in newest.values where item.isRemoval { kept[item.file].clear(item.row) }
  }

  /// What some rows say of themselves.
  private struct Rows {
    var keys: [KeyHash?]
    var names: Column?
    var times: Column?
    var numbers: Column?

    private static func bytes(_ column: Column?, _ row: Int) -> [UInt8]? {
      guard let column, column.isValid(row), case .bytes(let bytes) = column.scalar(at: row)
      else { return nil }
      return Array(bytes)
    }

    func order(_ row: Int) -> ChangeOrder {
      var millis: Int64?
      if let times, times.isValid(row), case .int(let value) = times.scalar(at: row) {
        millis = value
      }
      return ChangeOrder(millis: millis, sequenceNumber: Rows.bytes(numbers, row))
    }

    func isRemoval(_ row: Int) -> Bool {
      Rows.bytes(names, row)?.elementsEqual("REMOVE".utf8) ?? false
    }
  }

  /// Reads the columns of the key and of the change.
  private static func read(
    _ file: ParquetFile,
    keys: [String],
    _ take: (Rows) -> Void
  ) throws(ColumnFormatError) {
    let schema = file.schema
    let change = DynamoDBColumns(schema, isProjected: false)
    let keyFields = keys.compactMap { change.renamed[$0.lowercased()] ?? schema.index(of: $0) }
    let changeFields = change.positions.prefix(3).compactMap { $0 }
    let fields = Array(Set(keyFields + changeFields)).sorted()
    func place(_ field: Int?) -> Int? { field.flatMap { fields.firstIndex(of: $0) } }
    let read = Schema(fields.map { schema.fields[$0] })
    let names = keyFields.map { schema.fields[$0].name }
    for group in file.metadata.rowGroups.indices {
      let reader = try file.reader(rowGroup: group, fields: fields)
      while let batch = try reader.next(Batch.rowCountTarget), batch.rowCount > 0 {
        func column(_ field: Int?) -> Column? { place(field).map { batch.columns[$0].flattened() } }
        // A row without all of its key is no item that another one could replace.
        let hashes =
          names.count < keys.count
          ? [KeyHash?](repeating: nil, count: batch.rowCount)
          : RowKeys.hashes(
            names,
            [DecodedBlock(batch: batch, schema: read)],
            rowCount: batch.rowCount
          )
        take(
          Rows(
            keys: hashes,
            names: column(change.positions[0]),
            times: column(change.positions[1]),
            numbers: column(change.positions[2])
          )
        )
      }
    }
  }
}

/// A bit for each row of a file, set at first.
struct RowMarks: Equatable {
  let count: Int
  private(set) var setCount: Int
  private var words: [UInt64]

  init(count: Int) {
    self.count = count
    setCount = count
    words = Array(repeating: ~0, count: (count + 63) / 64)
  }

  func isSet(_ row: Int) -> Bool { words[row >> 6] & 1 << UInt64(row & 63) != 0 }

  mutating func clear(_ row: Int) {
    if !isSet(row) { return }
    words[row >> 6] &= ~(1 << UInt64(row & 63))
    setCount -= 1
  }
}
