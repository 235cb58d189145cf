import ColumnFormat

#if canImport(Glibc)
  import Glibc
#endif

/// Tells how much of a growing file of delimited text is whole records, where a line end may stand
/// within a quoted field.
package enum WholeRecords {
  /// The end of the last whole record.
  ///
  /// - Parameters:
  ///   - path: A plain file.
  ///   - start: A place where a record begins.
  ///   - end: Where to stop looking; it follows a line end.
  ///   - format: How the records are written.
  ///   - recordByteCountMax: The longest record; where none ends within that, its quote is not to be
  ///     closed any more, and `end` is the answer.
  /// - Returns: A place from `start` to `end`.
  /// - Throws: When the file cannot be read.
  package static func end(
    path: String,
    from start: Int,
    to end: Int,
    format: RecordFormat,
    recordByteCountMax: Int
  ) throws(RowFormatError) -> Int {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure("open", path) }
    defer { close(descriptor) }
    var window = 4 << 20
    var place = start
    while place < end {
      let wanted = min(window, end - place)
      let memory = Buffer<UInt8>(repeating: 0, count: wanted + RecordBlock.padding)
      var filled = 0
      while filled < wanted {
        let count = pread(descriptor, memory.base + filled, wanted - filled, place + filled)
        if count < 0 && errno == EINTR { continue }
        guard count > 0 else { throw failure("read", path) }
        filled += count
      }
      var splitter = RecordSplitter(format)
      splitter.scan(memory.base, count: filled, isFinal: place + filled == end)
      if splitter.end > 0 {
        place += splitter.end
        // What is left of the last window is a record that goes on.
        if place + filled - splitter.end == end { break }
      } else if filled > recordByteCountMax || filled > 64 << 20 {
        return end
      } else if place + filled == end {
        break
      } else {
        window *= 2
      }
    }
    return end - place > recordByteCountMax ? end : place
  }

  private static func failure(_ call: String, _ path: String) -> RowFormatError {
    RowFormatError(.system(call: call, message: String(cString: strerror(errno))), path: path)
  }
}
