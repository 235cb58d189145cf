import ColumnFormat

/// A path of json_extract: `$.store.book[0]["title"]`.
struct JSONPath: Sendable {
  enum Step: Sendable, Equatable {
    case key([UInt8])
    /// A subscript that may be an array's index or an object's key.
    case index(Int, key: [UInt8])
  }

  let steps: [Step]

  /// Reads a path; wildcards and filters are refused, as Trino does.
  init(_ text: UnsafeRawBufferPointer) throws {
    var steps: [Step] = []
    var position = 1
    func invalid() -> SQLError {
      SQLError(.invalidArgument, "Invalid JSON path: '\(text.text)'")
    }
    guard text.first == 0x24 else { throw invalid() }
    while position < text.count {
      switch text[position] {
      case 0x2E:
        let start = position + 1
        var end = start
        while end < text.count, JSONPath.isPlain(text[end]) { end += 1 }
        guard end > start else { throw invalid() }
        steps.append(.key(Array(text[start..<end])))
        position = end
      case 0x5B:
        position += 1
        guard position < text.count else { throw invalid() }
        let quote = text[position]
        if quote == 0x22 || quote == 0x27 {
          var key: [UInt8] = []
          position += 1
          while position < text.count, text[position] != quote {
            if text[position] == 0x5C, position + 1 < text.count { position += 1 }
            key.append(text[position])
            position += 1
          }
          position += 1
          steps.append(.key(key))
        } else {
          let start = position
          while position < text.count, text[position] != 0x5D { position += 1 }
          let name = Array(text[start..<position])
          let isNumber = !name.isEmpty && name.count < 10 && name.allSatisfy { $0 &- 0x30 < 10 }
          if isNumber {
            steps.append(.index(name.reduce(0) { $0 * 10 + Int($1 - 0x30) }, key: name))
          } else if !name.isEmpty, name.allSatisfy(JSONPath.isSubscript) {
            steps.append(.key(name))
          } else {
            throw invalid()
          }
        }
        guard position < text.count, text[position] == 0x5D else { throw invalid() }
        position += 1
      default: throw invalid()
      }
    }
    self.steps = steps
  }

  private static func isSubscript(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x5F, 0x2D, 0x80...0xFF: true
    default: false
    }
  }

  private static func isPlain(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x3A, 0x24, 0x2F, 0x40, 0x7C, 0x23: true
    default: isSubscript(byte)
    }
  }

  /// Where the value lies in a document; nil where it does not exist or the text is broken.
  func find(in document: UnsafeRawBufferPointer) -> Int? {
    let scanner = JSONScanner(document)
    var position = scanner.skipSpaces(0)
    for step in steps {
      guard position < document.count else { return nil }
      switch (step, document[position]) {
      case (.key(let key), 0x7B), (.index(_, let key), 0x7B):
        guard let member = scanner.member(key, of: position), member.found else { return nil }
        position = member.position
      case (.index(let index, _), 0x5B):
        var left = index
        var found: Int?
        _ = scanner.forEach(of: position) { _, value in
          if left == 0 {
            found = value.lowerBound
            return false
          }
          left -= 1
          return true
        }
        guard let found else { return nil }
        position = found
      default: return nil
      }
    }
    return position < document.count ? position : nil
  }
}
