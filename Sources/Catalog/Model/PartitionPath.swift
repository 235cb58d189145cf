/// Folder names that hold partition values: `year=2026/month=11`, escaped as Hive does.
package enum PartitionPath {
  /// The value that stands for null.
  package static let nullName = "__HIVE_DEFAULT_PARTITION__"

  /// One level of folders.
  package struct Level: Sendable, Hashable {
    /// The name before `=`; nil for a plain folder.
    package var key: String?
    /// The value, unescaped; nil stands for null.
    package var value: String?

    package init(key: String?, value: String?) {
      self.key = key
      self.value = value
    }
  }

  /// The levels of a folder's path relative to its table.
  package static func parse(_ folder: String) -> [Level] {
    folder.split(separator: "/").map { level(String($0)) }
  }

  /// What one folder's name says.
  package static func level(_ name: String) -> Level {
    guard let sign = name.utf8.firstIndex(of: UInt8(ascii: "=")), sign != name.startIndex else {
      return Level(key: nil, value: unescape(name))
    }
    let value = String(name[name.utf8.index(after: sign)...])
    return Level(
      key: unescape(String(name[..<sign])),
      value: value == nullName ? nil : unescape(value)
    )
  }

  /// The folder of some values in the layout `key=value/key=value`.
  package static func folder(keys: [String], values: [String?]) -> String {
    zip(keys, values).map { key, value in
      // Hive writes an empty text as null too: a folder's name cannot be empty after the sign for
      // every reader.
      let text = value.flatMap { $0.isEmpty ? nil : escape($0) } ?? nullName
      return "\(escape(key))=\(text)"
    }
    .joined(separator: "/")
  }

  /// For each byte whether Hive writes it as `%XX`: control characters and those of
  /// `FileUtils.charToEscape`.
  private static let escaped: [Bool] = (UInt8.min...UInt8.max).map { byte in
    byte < 0x20 || byte == 0x7F || "\"#%'*/:=?\\{[]^".utf8.contains(byte)
  }

  /// Writes bytes that a path or Hive cannot take as `%XX`.
  package static func escape(_ text: String) -> String {
    if !text.utf8.contains(where: { escaped[Int($0)] }) { return text }
    var bytes: [UInt8] = []
    for byte in text.utf8 {
      if escaped[Int(byte)] {
        bytes.append(UInt8(ascii: "%"))
        bytes += (byte < 16 ? "0" : "").utf8
        bytes += String(byte, radix: 16, uppercase: true).utf8
      } else {
        bytes.append(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Undoes ``escape(_:)``; a `%` without two digits stands for itself.
  package static func unescape(_ text: String) -> String {
    if !text.utf8.contains(UInt8(ascii: "%")) { return text }
    let source = Array(text.utf8)
    var bytes: [UInt8] = []
    var index = 0
    while index < source.count {
      if source[index] == UInt8(ascii: "%"), index + 2 < source.count,
        let high = Character(Unicode.Scalar(source[index + 1])).hexDigitValue,
        let low = Character(Unicode.Scalar(source[index + 2])).hexDigitValue
      {
        bytes.append(UInt8(high << 4 | low))
        index += 3
      } else {
        bytes.append(source[index])
        index += 1
      }
    }
    return String(validating: bytes, as: UTF8.self) ?? text
  }
}
