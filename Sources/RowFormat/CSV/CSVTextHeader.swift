/// Tells a header from data in a file whose columns are all text, where types cannot tell.
///
/// The first record is a header when its cells are names, each its own and none of them seen again in
/// its column, and one column at least is written otherwise than its name: all its cells of one length
/// that the name does not have, or none of them made of the name's kinds of characters
/// (`carrier,name` over `AA,American Airlines Inc.`).
enum CSVTextHeader {
  /// Fewer records show no habit of a column.
  private static let recordCountMin = 2

  /// Whether `header` names the columns of `records`.
  static func isHeader(_ header: CSVRecord, over records: ArraySlice<CSVRecord>) -> Bool {
    guard records.count >= recordCountMin else { return false }
    let names = header.fields.map(\.text)
    guard names.allSatisfy(isWord), Set(names.map { $0.lowercased() }).count == names.count else {
      return false
    }
    var isToldApart = false
    for (index, name) in names.enumerated() {
      let cells = records.compactMap { record in
        index < record.fields.count && !record.fields[index].bytes.isEmpty
          ? record.fields[index].text : nil
      }
      if cells.contains(name) { return false }
      guard cells.count >= recordCountMin else { continue }
      let length = cells[0].utf8.count
      let isOtherLength =
        length != name.utf8.count && cells.allSatisfy { $0.utf8.count == length }
      let kinds = CharacterKinds(name)
      let isOtherKind = !cells.contains { CharacterKinds($0).isSubset(of: kinds) }
      isToldApart = isToldApart || isOtherLength || isOtherKind
    }
    return isToldApart
  }

  /// Whether a text may be a name: a letter or underscore, then letters, digits, `_`, `-`, `.` or spaces.
  private static func isWord(_ text: String) -> Bool {
    guard let first = text.unicodeScalars.first, first.properties.isAlphabetic || first == "_"
    else {
      return false
    }
    return text.unicodeScalars.allSatisfy {
      $0.properties.isAlphabetic || ("0"..."9").contains($0) || "_-. ".unicodeScalars.contains($0)
    }
  }

  /// The kinds of characters that occur in a text.
  private struct CharacterKinds: OptionSet {
    let rawValue: UInt8

    static let lowercase = CharacterKinds(rawValue: 1)
    static let uppercase = CharacterKinds(rawValue: 2)
    static let digit = CharacterKinds(rawValue: 4)
    static let other = CharacterKinds(rawValue: 8)

    init(rawValue: UInt8) { self.rawValue = rawValue }

    init(_ text: String) {
      var kinds: CharacterKinds = []
      for scalar in text.unicodeScalars {
        if scalar.properties.isLowercase {
          kinds.insert(.lowercase)
        } else if scalar.properties.isUppercase {
          kinds.insert(.uppercase)
        } else if ("0"..."9").contains(scalar) {
          kinds.insert(.digit)
        } else if scalar != "_" {
          kinds.insert(.other)
        }
      }
      self = kinds
    }
  }
}
