import CKernels
import ColumnFormat

/// The beginning of an input, from which its format and its header are told.
struct InputSample {
  /// What was read; zeros follow it.
  private(set) var bytes: Buffer<UInt8>
  /// Why no more could be read.
  private(set) var failure: RowFormatError?
  /// Whether this is the whole input.
  private(set) var isAtEnd = false

  /// Reads up to `byteCount` bytes, or what a pipe has given when it pauses.
  init(_ input: DecompressedInput, byteCount: Int) {
    let memory = Buffer<UInt8>(count: byteCount + RecordBlock.padding)
    bytes = memory
    var filled = 0
    var patience = Patience()
    while filled < byteCount {
      // A pipe may pause after its first lines, or be slow; what has come must do then.
      if filled > 0
        && (!input.isReady(withinMilliseconds: 200)
          || input.file.byteCount == nil && patience.isOver())
        && InputSample.tellsFormat(memory.slice(0..<filled))
      {
        break
      }
      let room = UnsafeMutableRawBufferPointer(
        start: memory.base + filled,
        count: byteCount - filled
      )
      do throws(RowFormatError) {
        let count = try input.read(into: room)
        if count == 0 {
          isAtEnd = true
          break
        }
        filled += count
      } catch {
        failure = error
        break
      }
    }
    (memory.base + filled).update(repeating: 0, count: RecordBlock.padding)
    bytes = memory.slice(0..<filled)
  }

  /// Whether the first lines of a pipe that pauses tell what it is: one object, or a header and a record.
  private static func tellsFormat(_ bytes: Buffer<UInt8>) -> Bool {
    let lineCount = lake_count_equal(bytes.base, Int64(bytes.count), UInt8(ascii: "\n"))
    if lineCount > 1 { return true }
    return lineCount == 1 && bytes.values.first { $0 > 0x20 } == UInt8(ascii: "{")
  }
}
