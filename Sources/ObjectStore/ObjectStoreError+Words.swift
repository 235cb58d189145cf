extension ObjectStoreError: CustomStringConvertible {
  /// One sentence: what is wrong with which object.
  public var message: String {
    switch kind {
    case .notFound: "'\(path)' does not exist"
    case .alreadyExists: "'\(path)' exists already"
    case .full: "no room is left for '\(path)'"
    case .system(let call, let words): "cannot \(call) '\(path)': \(words)"
    }
  }

  /// The same as ``message``.
  public var description: String { message }
}
