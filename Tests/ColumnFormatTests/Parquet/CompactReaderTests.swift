import ColumnFormat
import Testing

@Suite struct CompactReaderTests {
  /// The fields of a struct as text, with unknown ones skipped.
  private func fields(_ bytes: [UInt8]) throws -> [String] {
    try bytes.withUnsafeBytes { buffer in
      var reader = CompactReader(buffer)
      var found: [String] = []
      var last = 0
      while let field = try reader.nextField(after: &last) {
        switch field.type {
        case .int16, .int32, .int64, .byte:
          found.append("\(field.id)=\(try reader.readInt(field))")
        case .binary: found.append("\(field.id)=\(try reader.readText(field))")
        case .booleanTrue, .booleanFalse:
          found.append("\(field.id)=\(try reader.readBoolean(field))")
        default:
          try reader.skip(field)
          found.append("\(field.id) skipped")
        }
      }
      return found
    }
  }

  @Test func `fields of all simple types are read`() throws {
    // 1: i32 -1, 2: i64 150, 3: true, 5: binary "ab", 40 (long form): byte 7
    let bytes: [UInt8] = [
      0x15, 0x01, 0x16, 0xAC, 0x02, 0x11, 0x28, 0x02, 0x61, 0x62, 0x03, 0x50, 0x07, 0x00,
    ]
    #expect(try fields(bytes) == ["1=-1", "2=150", "3=true", "5=ab", "40=7"])
  }

  @Test func `nested values that are not asked for are skipped`() throws {
    // 1: list of three structs {1: i32 1}, 2: map of two pairs binary to i32, 3: double, 4: i32 5
    let bytes: [UInt8] = [
      0x19, 0x3C, 0x15, 0x02, 0x00, 0x15, 0x02, 0x00, 0x15, 0x02, 0x00,
      0x1B, 0x02, 0x85, 0x01, 0x61, 0x02, 0x01, 0x62, 0x04,
      0x17, 0, 0, 0, 0, 0, 0, 0, 0,
      0x15, 0x0A, 0x00,
    ]
    #expect(try fields(bytes) == ["1 skipped", "2 skipped", "3 skipped", "4=5"])
  }

  @Test func `a list that claims more elements than bytes is refused`() {
    let bytes: [UInt8] = [0x19, 0xF5, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F, 0x00]
    #expect(throws: DecodingFailure.self) { try fields(bytes) }
  }

  @Test func `a string that ends after the bytes is refused`() {
    #expect(throws: DecodingFailure("a string of 200 bytes starts 1 bytes before the end")) {
      try fields([0x18, 0xC8, 0x01, 0x61])
    }
  }

  @Test func `metadata nested without end are refused`() {
    let bytes = [UInt8](repeating: 0x1C, count: 100_000)
    #expect(throws: DecodingFailure("metadata is nested more than 64 levels deep")) {
      try fields(bytes)
    }
  }

  @Test func `an integer of too many bytes is refused`() {
    let bytes: [UInt8] = [0x16] + [UInt8](repeating: 0x80, count: 12) + [0]
    #expect(throws: DecodingFailure("an integer takes more than ten bytes")) {
      try fields(bytes)
    }
  }

  @Test func `every prefix of a struct is refused`() {
    let bytes: [UInt8] = [0x15, 0x01, 0x16, 0xAC, 0x02, 0x11, 0x28, 0x02, 0x61, 0x62, 0x00]
    for count in 0..<bytes.count {
      #expect(throws: DecodingFailure.self) { try fields(Array(bytes[..<count])) }
    }
  }
}
