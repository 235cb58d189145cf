import ColumnFormat
import RowFormat
import Synchronization

#if canImport(Glibc)
  import Glibc
#endif

/// The inference of one file's schema, in which any number of threads take part.
///
/// Blocks are read one after the other, by whoever comes next; what each block says is found out by
/// many at a time and put together in the order of the blocks. The result is that of one thread.
final class SharedInference: @unchecked Sendable {
  private struct Reading {
    var blockCount = 0
    var isAtEnd = false
    /// How many blocks were read whose parts are not in the result yet.
    var openCount = 0
    var failure: RowFormatError?
  }

  private struct Merging {
    var nextBlock = 0
    /// Parts that are done before those ahead of them.
    var waiting: [Int: Part] = [:]
    var hasRoom = true
  }

  /// Handed from the thread that made it to the one that merges it.
  private struct Part: @unchecked Sendable {
    let inference: SchemaInference
  }

  let format: RecordFormat
  /// Used by one thread at a time, under the lock of ``reading``.
  private let reader: RecordBlockReader
  /// Used by one thread at a time, under the lock of ``merging``.
  private let whole: SchemaInference
  private let reading = Mutex(Reading())
  private let progress: FileReading?
  private let merging = Mutex(Merging())

  /// An inference of all that a reader has yet to give.
  init(_ reader: RecordBlockReader, format: RecordFormat, progress: FileReading? = nil) {
    self.reader = reader
    self.format = format
    self.progress = progress
    whole = SchemaInference(format: format)
  }

  /// Takes part until no block is left to take.
  func work() {
    while let (number, block) = takeBlock() {
      let part = SchemaInference(format: format)
      part.add(block)
      merge(Part(inference: part), number: number)
      reading.withLock { $0.openCount -= 1 }
    }
  }

  /// What all records say, once every thread that takes part has handed in its last block.
  ///
  /// - Returns: Nil where the records have more fields together than a table can have: then only one
  ///   thread can tell which records are to blame.
  /// - Throws: What the reader met.
  func result() throws(RowFormatError) -> SchemaInference? {
    // At most the time for one block; whoever waits here has none to take.
    while reading.withLock({ $0.openCount > 0 }) { usleep(200) }
    if let failure = reading.withLock({ $0.failure }) { throw failure }
    return merging.withLock { $0.hasRoom } ? whole : nil
  }

  private func takeBlock() -> (number: Int, block: RecordBlock)? {
    reading.withLock { state in
      if state.isAtEnd { return nil }
      do throws(RowFormatError) {
        if let block = try reader.next() {
          state.blockCount += 1
          state.openCount += 1
          progress?.advance(to: reader.byteCountRead)
          return (state.blockCount - 1, block)
        }
      } catch {
        state.failure = error
      }
      state.isAtEnd = true
      return nil
    }
  }

  private func merge(_ part: Part, number: Int) {
    merging.withLock { state in
      state.waiting[number] = part
      while let next = state.waiting.removeValue(forKey: state.nextBlock) {
        state.hasRoom = whole.merge(next.inference) && state.hasRoom
        state.nextBlock += 1
      }
    }
  }
}

/// The large files whose inference others may help with.
final class OpenInferences: Sendable {
  /// Files of fewer bytes are done before help would come.
  static let sharedByteCountMin = 16 << 20

  private let open = Mutex<[SharedInference]>([])

  /// Does an inference with the help of all that have nothing else to do.
  func run(_ inference: SharedInference) {
    open.withLock { $0.append(inference) }
    inference.work()
    open.withLock { all in all.removeAll { $0 === inference } }
  }

  /// Helps with one; false if there is none.
  func help() -> Bool {
    guard let inference = open.withLock({ $0.first }) else { return false }
    inference.work()
    return true
  }
}
