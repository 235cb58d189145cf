import Testing

@testable import ColumnFormat

@Suite struct ByteArrayEncodingTests {
  private func encode(
    _ texts: [String],
    _ append: (ByteArrayEncoding, PageScratch, inout BufferBuilder<UInt8>) -> Void
  ) -> [UInt8] {
    // The values are not the first ones in their memory.
    let bytes = Buffer(Array(("before" + texts.joined()).utf8))
    var ends: [Int] = []
    for text in texts { ends.append((ends.last ?? 6) + text.utf8.count) }
    var output = BufferBuilder<UInt8>(capacity: 1)
    let places = Buffer(ends)
    let values = ByteArrayEncoding(
      start: bytes.base + 6,
      ends: places.base,
      first: 6,
      count: texts.count
    )
    append(values, PageScratch(), &output)
    return Array(output.rawBytes)
  }

  private func lengths(_ values: [UInt32]) -> [UInt8] {
    var output = BufferBuilder<UInt8>(capacity: 1)
    DeltaBinaryPackedEncoding.append(values, count: values.count, to: &output)
    return Array(output.rawBytes)
  }

  @Test func `plain values stand behind their lengths`() {
    #expect(
      encode(["ab", "", "c"]) { $0.appendPlain(to: &$2) }
        == [2, 0, 0, 0, 97, 98, 0, 0, 0, 0, 1, 0, 0, 0, 99]
    )
  }

  @Test func `lengths come before all bytes`() {
    #expect(
      encode(["ab", "", "c"]) { $0.appendLengths($1, to: &$2) }
        == lengths([2, 0, 1]) + Array("abc".utf8)
    )
  }

  @Test func `shared prefixes are left out`() {
    let texts = ["https://a.example/one", "https://a.example/two", "https", "", "https", "https"]
    #expect(
      encode(texts) { $0.appendPrefixes($1, to: &$2) }
        == lengths([0, 18, 5, 0, 0, 5]) + lengths([21, 3, 0, 0, 5, 0])
        + Array("https://a.example/onetwohttps".utf8)
    )
  }

  @Test func `no values are no bytes but those of empty lengths`() {
    #expect(encode([]) { $0.appendPlain(to: &$2) } == [])
    #expect(encode([]) { $0.appendLengths($1, to: &$2) } == lengths([]))
    #expect(encode([]) { $0.appendPrefixes($1, to: &$2) } == lengths([]) + lengths([]))
  }
}
