extension ColumnFormatError: CustomStringConvertible {
  /// One sentence: what is wrong with which file.
  public var message: String {
    switch kind {
    case .system(let call, let words): "cannot \(call) '\(location.path)': \(words)"
    case .damaged: "cannot read '\(location.path)': the file is damaged"
    case .unsupported: "cannot read '\(location.path)': it uses something that is not built in"
    case .limit: "cannot read '\(location.path)': a size is over its limit"
    case .refused: "cannot write '\(location.path)'"
    }
  }

  /// Where in the file, and what was found there; one line each.
  public var details: [String] {
    let place = location.text
    switch kind {
    case .system: return place.isEmpty ? [] : [place]
    case .damaged(let fact), .unsupported(let fact), .limit(let fact), .refused(let fact):
      return [place.isEmpty ? fact : "\(place): \(fact)"]
    }
  }

  /// The message and its details in one line.
  public var description: String { ([message] + details).joined(separator: "; ") }
}

extension ColumnFormatError.Location {
  /// The place within the file: `column 'total', row group 2, page 5, byte 1048832`.
  public var text: String {
    var parts: [String] = []
    if let column { parts.append("column '\(column)'") }
    if let rowGroup { parts.append("row group \(rowGroup)") }
    if let page { parts.append("page \(page)") }
    if let byteOffset { parts.append("byte \(byteOffset)") }
    return parts.joined(separator: ", ")
  }
}
