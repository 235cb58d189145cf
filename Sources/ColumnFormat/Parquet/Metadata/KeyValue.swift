/// A pair of free text in a file's metadata.
public struct KeyValue: Sendable, Hashable {
  /// The key.
  public var key: String
  /// The value, if there is one.
  public var value: String?

  /// A pair.
  public init(key: String, value: String?) {
    self.key = key
    self.value = value
  }

  /// Reads the struct.
  package init(from reader: inout CompactReader) throws(DecodingFailure) {
    var key: String?
    var value: String?
    var last = 0
    while let field = try reader.nextField(after: &last) {
      switch field.id {
      case 1: key = try reader.readText(field)
      case 2: value = try reader.readText(field)
      default: try reader.skip(field)
      }
    }
    guard let key else { throw DecodingFailure("a pair of metadata has no key") }
    self.init(key: key, value: value)
  }

  /// Writes the struct.
  package func write(to writer: inout CompactWriter) {
    writer.beginStruct()
    writer.write(1, text: key)
    if let value { writer.write(2, text: value) }
    writer.endStruct()
  }

  /// Reads a list field of pairs.
  static func readList(_ field: CompactField, from reader: inout CompactReader)
    throws(DecodingFailure) -> [KeyValue]
  {
    let count = try reader.readList(field, of: .structure)
    var pairs: [KeyValue] = []
    for _ in 0..<count { pairs.append(try KeyValue(from: &reader)) }
    return pairs
  }

  /// Writes a list field of pairs.
  static func writeList(_ id: Int, _ pairs: [KeyValue], to writer: inout CompactWriter) {
    writer.beginList(id, of: .structure, count: pairs.count)
    for pair in pairs { pair.write(to: &writer) }
  }
}
