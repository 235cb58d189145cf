import RowFormat

/// Gives each record another form (EventBridge Pipes, *Input transformation*).
///
/// ```
///   template = text with { '<$.' path '>' | '<aws.pipes.event>' | … }
///   path     = name { '.' name | '[' index ']' }
/// ```
/// Within a JSON string a value is put in as text, elsewhere as JSON; where the record has none, as
/// nothing or as null.
public struct InputTemplate: Sendable, Equatable {
  private enum Part: Sendable, Equatable {
    case literal(String)
    case path([Step], isInString: Bool)
    case event(isInString: Bool)
    case ingestionTime
  }

  private enum Step: Sendable, Equatable {
    case name(String)
    case index(Int)
  }

  private let parts: [Part]

  static let characterCountMax = 8192

  /// Reads a template.
  ///
  /// - Throws: `invalidSettings` with the rule that is broken.
  public init(_ text: String) throws(LakeWriterError) {
    if text.count > InputTemplate.characterCountMax {
      throw InputTemplate.fault(
        "it has \(text.count) characters, \(InputTemplate.characterCountMax) are allowed"
      )
    }
    var parts: [Part] = []
    var literal = ""
    var isInString = false
    var isEscaped = false
    var rest = text[...]
    while let next = rest.popFirst() {
      if next == "<", rest.hasPrefix("$.") || rest.hasPrefix("aws.") {
        guard let end = rest.firstIndex(of: ">") else {
          throw InputTemplate.fault("a variable that begins with '<' is not closed by '>'")
        }
        if !literal.isEmpty { parts.append(.literal(literal)) }
        literal = ""
        parts.append(try InputTemplate.variable(rest[..<end], isInString: isInString))
        rest = rest[rest.index(after: end)...]
        continue
      }
      literal.append(next)
      if isEscaped {
        isEscaped = false
      } else if next == "\\" && isInString {
        isEscaped = true
      } else if next == "\"" {
        isInString.toggle()
      }
    }
    if !literal.isEmpty { parts.append(.literal(literal)) }
    self.parts = parts
  }

  private static func fault(_ sentence: String) -> LakeWriterError {
    LakeWriterError(
      .invalidSettings("--template: \(sentence)"),
      path: "",
      help: "write JSON with paths, such as {\"order\": <$.dynamodb.NewImage>}"
    )
  }

  private static func variable(_ text: Substring, isInString: Bool) throws(LakeWriterError) -> Part
  {
    switch text {
    case "aws.pipes.event", "aws.pipes.event.json": return .event(isInString: isInString)
    case "aws.pipes.event.ingestion-time": return .ingestionTime
    case _ where text.hasPrefix("aws."):
      throw fault("'<\(text)>' has no meaning outside of AWS")
    default: break
    }
    var steps: [Step] = []
    for name in text.dropFirst(2).split(separator: ".", omittingEmptySubsequences: false) {
      var name = name
      var indices: [Step] = []
      while name.hasSuffix("]"), let open = name.lastIndex(of: "["),
        let index = Int(name[name.index(after: open)...].dropLast()), index >= 0
      {
        indices.insert(.index(index), at: 0)
        name = name[..<open]
      }
      if name.isEmpty || name.contains("[") || name.contains("]") {
        throw fault("'<\(text)>' is no path such as <$.a.b[0]>")
      }
      steps += [.name(String(name))] + indices
    }
    return .path(steps, isInString: isInString)
  }

  /// The text that a record becomes.
  ///
  /// - Parameters:
  ///   - record: The record.
  ///   - nowMillis: The clock.
  /// - Returns: The text; JSON if the template is.
  func text(_ record: JSONValue, nowMillis: Int64) -> String {
    parts.map { part in
      switch part {
      case .literal(let text): text
      case .ingestionTime:
        (try? QueryTime.format("%Y-%m-%dT%H:%M:%SZ", seconds: Double(nowMillis / 1000))) ?? ""
      case .event(let isInString): InputTemplate.form(record, isInString)
      case .path(let steps, let isInString):
        InputTemplate.form(InputTemplate.value(record, steps), isInString)
      }
    }
    .joined()
  }

  private static func value(_ record: JSONValue, _ steps: [Step]) -> JSONValue? {
    var value: JSONValue? = record
    for step in steps {
      switch step {
      case .name(let name): value = value?[name]
      case .index(let index):
        value = value?.arrayValue.flatMap { $0.indices.contains(index) ? $0[index] : nil }
      }
    }
    return value
  }

  private static func form(_ value: JSONValue?, _ isInString: Bool) -> String {
    guard isInString else { return (value ?? .null).compactText }
    guard let value else { return "" }
    let text = value.stringValue ?? value.compactText
    // Escaped as a string, without its quotes.
    return String(JSONValue.string(text).compactText.dropFirst().dropLast())
  }
}
