import CKernels
import ColumnFormat
import Testing

@testable import SQL

/// Searching and counting in texts of all lengths around a vector's, against plain code.
@Suite struct TextKernelTests {
  /// Few letters, so that first and last bytes of a needle are found in many wrong places.
  private static func bytes(_ random: inout SeededNumbers, _ count: Int) -> [UInt8] {
    (0..<count).map { _ in [0x61, 0x61, 0x62, 0xC3, 0xA9][random.int(5)] }
  }

  private static func place(_ needle: [UInt8], _ text: [UInt8]) -> Int64 {
    if needle.isEmpty { return 0 }
    for start in 0..<max(0, text.count - needle.count + 1)
    where Array(text[start..<(start + needle.count)]) == needle {
      return Int64(start)
    }
    return -1
  }

  @Test func `the first place of a needle is found by all instruction sets`() {
    var random = SeededNumbers(3)
    var found = 0
    for _ in 0..<6_000 {
      let text = TextKernelTests.bytes(&random, random.int(200))
      var needle = TextKernelTests.bytes(&random, random.int(6))
      if random.int(3) == 0, !text.isEmpty {
        let start = random.int(text.count)
        needle = Array(text[start..<(start + random.int(text.count - start + 1))])
      }
      let expected = TextKernelTests.place(needle, text)
      let places = text.withUnsafeBufferPointer { text in
        needle.withUnsafeBufferPointer { needle -> [Int64] in
          guard let start = text.baseAddress, let pattern = needle.baseAddress else { return [] }
          return [lake_find, lake_find_baseline].map {
            $0(start, Int64(text.count), pattern, Int64(needle.count))
          }
        }
      }
      #expect(places.allSatisfy { $0 == expected }, "\(needle) in \(text)")
      found += expected >= 0 ? 1 : 0
    }
    #expect(found > 1_500)
  }

  @Test func `columns of texts are searched and counted as each text is`() throws {
    var random = SeededNumbers(5)
    let texts = (0..<2_000).map { _ in
      String(decoding: TextKernelTests.bytes(&random, random.int(150)), as: UTF8.self)
    }
    let scalars = texts.enumerated().map { $0 % 11 == 0 ? Scalar.null : .text($1) }
    let column = Column(scalars: scalars, type: .text)
    let length = try FunctionCatalog.standard.scalar("length", [.text])
    let lengths = try length.kernel([column], texts.count, EvaluationContext())
    let like = try FunctionCatalog.standard.scalar("$like", [.text, .text])
    let pattern = Column.constant(.text("%aab%"), of: .text, count: texts.count)
    let contains = try like.kernel([column, pattern], texts.count, EvaluationContext())
    for (row, scalar) in scalars.enumerated() {
      let isNull = scalar == .null
      let text = Array(texts[row].utf8)
      let isFound = TextKernelTests.place(Array("aab".utf8), text) >= 0
      #expect(
        lengths.scalar(at: row) == (isNull ? .null : .int(Int64(texts[row].unicodeScalars.count)))
      )
      #expect(contains.scalar(at: row) == (isNull ? .null : .boolean(isFound)))
    }
  }
}
