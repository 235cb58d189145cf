import Catalog

/// A prefix of delivered objects as Firehose writes it: text with expressions `!{namespace:value}`.
///
/// `timestamp:PATTERN`, `firehose:random-string`, `partitionKeyFromQuery:KEY`,
/// `partitionKeyFromLambda:KEY` and, for rejects, `firehose:error-output-type` (developer guide,
/// *Custom prefixes for Amazon S3 objects*).
public struct PathTemplate: Sendable, Equatable {
  enum Part: Sendable, Equatable {
    case literal(String)
    case timestamp(TimePattern)
    case randomString
    case errorOutputType
    /// The value of the partition key at this place of ``PathTemplate/keys``.
    case key(Int)
  }

  /// What gives a partition key.
  enum KeySource: String, Sendable {
    case query = "partitionKeyFromQuery"
    case transform = "partitionKeyFromLambda"
  }

  /// A partition key that the prefix asks for.
  struct Key: Sendable, Equatable {
    var source: KeySource
    var name: String
  }

  private let parts: [Part]
  /// The partition keys in the prefix, each once.
  let keys: [Key]
  /// The finest unit of all timestamps.
  let unit: TimeUnit

  /// The longest template, and the longest text that it may give.
  static let characterCountMax = 1024
  static let evaluatedCountMax = 512
  /// The longest name of a folder or file, in bytes.
  static let nameByteCountMax = 255

  /// Reads the prefix of delivered files.
  ///
  /// Without a `timestamp` expression it goes on with `yyyy/MM/dd/HH/`, as Firehose's does.
  /// - Throws: `invalidSettings` with the rule that is broken.
  public init(prefix text: String) throws(LakeWriterError) {
    var keys: [Key] = []
    var parts = try PathTemplate.parse(text, option: "--prefix", keys: &keys)
    if parts.contains(.errorOutputType) {
      throw PathTemplate.fault(
        "--prefix",
        "!{firehose:error-output-type} may only stand in the error prefix"
      )
    }
    let hasTime = parts.contains { if case .timestamp = $0 { true } else { false } }
    if !hasTime { parts += PathTemplate.defaultTime }
    try self.init(parts, keys: keys, option: "--prefix")
  }

  /// Reads the prefix of rejects.
  ///
  /// - Throws: `invalidSettings` when it has expressions but does not tell error types apart.
  public init(errorPrefix text: String) throws(LakeWriterError) {
    var keys: [Key] = []
    var parts = try PathTemplate.parse(text, option: "--error-prefix", keys: &keys)
    if let key = keys.first {
      throw PathTemplate.fault(
        "--error-prefix",
        "!{\(key.source.rawValue):\(key.name)} may only stand in the prefix"
      )
    }
    let isPlain = parts.allSatisfy { if case .literal = $0 { true } else { false } }
    if isPlain {
      parts += [.errorOutputType, .literal("/")] + PathTemplate.defaultTime
    } else if !parts.contains(.errorOutputType) {
      throw PathTemplate.fault(
        "--error-prefix",
        "with expressions it must hold !{firehose:error-output-type}"
      )
    }
    try self.init(parts, keys: [], option: "--error-prefix")
  }

  private init(_ parts: [Part], keys: [Key], option: String) throws(LakeWriterError) {
    self.parts = parts
    self.keys = keys
    unit = parts.reduce(.none) {
      if case .timestamp(let pattern) = $1 { max($0, pattern.unit) } else { $0 }
    }
    let sample = self.text(
      millis: 0,
      errorType: FailedRecords.conversionFailed,
      keys: keys.map { _ in "k" }
    )
    if sample.count > PathTemplate.evaluatedCountMax {
      throw PathTemplate.fault(
        option,
        "it gives \(sample.count) characters, \(PathTemplate.evaluatedCountMax) are allowed"
      )
    }
    if let long = sample.split(separator: "/").first(where: {
      $0.utf8.count > PathTemplate.nameByteCountMax
    }) {
      throw PathTemplate.fault(
        option,
        "it gives a name of \(long.utf8.count) bytes, \(PathTemplate.nameByteCountMax) are allowed"
      )
    }
    if sample.hasPrefix("/") || sample.split(separator: "/").contains("..") {
      throw PathTemplate.fault(option, "it must stay within the destination's folder")
    }
    if let hidden = sample.split(separator: "/").first(where: { "_.".contains($0.prefix(1)) }) {
      throw PathTemplate.fault(
        option,
        "readers pass over names that begin with '_' or '.', such as '\(hidden)'"
      )
    }
  }

  private static let defaultTime: [Part] =
    (try? TimePattern("yyyy/MM/dd/HH/")).map { [.timestamp($0)] } ?? []

  /// Whether it has expressions, so that an error prefix must be given as well.
  public static func hasExpression(_ text: String) -> Bool { text.contains("!{") }

