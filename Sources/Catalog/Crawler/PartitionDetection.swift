import ColumnFormat

/// The partition keys and partitions that the folders of a table's files stand for.
struct PartitionDetection {
  private(set) var keys: [Field] = []
  /// The partitions, each with its folder relative to the table's.
  private(set) var partitions: [Partition] = []
  /// The folder that forced a key's type, by the key's name.
  private(set) var causes: [String: ChangeCause] = [:]
  private(set) var notes: [String] = []

  /// - Parameters:
  ///   - folders: The folders of all files relative to the table's, without slashes at the ends.
  ///   - types: How keys get their types.
  init(folders: some Sequence<String>, types: CrawlOptions.PartitionTypes) {
    let distinct = Set(folders).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    let levels = distinct.map { PartitionPath.parse($0) }
    let (names, note) = PartitionDetection.names(levels, distinct)
    notes += note.map { [$0] } ?? []
    if names.isEmpty { return }
    collect(levels, distinct, depth: names.count)
    for (index, name) in names.enumerated() {
      keys.append(key(name, at: index, types: types))
    }
  }

  /// Gives the keys that are called like a column the name `partition_KEY`.
  ///
  /// - Returns: The old and new names of those keys.
  mutating func avoid(_ columns: [String]) -> [(String, String)] {
    let taken = Set(columns.map { $0.lowercased() })
    var renamed: [(String, String)] = []
    for index in keys.indices where taken.contains(keys[index].name.lowercased()) {
      let old = keys[index].name
      keys[index].name = "partition_\(old)"
      renamed.append((old, keys[index].name))
    }
    return renamed
  }

  /// The names of the levels that all files share.
  private static func names(_ levels: [[PartitionPath.Level]], _ folders: [String])
    -> (names: [String], note: String?)
  {
    guard let first = levels.first else { return ([], nil) }
    var names: [String] = []
    let depth = levels.map(\.count).min() ?? 0
    var note: String?
    for index in 0..<depth {
      let key = first[index].key?.lowercased()
      if let other = levels.firstIndex(where: { $0[index].key?.lowercased() != key }) {
        note =
          "folders differ in what level \(index + 1) means: '\(folders[0])' and '\(folders[other])'"
          + "; only the levels above are partition keys"
        break
      }
      let name = key ?? "partition_\(index)"
      if names.contains(name) {
        note = "the key '\(name)' occurs twice in '\(folders[0])'; only the first is used"
        break
      }
      names.append(name)
    }
    if note == nil, let deeper = levels.firstIndex(where: { $0.count > depth }) {
      note =
        "files lie at different depths, as in '\(folders[deeper])'; only the \(depth) levels that"
        + " all share are partition keys"
    }
    return (names, note)
  }

  private mutating func collect(
    _ levels: [[PartitionPath.Level]],
    _ folders: [String],
    depth: Int
  ) {
    var seen: Set<String> = []
    for (path, folder) in zip(levels, folders) {
      let location =
        path.count == depth
        ? folder : folder.split(separator: "/").prefix(depth).joined(separator: "/")
      if seen.insert(location).inserted {
        partitions.append(
          Partition(values: path.prefix(depth).map(\.value), location: location)
        )
      }
    }
  }

  private mutating func key(_ name: String, at index: Int, types: CrawlOptions.PartitionTypes)
    -> Field
  {
    var type: LogicalType = .unknown
    for partition in partitions where types == .infer {
      guard let value = partition.values[index] else { continue }
      let other = PartitionDetection.type(of: value)
      if other == type { continue }
      let merged: LogicalType = type == .unknown ? other : .string
      causes[name] = ChangeCause(source: partition.location, note: "value '\(value)'")
      type = merged
      if type == .string { break }
    }
    return Field(name, type == .unknown ? .string : type)
  }

  /// `int` for up to nine digits, also with leading zeros; `date` for `2026-11-23`.
  static func type(of value: String) -> LogicalType {
    let bytes = Array(value.utf8)
    let isDigits = bytes.allSatisfy { (0x30...0x39).contains($0) }
    if isDigits, (1...9).contains(bytes.count) { return .int32 }
    return isDate(bytes) ? .date : .string
  }

  private static func isDate(_ bytes: [UInt8]) -> Bool {
    guard bytes.count == 10, bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-") else {
      return false
    }
    func number(_ range: Range<Int>) -> Int? { Int(String(decoding: bytes[range], as: UTF8.self)) }
    guard bytes.enumerated().allSatisfy({ $0 == 4 || $0 == 7 || (0x30...0x39).contains($1) }),
      let year = number(0..<4), let month = number(5..<7), let day = number(8..<10),
      (1...12).contains(month)
    else { return false }
    let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    let days = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    return (1...days[month - 1]).contains(day)
  }
}
