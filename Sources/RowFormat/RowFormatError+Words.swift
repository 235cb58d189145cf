extension RowFormatError: CustomStringConvertible {
  /// One sentence: what is wrong with which input.
  public var message: String {
    let name = path == "-" ? "standard input" : "'\(path)'"
    switch kind {
    case .system(let call, let words): return "cannot \(call) \(name): \(words)"
    case .damagedCompression(let codec, _):
      return "cannot read \(name): its \(codec) compression is damaged"
    case .malformed: return "cannot read \(name): it is not what its format says"
    case .unsupported: return "cannot read \(name): it uses something that is not built in"
    }
  }

  /// Where in the input, and what was found there; one line each.
  public var details: [String] {
    let place = byteOffset.map { "byte \($0)" }
    switch kind {
    case .system: return place.map { [$0] } ?? []
    case .damagedCompression(_, let fact), .malformed(let fact), .unsupported(let fact):
      return [place.map { "\($0): \(fact)" } ?? fact]
    }
  }

  /// The message and its details in one line.
  public var description: String { ([message] + details).joined(separator: "; ") }
}
