extension LakeWriterError: CustomStringConvertible {
  /// One sentence: what stood in the way of which delivery.
  public var message: String {
    switch kind {
    case .invalidSettings(let sentence): sentence
    case .destination(let words): "cannot write '\(path)': \(words)"
    case .source(let words): "cannot read '\(path)': \(words)"
    }
  }

  /// The same as ``message``.
  public var description: String { message }
}
