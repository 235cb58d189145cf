import Catalog
import ColumnFormat
import RowFormat
import Synchronization

/// The columns of text files, as the crawler would find them: every record counts.
enum TextTables {
  /// The schema of all files together, and how they are laid out.
  static func schema(
    _ paths: [String],
    _ format: FileFormat,
    threads: Int
  ) throws(SQLError) -> (schema: Schema, format: DataFormat) {
    let layout = layout(paths, format)
    let blocks = TextBeingRead(paths, layout)
    WorkerThreads.run(count: threads) { _ in blocks.work() }
    let schema = Schema(try blocks.finish().fields.map(\.settled))
    guard !schema.fields.isEmpty else {
      throw SQLError(.hiveBadData, "no record of '\(paths[0])' has a field")
    }
    switch layout {
    case .csv(let layout): return (schema, .csv(layout))
    case .ndjson, .dynamodb: return (schema, .ndjson)
    }
  }

  /// What the name says goes before what the bytes look like; those tell delimiter and header.
  private static func layout(_ paths: [String], _ format: FileFormat) -> RecordFormat {
    if format == .ndjson { return .ndjson }
    for path in paths {
      if case .csv(let layout)? = try? RecordFormat.detect(path: path),
        format == .csv || layout.delimiter == UInt8(ascii: "\t")
      {
        return .csv(layout)
      }
    }
    return .csv(CSVLayout(delimiter: UInt8(ascii: format == .tsv ? "\t" : ",")))
  }
}

/// Files that threads read block by block; each block's schema is kept, so that the order of the
/// columns does not depend on which thread was faster.
private final class TextBeingRead: Sendable {
  private let paths: [String]
  private let format: RecordFormat
  private let reading: Mutex<Reading>
  private let schemas = Mutex<[Int: Schema]>([:])

  private struct Reading {
    var nextPath = 0
    var reader: Handover?
    var blockCount = 0
    var failure: RowFormatError?
  }

  /// A reader that only whoever holds the lock touches.
  private struct Handover: @unchecked Sendable {
    let reader: RecordBlockReader
  }

  init(_ paths: [String], _ format: RecordFormat) {
    self.paths = paths
    self.format = format
    reading = Mutex(Reading())
  }

  func work() {
    while let (number, block) = next() {
      let inference = SchemaInference(format: format)
      inference.add(block)
      let schema = inference.schema
      schemas.withLock { $0[number] = schema }
    }
  }

  private func next() -> (number: Int, block: RecordBlock)? {
    reading.withLock { state in
      if state.failure != nil { return nil }
      do throws(RowFormatError) {
        while true {
          if let current = state.reader {
            if let block = try current.reader.next() {
              state.blockCount += 1
              return (state.blockCount - 1, block)
            }
            state.reader = nil
          }
          guard state.nextPath < paths.count else { return nil }
          let path = paths[state.nextPath]
          state.nextPath += 1
          state.reader = Handover(reader: try RecordBlockReader(path: path, format: format))
        }
      } catch {
        state.failure = error
        return nil
      }
    }
  }

  func finish() throws(SQLError) -> Schema {
    if let failure = reading.withLock({ $0.failure }) { throw SQLError(failure) }
    let all = schemas.withLock { $0 }
    var merged = Schema([])
    for number in 0..<all.count {
      guard let schema = all[number], schema != merged else { continue }
      merged = number == 0 ? schema : merged.merged(with: schema)
    }
    return merged
  }
}
