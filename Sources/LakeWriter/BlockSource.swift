import RowFormat
import Synchronization

/// The blocks of all inputs one after the other, numbered; any thread may take the next.
final class BlockSource: Sendable {
  /// A block and its place in the order of all blocks.
  struct Numbered {
    var number: Int
    var block: RecordBlock
    var format: RecordFormat
  }

  private struct State {
    var waiting: ArraySlice<String>
    var reader: RecordBlockReader?
    var blockCount = 0
    var failures: [RowFormatError] = []
    var byteCountBefore = 0
    var byteCount: Int? = 0
  }

  private let format: RecordFormat?
  private let state: Mutex<State>

  init(_ inputs: [String], format: RecordFormat?) {
    self.format = format
    state = Mutex(State(waiting: inputs[...]))
  }

  /// Inputs that could not be read to their end.
  var failures: [RowFormatError] { state.withLock { $0.failures } }

  /// Bytes read so far, as stored.
  var byteCountRead: Int {
    state.withLock { $0.byteCountBefore + ($0.reader?.byteCountRead ?? 0) }
  }

  /// The next block; nil after the last one.
  func next() -> Numbered? {
    state.withLock { state in
      while true {
        do throws(RowFormatError) {
          if state.reader == nil {
            guard let path = state.waiting.popFirst() else { return nil }
            state.reader = try RecordBlockReader(path: path, format: format)
          }
          if let reader = state.reader, let block = try reader.next() {
            state.blockCount += 1
            return Numbered(number: state.blockCount - 1, block: block, format: reader.format)
          }
        } catch {
          state.failures.append(error)
        }
        state.byteCountBefore += state.reader?.byteCountRead ?? 0
        state.reader = nil
      }
    }
  }
}
