import Testing

@testable import ColumnFormat

@Suite struct ByteStreamSplitEncodingTests {
  @Test func `the first bytes come first`() {
    var output = BufferBuilder<UInt8>(capacity: 1)
    ByteStreamSplitEncoding.append([0x4433_2211, 0x8877_6655] as [UInt32], count: 2, to: &output)
    #expect(Array(output.rawBytes) == [0x11, 0x55, 0x22, 0x66, 0x33, 0x77, 0x44, 0x88])
  }

  @Test func `it appends to what is there, also nothing`() {
    var output = BufferBuilder<UInt8>(capacity: 1)
    output.append(9)
    ByteStreamSplitEncoding.append([1] as [UInt64], count: 0, to: &output)
    ByteStreamSplitEncoding.append([1] as [UInt64], count: 1, to: &output)
    #expect(Array(output.rawBytes) == [9, 1, 0, 0, 0, 0, 0, 0, 0])
  }
}
