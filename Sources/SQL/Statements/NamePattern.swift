/// The pattern of SHOW: `%` and `_` as in LIKE, `*` and `|` as in Hive; compared without case.
struct NamePattern {
  private let alternatives: [[Character]]

  init(_ text: String) {
    alternatives = text.lowercased().split(separator: "|").map(Array.init)
  }

  func matches(_ name: String) -> Bool {
    let name = Array(name.lowercased())
    return alternatives.contains { NamePattern.matches(name, $0) }
  }

  /// `_` also is itself, because names of tables are full of it.
  private static func matches(_ name: [Character], _ pattern: [Character]) -> Bool {
    var position = 0
    var part = 0
    var retry: (part: Int, position: Int)?
    while position < name.count {
      if part < pattern.count, pattern[part] == "%" || pattern[part] == "*" {
        retry = (part + 1, position)
        part += 1
      } else if part < pattern.count, pattern[part] == "_" || pattern[part] == name[position] {
        part += 1
        position += 1
      } else if let (again, from) = retry {
        retry = (again, from + 1)
        part = again
        position = from + 1
      } else {
        return false
      }
    }
    return pattern[part...].allSatisfy { $0 == "%" || $0 == "*" }
  }
}
