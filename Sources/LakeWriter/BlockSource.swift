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
  }

  /// An input that could not be read to its end.
  struct Failure {
    /// How far its records were handed on.
    var position: StreamPosition
    var error: RowFormatError
  }

  private struct State {
    var next = 0
    var reader: RecordBlockReader?
    var blockCount = 0
    var failures: [Failure] = []
    var byteCountBefore = 0
    var isExhausted = false
  }

  private let inputs: [DeliveryInput]
  private let streamFolder: String?
  private let settings: DeliverySettings
  private let state = Mutex(State())

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
  var failures: [Failure] { state.withLock { $0.failures } }

  /// Whether all inputs were read.
  var isExhausted: Bool { state.withLock { $0.isExhausted } }

  /// Where a stream is that has delivered everything.
  var end: StreamPosition { StreamPosition(input: inputs.count) }

  /// Bytes read so far, as stored.
  var byteCountRead: Int {
    state.withLock { $0.byteCountBefore + ($0.reader?.byteCountRead ?? 0) }
  }

  /// The next block; nil after the last one.
  func next() -> Numbered? {
    state.withLock { state in
      while state.next < inputs.count {
        let input = inputs[state.next]
        do throws(RowFormatError) {
          if state.reader == nil { state.reader = try open(input) }
          if let reader = state.reader, let block = try reader.next() {
            state.blockCount += 1
            return Numbered(
              number: state.blockCount - 1,
              block: block,
              format: reader.format,
              end: StreamPosition(input: state.next, place: block.end, format: reader.format),
              origin: RejectOrigin(
                format: reader.format,
                columnNames: reader.columnNames,
                earlier: input.replays
              )
            )
          }
        } catch {
          let position = StreamPosition(
            input: state.next,
            place: state.reader?.position ?? input.start,
            format: state.reader?.format ?? input.format
          )
          state.failures.append(Failure(position: position, error: error))
        }
        state.byteCountBefore += state.reader?.byteCountRead ?? 0
        state.reader = nil
        state.next += 1
      }
      state.isExhausted = true
      return nil
    }
  }

  private func open(_ input: DeliveryInput) throws(RowFormatError) -> RecordBlockReader {
    let raw: any RawInput
    let spool = streamFolder.flatMap { folder in input.spool.map { "\(folder)/\($0)" } }
    if let spool, input.isSpoolOnly {
      raw = SpooledInput(path: input.path, folder: spool)
    } else {
      let file = try InputFile(path: input.path, byteCountMax: input.identity?.byteCount)
      if let spool {
        raw = try SpoolingInput(file, folder: spool, isInterrupted: settings.isInterrupted)
      } else {
        raw = file
      }
    }
    return try RecordBlockReader(
      raw,
      format: input.format ?? settings.format,
      envelope: input.envelope,
      start: input.start,
      blockByteCount: settings.blockByteCount,
      recordByteCountMax: min(
        settings.decoding.recordByteCountMax,
        RecordBlockReader.recordByteCountMax
      ),
      keptByteCountMax: settings.keptByteCountMax
    )
  }
}
