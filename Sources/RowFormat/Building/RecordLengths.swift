/// Tells in a few steps whether a block holds records over the limit, which nearly none does.
enum RecordLengths {
  /// Whether a line is longer than `byteCountMax` bytes.
  ///
  /// From each line start the last line end within the limit is looked for, from behind, so that
  /// short lines are not looked at one by one. A carriage return counts as part of its line.
  static func hasLongLine(_ start: BytePointer, count: Int, byteCountMax: Int) -> Bool {
    var at = 0
    while count - at > byteCountMax {
      var end = at + byteCountMax
      while end >= at && start[end] != UInt8(ascii: "\n") { end -= 1 }
      if end < at { return true }
      at = end + 1
    }
    return false
  }
}
