/// How the keys of JSON records lead to declared columns, as Firehose's OpenX deserializer is told:
/// `CaseInsensitive`, `ConvertDotsInJsonKeysToUnderscores` and `ColumnToJsonKeyMappings`.
public struct KeyMatching: Sendable, Hashable {
  /// Whether a key must be spelled as its column; otherwise case does not matter.
  public var isCaseSensitive = false
  /// Whether the key `a.b` is that of the column `a_b`.
  public var convertsDots = false
  /// The keys of columns that are called otherwise, by the columns' names; of whole records only.
  public var keys: [String: String] = [:]

  /// Keys are columns' names, in any case.
  public init() {}

  /// The keys of some columns, in their order.
  func keys(of columns: [String]) -> [String] {
    if keys.isEmpty { return columns }
    return columns.map { column in
      keys[column] ?? keys.first { $0.key.lowercased() == column.lowercased() }?.value ?? column
    }
  }

  /// The place of a record's key among the keys of columns: spelled alike first, then without case.
  func place(of key: String, in keys: [String]) -> Int? {
    let key = convertsDots ? String(key.map { $0 == "." ? "_" : $0 }) : key
    if let place = keys.firstIndex(of: key) { return place }
    return isCaseSensitive ? nil : keys.firstIndex { $0.lowercased() == key.lowercased() }
  }
}
