import TestSupport
import Testing

@testable import RowFormat

@Suite struct UTF8CheckingTests {
  private func isValid(_ bytes: [UInt8]) -> Bool {
    bytes.withUnsafeBufferPointer { buffer in
      buffer.baseAddress.map { UTF8Checking.isValid($0, count: buffer.count) } ?? true
    }
  }

  private func isValidToSwift(_ bytes: [UInt8]) -> Bool {
    String(validating: bytes, as: UTF8.self) != nil
  }

  @Test(arguments: [0, 1, 2, 7, 8, 64])
  func `every two bytes are judged as the standard library does`(before: Int) {
    var differing: [[UInt8]] = []
    for pair in 0..<65_536 {
      let own = [UInt8(pair >> 8), UInt8(pair & 0xFF)]
      let bytes = [UInt8](repeating: 0x61, count: before) + own + Array("жест и слово".utf8)
      if isValid(bytes) != isValidToSwift(bytes) { differing.append(own) }
    }
    #expect(differing.isEmpty)
  }

  @Test func `damaged texts of all scripts are judged as the standard library does`() {
    let texts = ["plain", "Ελληνικά", "русский текст, длинный", "日本語のテキスト", "🙂🚀", "mañana ½ €"]
    var generator = SeededGenerator(seed: 17)
    for _ in 0..<20_000 {
      var bytes: [UInt8] = []
      for _ in 0..<Int.random(in: 1...6, using: &generator) {
        bytes += Array((texts.randomElement(using: &generator) ?? "").utf8)
      }
      for _ in 0..<Int.random(in: 0...2, using: &generator) {
        let place = Int.random(in: 0..<bytes.count, using: &generator)
        bytes[place] = UInt8.random(in: 0...255, using: &generator)
      }
      bytes.removeLast(Int.random(in: 0..<bytes.count, using: &generator))
      #expect(isValid(bytes) == isValidToSwift(bytes), "\(bytes)")
    }
  }
}
