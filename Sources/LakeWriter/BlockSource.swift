import ColumnFormat
import RowFormat
import Synchronization

/// The blocks of all inputs one after the other, numbered; any thread may take the next.
final class BlockSource: Sendable {
  /// A block and its place in the order of all blocks.
  struct Numbered {
    var number: Int
    var block: RecordBlock
    var format: RecordFormat
    /// Where the stream goes on after the block.
    var end: StreamPosition
    /// What a document of one of its rejects is to say.
    var origin: RejectOrigin
    /// The rows of an input that has no text; its block is empty then.
    var rows: DecodedBlock?
    /// How much of the input the block stands for, in bytes.
    var inputByteCount: Int
  }

  /// An input that could not be read to its end.
  struct Failure {
    /// How far its records were handed on.
    var position: StreamPosition
    var error: RowFormatError
  }

  /// An input that is being read.
  private enum Reader {
    case text(RecordBlockReader)
    case parquet(ParquetRows)

    var byteCountRead: Int {
      switch self {
      case .text(let reader): reader.byteCountRead
      case .parquet(let rows): rows.byteCountRead
      }
    }

    var position: InputPosition {
      switch self {
      case .text(let reader): reader.position
      case .parquet(let rows): rows.position
      }
    }

    /// How rejected records are written: of Parquet as JSON.
    var format: RecordFormat {
      switch self {
      case .text(let reader): reader.format
      case .parquet: .ndjson
      }
    }
  }

  /// What the thread that reads has to itself, also while it waits for an input.
  private struct State {
    var next = 0
    var reader: Reader?
    var blockCount = 0
    var byteCountBefore = 0
  }

  /// What others may ask while one waits for an input that pauses: commits must not wait with it.
  private struct Outcome {
    var failures: [Failure] = []
    var byteCountRead = 0
    var isExhausted = false
  }

  private let inputs: [DeliveryInput]
  private let streamFolder: String?
  private let settings: DeliverySettings
  private let state = Mutex(State())
  private let outcome = Mutex(Outcome())

  /// The blocks of some inputs.
  ///
  /// - Parameters:
  ///   - inputs: What to read and from where.
  ///   - streamFolder: Where spools lie; nil to read pipes without keeping what they give.
  ///   - settings: The format, if it is given, and whether to stop.
  init(_ inputs: [DeliveryInput], streamFolder: String?, settings: DeliverySettings) {
    self.inputs = inputs
    self.streamFolder = streamFolder
    self.settings = settings
  }

  /// Whether there is an input that may pause.
  var isLive: Bool { inputs.contains { $0.identity == nil && !$0.isSpoolOnly } }

  /// Inputs that could not be read to their end.
  var failures: [Failure] { outcome.withLock { $0.failures } }

  /// Whether all inputs were read.
  var isExhausted: Bool { outcome.withLock { $0.isExhausted } }

  /// Where a stream is that has delivered everything.
  var end: StreamPosition { StreamPosition(input: inputs.count) }

  /// Bytes read so far, as stored.
  var byteCountRead: Int { outcome.withLock { $0.byteCountRead } }

  /// The next block; nil after the last one.
  func next() -> Numbered? {
    state.withLock { state in
      while state.next < inputs.count {
        let input = inputs[state.next]
        do throws(RowFormatError) {
          if state.reader == nil { state.reader = try open(input) }
          let block = try next(&state, input)
          let byteCountRead = state.byteCountBefore + (state.reader?.byteCountRead ?? 0)
          outcome.withLock { $0.byteCountRead = byteCountRead }
          if let block {
            state.blockCount += 1
            return block
          }
        } catch {
          let position = StreamPosition(
            input: state.next,
            place: state.reader?.position ?? input.start,
            format: state.reader?.format ?? input.format
          )
          let failure = Failure(position: position, error: error)
          outcome.withLock { $0.failures.append(failure) }
        }
        state.byteCountBefore += state.reader?.byteCountRead ?? 0
        state.reader = nil
        state.next += 1
      }
      outcome.withLock { $0.isExhausted = true }
      return nil
    }
  }

  /// The next block of the input that is open; nil at its end.
  private func next(_ state: inout State, _ input: DeliveryInput) throws(RowFormatError)
    -> Numbered?
  {
    switch state.reader {
    case .text(let reader):
      guard let block = try reader.next() else { return nil }
      return Numbered(
        number: state.blockCount,
        block: block,
        format: reader.format,
        end: StreamPosition(input: state.next, place: block.end, format: reader.format),
        origin: RejectOrigin(
          format: reader.format,
          columnNames: reader.columnNames,
          version: settings.declared?.version ?? settings.catalogVersion,
          transform: settings.transform?.command,
          earlier: input.replays
        ),
        inputByteCount: block.bytes.count
      )
    case .parquet(let reader):
      guard let (rows, start, byteCount) = try reader.next() else { return nil }
      return Numbered(
        number: state.blockCount,
        block: RecordBlock(path: reader.path, records: [], firstRecord: start, byteOffset: start),
        format: .ndjson,
        end: StreamPosition(input: state.next, place: reader.position, format: .ndjson),
        origin: RejectOrigin(
          format: .ndjson,
          version: settings.declared?.version ?? settings.catalogVersion
        ),
        rows: rows,
        inputByteCount: byteCount
      )
    case nil: return nil
    }
  }

  private func open(_ input: DeliveryInput) throws(RowFormatError) -> Reader {
    if let file = input.identity, settings.takesParquet(file.path) {
      return .parquet(try ParquetRows(path: file.path, startRow: input.start.byteOffset))
    }
    return .text(try openText(input))
  }

  private func openText(_ input: DeliveryInput) throws(RowFormatError) -> RecordBlockReader {
    let raw: any RawInput
    let spool = streamFolder.flatMap { folder in input.spool.map { "\(folder)/\($0)" } }
    if let spool, input.isSpoolOnly {
      raw = SpooledInput(path: input.path, folder: spool)
    } else {
      let file = try InputFile(path: input.path, byteCountMax: input.identity?.byteCount)
      if let spool {
        raw = try SpoolingInput(file, folder: spool, retry: RetryBudget(settings))
      } else {
        raw = file
      }
    }
    return try RecordBlockReader(
      raw,
      format: input.format ?? settings.format,
      envelope: input.envelope,
      start: input.start,
      blockByteCount: settings.neededBlockByteCount,
      recordByteCountMax: min(
        settings.decoding.recordByteCountMax,
        RecordBlockReader.recordByteCountMax
      ),
      keptByteCountMax: settings.keptByteCountMax
    )
  }
}
