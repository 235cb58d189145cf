import RowFormat

/// Reads a segment's partitions line by line, as ``PartitionSegment`` writes them.
///
/// Lists are long, and most lines are arrays of plain strings: a tree of values for the whole file
/// would take several times the memory and time. Lines of another kind are parsed one by one.
struct PartitionLines {
  private let bytes: UnsafeBufferPointer<UInt8>
  private let keys: [String]
  private let path: String
  private let condition: PartitionExpression?

  /// Calls `body` with each partition of a segment that meets a condition; false, before any call, if it is not laid out in
  /// lines, so that it must be parsed whole.
  static func forEach(
    _ bytes: [UInt8],
    keys: [String],
    path: String,
    where condition: PartitionExpression?,
    _ body: (Partition) throws(CatalogError) -> Void
  ) throws(CatalogError) -> Bool {
    guard let newline = bytes.firstIndex(of: UInt8(ascii: "\n")) else { return false }
    let opening = Array(": [".utf8)
    guard bytes[..<newline].suffix(opening.count).elementsEqual(opening),
      bytes.suffix(4).elementsEqual("\n]}\n".utf8)
    else { return false }
    // What stands before the list says the same with an empty one.
    let head: JSONValue
    do {
      head = try JSONValue.parse(Array(bytes[..<newline]) + "]}".utf8)
    } catch {
      return false
    }
    guard head["partitions"] == [], let members = head.objectValue else { return false }
    try CatalogFile(path: path, members: members).checkFormat()
    let list = bytes[(newline + 1)..<max(newline + 1, bytes.count - 3)]
    var failure: CatalogError?
    list.withUnsafeBufferPointer { bytes in
      do throws(CatalogError) {
        try PartitionLines(bytes: bytes, keys: keys, path: path, condition: condition)
          .forEach(body)
      } catch {
        failure = error
      }
    }
    if let failure { throw failure }
    return true
  }

  private func forEach(
    _ body: (Partition) throws(CatalogError) -> Void
  ) throws(CatalogError) {
    var start = 0
    while start < bytes.count {
      var end = start
      while end < bytes.count, bytes[end] != UInt8(ascii: "\n") { end += 1 }
      let next = end + 1
      if end > start, bytes[end - 1] == UInt8(ascii: ",") { end -= 1 }
      if end > start {
        let line = UnsafeBufferPointer(rebasing: bytes[start..<end])
        if let values = PartitionLines.plain(line), values.count == keys.count {
          if condition?.matches(values) ?? true {
            try body(
              Partition(
                values: values,
                location: PartitionPath.folder(keys: keys, values: values)
              )
            )
          }
        } else {
          let partition = try parsed(line)
          if condition?.matches(partition) ?? true { try body(partition) }
        }
      }
      start = next
    }
  }

  /// The values of a line that is an array of strings without escapes, and nulls; else nil.
  private static func plain(_ line: UnsafeBufferPointer<UInt8>) -> [String?]? {
    guard line.count >= 2, line[0] == UInt8(ascii: "["), line[line.count - 1] == UInt8(ascii: "]")
    else { return nil }
    var values: [String?] = []
    var at = 1
    while at < line.count - 1 {
      if line[at] == UInt8(ascii: "\"") {
        let start = at + 1
        var end = start
        while end < line.count, line[end] != UInt8(ascii: "\"") {
          if line[end] == UInt8(ascii: "\\") || line[end] < 0x20 { return nil }
          end += 1
        }
        guard end < line.count,
          let text = String(validating: line[start..<end], as: UTF8.self)
        else { return nil }
        values.append(text)
        at = end + 1
      } else if line[at...].starts(with: "null".utf8) {
        values.append(nil)
        at += 4
      } else {
        return nil
      }
      if at == line.count - 1 { return values }
      guard line[at] == UInt8(ascii: ","), at + 1 < line.count - 1 else { return nil }
      at += 1
    }
    return nil
  }

  private func parsed(_ line: UnsafeBufferPointer<UInt8>) throws(CatalogError) -> Partition {
    let entry: JSONValue
    do {
      entry = try JSONValue.parse(Array(line))
    } catch {
      let text = String(decoding: line.prefix(80), as: UTF8.self)
      throw CatalogError(.damaged("\(error.description), in the line \(text)"), path: path)
    }
    return try PartitionSegment.partition(entry, keys: keys, path: path)
  }
}
