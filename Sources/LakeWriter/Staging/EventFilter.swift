import RowFormat

/// Which records are delivered: up to five patterns of EventBridge, of which one must match (Pipes,
/// *Event filtering*).
public struct EventFilter: Sendable, Equatable {
  private let patterns: [EventPattern]

  /// As many patterns as a pipe may have, and as long.
  static let countMax = 5
  static let byteCountMax = 4096

  /// Reads a file's text: one pattern, an array of them, or `{"Filters": [{"Pattern": "…"}]}`.
  ///
  /// - Throws: `invalidSettings` with the rule that is broken.
  public init(_ text: String) throws(LakeWriterError) {
    do throws(EventPattern.Fault) {
      let json: JSONValue
      do throws(JSONError) { json = try JSONValue.parse(text) } catch {
        throw EventPattern.Fault(sentence: "it is not JSON: \(error)")
      }
      patterns = try EventFilter.documents(json).map { value throws(EventPattern.Fault) in
        if value.compactText.utf8.count > EventFilter.byteCountMax {
          throw EventPattern.Fault(
            sentence: "a pattern has more than \(EventFilter.byteCountMax) characters"
          )
        }
        return try EventPattern(value)
      }
    } catch {
      throw LakeWriterError(
        .invalidSettings("--filter: \(error.sentence)"),
        path: "",
        help: "write a pattern such as {\"state\": [\"CA\", {\"prefix\": \"N\"}]}"
      )
    }
  }

  private static func documents(_ json: JSONValue) throws(EventPattern.Fault) -> [JSONValue] {
    var found: [JSONValue] = []
    if let filters = (json["Filters"] ?? json["filters"])?.arrayValue,
      filters.allSatisfy({ ($0["Pattern"] ?? $0["pattern"])?.stringValue != nil })
    {
      for filter in filters {
        let text = (filter["Pattern"] ?? filter["pattern"])?.stringValue ?? ""
        guard let pattern = try? JSONValue.parse(text) else {
          throw EventPattern.Fault(sentence: "a Pattern is not JSON")
        }
        found.append(pattern)
      }
    } else {
      found = json.arrayValue ?? [json]
    }
    if found.isEmpty { throw EventPattern.Fault(sentence: "there is no pattern") }
    if found.count > countMax {
      throw EventPattern.Fault(
        sentence: "there are \(found.count) patterns, \(countMax) are allowed"
      )
    }
    return found
  }

  /// Whether a record is to be delivered.
  func matches(_ record: JSONValue) -> Bool { patterns.contains { $0.matches(record) } }
}