  private static func parse(
    _ text: String,
    option: String,
    keys: inout [Key]
  ) throws(LakeWriterError) -> [Part] {
    if text.count > characterCountMax {
      throw fault(option, "it has \(text.count) characters, \(characterCountMax) are allowed")
    }
    var parts: [Part] = []
    var literal = ""
    var rest = text[...]
    while let next = rest.popFirst() {
      guard next == "!", rest.first == "{" else {
        literal.append(next)
        continue
      }
      rest = rest.dropFirst()
      guard let end = closing(rest) else {
        throw fault(option, "an expression that begins with '!{' is not closed by '}'")
      }
      if !literal.isEmpty { parts.append(.literal(literal)) }
      literal = ""
      parts.append(try expression(rest[..<end], option: option, keys: &keys))
      rest = rest[rest.index(after: end)...]
    }
    if !literal.isEmpty { parts.append(.literal(literal)) }
    return parts
  }

  /// The brace that ends an expression; one in quotes does not.
  private static func closing(_ text: Substring) -> Substring.Index? {
    var isQuoted = false
    for index in text.indices {
      if text[index] == "'" { isQuoted.toggle() }
      if text[index] == "}" && !isQuoted { return index }
    }
    return nil
  }

  private static func expression(
    _ text: Substring,
    option: String,
    keys: inout [Key]
  ) throws(LakeWriterError) -> Part {
    guard let colon = text.firstIndex(of: ":") else {
      throw fault(option, "'!{\(text)}' has no namespace; write !{timestamp:yyyy}")
    }
    let value = String(text[text.index(after: colon)...])
    switch (text[..<colon], value) {
    case ("timestamp", _):
      do throws(TimePattern.Fault) { return .timestamp(try TimePattern(value)) } catch {
        throw fault(option, "in '!{\(text)}' \(error.sentence)")
      }
    case ("firehose", "random-string"): return .randomString
    case ("firehose", "error-output-type"): return .errorOutputType
    case ("firehose", _):
      throw fault(option, "'\(value)' is neither random-string nor error-output-type")
    case ("partitionKeyFromQuery", _), ("partitionKeyFromLambda", _):
      guard let source = KeySource(rawValue: String(text[..<colon])), !value.isEmpty else {
        throw fault(option, "'!{\(text)}' names no key")
      }
      let key = Key(source: source, name: value)
      if let place = keys.firstIndex(of: key) { return .key(place) }
      keys.append(key)
      return .key(keys.count - 1)
    default:
      throw fault(
        option,
        "the namespace '\(text[..<colon])' is none of timestamp, firehose, "
          + "partitionKeyFromQuery and partitionKeyFromLambda"
      )
    }
  }

  private static func fault(_ option: String, _ sentence: String) -> LakeWriterError {
    LakeWriterError(.invalidSettings("\(option): \(sentence)"), path: "")
  }

  /// The text for an instant; every random string in it is a new one.
  ///
  /// - Parameters:
  ///   - millis: The instant, as the clock on the wall shows it.
  ///   - errorType: The type of the rejects, in an error prefix.
  ///   - values: The values of ``keys``; what a folder's name may not hold is escaped as in Hive.
  /// - Returns: The text, which may end within a file's name.
  func text(millis: Int64, errorType: String = "", keys values: [String] = []) -> String {
    parts.map { part in
      switch part {
      case .literal(let text): text
      case .timestamp(let pattern): pattern.text(millis: millis)
      case .randomString: PathTemplate.randomString()
      case .errorOutputType: errorType
      case .key(let place): PathTemplate.folderName(values[place])
      }
    }
    .joined()
  }

  /// Looks whether a folder can be made for some values.
  ///
  /// - Parameters:
  ///   - values: The values of ``keys``.
  ///   - nameByteCount: How long the names of files are, which the end of the prefix may begin.
  /// - Returns: Why none can be made; nil if one can.
  func fault(keys values: [String], nameByteCount: Int) -> String? {
    let text = text(millis: 0, keys: values)
    if text.count > PathTemplate.evaluatedCountMax {
      return
        "the prefix gives \(text.count) characters, \(PathTemplate.evaluatedCountMax) are allowed"
    }
    let names = text.split(separator: "/", omittingEmptySubsequences: false)
    for (index, name) in names.enumerated() {
      let byteCount = name.utf8.count + (index == names.count - 1 ? nameByteCount : 0)
      if byteCount > PathTemplate.nameByteCountMax {
        return
          "the prefix gives a name of \(byteCount) bytes, \(PathTemplate.nameByteCountMax) are "
          + "allowed"
      }
    }
    return nil
  }

  /// A value as part of a folder's name, which leads nowhere else and hides nothing.
  static func folderName(_ value: String) -> String {
    let escaped = PartitionPath.escape(value)
    guard let first = escaped.utf8.first, first == UInt8(ascii: ".") || first == UInt8(ascii: "_")
    else { return escaped }
    return (first == UInt8(ascii: ".") ? "%2E" : "%5F") + escaped.dropFirst()
  }

  /// Eleven letters and digits, as Firehose's.
  private static func randomString() -> String {
    let alphabet = Array("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")
    return String((0..<11).map { _ in alphabet[Int.random(in: 0..<alphabet.count)] })
  }
}
