extension LakeWriterError: CustomStringConvertible {
  /// One sentence: what stood in the way of which delivery.
  public var message: String {
    switch kind {
    case .invalidSettings(let sentence): sentence
    case .destination(let words): "cannot write '\(path)': \(words)"
    case .source(let words): "cannot read '\(path)': \(words)"
    case .inUse(let stream, let process):
      "the stream '\(stream)' is in use by "
        + (process.map { "process \($0)" } ?? "another process")
    case .interrupted(let stream, let input, let byteOffset, let inputCount):
      "the last run of the stream '\(stream)' was interrupted at byte \(byteOffset) of "
        + (input == "-" ? "standard input" : "'\(input)'")
        + (inputCount > 1 ? ", with \(inputCount - 1) more inputs to come" : "")
    }
  }

  /// The same as ``message``.
  public var description: String { message }
}
