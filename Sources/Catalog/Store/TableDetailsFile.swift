import RowFormat

/// `details` of a generation's file: what DDL says beside columns, place and format.
enum TableDetailsFile {
  static func json(_ details: TableDetails, _ previous: JSONValue?) -> JSONValue? {
    var object = previous?.objectValue ?? JSONObject()
    object["inputFormat"] = details.inputFormat.map { .string($0) }
    object["outputFormat"] = details.outputFormat.map { .string($0) }
    object["serDeProperties"] = texts(details.serDeProperties)
    object["comments"] = texts(details.comments)
    object["declaredTypes"] = texts(details.declaredTypes)
    object["bucketColumns"] =
      details.bucketColumns.isEmpty ? nil : .array(details.bucketColumns.map { .string($0) })
    object["bucketCount"] = details.bucketCount.map { .integer($0) }
    object["viewText"] = details.viewText.map { .string($0) }
    return object.members.isEmpty ? nil : .object(object)
  }

  static func details(_ value: JSONValue?) -> TableDetails {
    var details = TableDetails()
    guard let value else { return details }
    details.inputFormat = value["inputFormat"]?.stringValue
    details.outputFormat = value["outputFormat"]?.stringValue
    details.serDeProperties = texts(value["serDeProperties"])
    details.comments = texts(value["comments"])
    details.declaredTypes = texts(value["declaredTypes"])
    details.bucketColumns = (value["bucketColumns"]?.arrayValue ?? []).compactMap(\.stringValue)
    details.bucketCount = value["bucketCount"]?.integerValue
    details.viewText = value["viewText"]?.stringValue
    return details
  }

  /// Texts by name, sorted so that equal ones make equal files; nil for none.
  static func texts(_ texts: [String: String]) -> JSONValue? {
    if texts.isEmpty { return nil }
    return .object(
      JSONObject(
        texts.sorted { $0.key < $1.key }.map { .init(name: $0.key, value: .string($0.value)) }
      )
    )
  }

  static func texts(_ value: JSONValue?) -> [String: String] {
    var texts: [String: String] = [:]
    for member in value?.objectValue?.members ?? [] {
      if let text = member.value.stringValue { texts[member.name] = text }
    }
    return texts
  }
}
