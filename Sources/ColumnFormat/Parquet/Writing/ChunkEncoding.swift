/// How the values of a column chunk are laid out in its data pages.
enum ChunkEncoding: Sendable {
  /// Values one after the other.
  case plain
  /// Codes of dictionary entries.
  case dictionary
  /// Integers as differences.
  case delta
  /// Lengths as differences, then all bytes.
  case lengths
  /// Bytes without the prefix that they share with the value before.
  case prefixes
  /// The first bytes of all numbers, then the second ones, and so on.
  case split

  /// The name in the file.
  var pageEncoding: PageEncoding {
    switch self {
    case .plain: .plain
    case .dictionary: .runLengthDictionary
    case .delta: .deltaBinaryPacked
    case .lengths: .deltaLengthByteArray
    case .prefixes: .deltaByteArray
    case .split: .byteStreamSplit
    }
  }

  /// What the size is multiplied with before encodings are compared.
  ///
  /// Readers can skip, filter and group by dictionary codes; values put together from prefixes cost
  /// them a copy.
  var handicap: Double {
    switch self {
    case .dictionary: 0.97
    case .plain, .delta, .lengths, .split: 1
    case .prefixes: 1.1
    }
  }
}
