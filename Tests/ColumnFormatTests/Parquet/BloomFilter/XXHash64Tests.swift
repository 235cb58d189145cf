import Testing

@testable import ColumnFormat

@Suite struct XXHash64Tests {
  /// The hashes are those that xxHash's own program gives.
  @Test(
    arguments: [
      ("", 0xEF46_DB37_51D8_E999),
      ("a", 0xD24E_C4F1_A98C_6E5B),
      ("abc", 0x44BC_2CF5_AD77_0999),
      ("1234", 0xD831_6E61_D84F_6BA4),
      ("12345678", 0xD2D0_2F08_CF7C_FD4A),
      ("Nobody inspects the spammish repetition", 0xFBCE_A83C_8A37_8BF1),
      (String(repeating: "0123456789", count: 10), 0xF80E_7B96_315A_FFFA),
    ] as [(String, UInt64)]
  )
  func `text has the published hash`(text: String, expected: UInt64) {
    #expect(Array(text.utf8).withUnsafeBytes { XXHash64.hash($0) } == expected)
  }

  @Test func `numbers hash as their bytes do`() {
    #expect(XXHash64.hash(UInt32(0x3433_3231)) == 0xD831_6E61_D84F_6BA4)
    #expect(XXHash64.hash(UInt64(0x3837_3635_3433_3231)) == 0xD2D0_2F08_CF7C_FD4A)
  }
}
