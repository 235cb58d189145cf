/// Puts each JSON document of a text, and each element of the arrays at its top, on a line of its own.
///
/// White space between tokens that would end a line becomes a space. What is no object is passed on,
/// so that it is rejected where records are. A line end within a string, which JSON does not have,
/// ends the document there: the text after it starts afresh.
struct DocumentSplitting {
  /// Whether the elements of an array at the top are documents; otherwise the array is one.
  private let opensArrays: Bool
  private var depth = 0
  private var isInArray = false
  private var isInString = false
  private var isEscaped = false
  /// Whether a document has begun.
  private var isOpen = false
  /// Whether the document is no object and no array: it ends with white space or a comma.
  private var isScalar = false

  init(opensArrays: Bool) { self.opensArrays = opensArrays }

  /// Appends the lines of some more text to `output`.
  mutating func take(_ bytes: UnsafeRawBufferPointer, into output: inout [UInt8]) {
    for byte in bytes { take(byte, into: &output) }
  }

  /// The text has ended.
  mutating func finish(into output: inout [UInt8]) {
    if isOpen { end(&output) }
  }

  private mutating func end(_ output: inout [UInt8]) {
    output.append(UInt8(ascii: "\n"))
    (isOpen, isScalar, isInString, isEscaped, depth) = (false, false, false, false, 0)
  }

  private mutating func take(_ byte: UInt8, into output: inout [UInt8]) {
    let isLineEnd = byte == 0x0A || byte == 0x0D
    if isInString {
      if isLineEnd { return end(&output) }
      output.append(byte)
      if isEscaped {
        isEscaped = false
      } else if byte == UInt8(ascii: "\\") {
        isEscaped = true
      } else if byte == UInt8(ascii: "\"") {
        isInString = false
        if depth == 0 { end(&output) }
      }
      return
    }
    if !isOpen {
      if isLineEnd || byte == 0x20 || byte == 0x09 { return }
      if isInArray && byte == UInt8(ascii: ",") { return }
      if isInArray && byte == UInt8(ascii: "]") {
        isInArray = false
        return
      }
      if opensArrays && !isInArray && byte == UInt8(ascii: "[") {
        isInArray = true
        return
      }
      isOpen = true
    }
    if isScalar {
      let isEnd =
        isLineEnd || isInArray && (byte == UInt8(ascii: ",") || byte == UInt8(ascii: "]"))
        || byte == UInt8(ascii: "{")
      if isEnd {
        end(&output)
        return take(byte, into: &output)
      }
    }
    output.append(isLineEnd ? 0x20 : byte)
    switch byte {
    case UInt8(ascii: "\""): isInString = true
    case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
    case UInt8(ascii: "}"), UInt8(ascii: "]"):
      depth -= 1
      if depth <= 0 { end(&output) }
    default: if depth == 0 { isScalar = true }
    }
  }
}
