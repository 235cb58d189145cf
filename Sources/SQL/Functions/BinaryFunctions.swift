import ColumnFormat

/// Binary as text, numbers as binary, digests.
enum BinaryFunctions {
  typealias Bytes = UnsafeRawBufferPointer

  static func register(_ functions: inout FunctionRegistry) {
    encodings(&functions)
    numbers(&functions)
    digests(&functions)
    functions.examples([
      ("from_base64url", "to_hex(from_base64url('-_8='))", "FBFF"),
      ("to_ieee754_32", "to_hex(to_ieee754_32(REAL '1.5'))", "3FC00000"),
      ("to_ieee754_64", "to_hex(to_ieee754_64(1.5e0))", "3FF8000000000000"),
      ("from_ieee754_32", "from_ieee754_32(from_hex('3FC00000'))", "1.5"),
      (
        "hmac_md5", "to_hex(hmac_md5(to_utf8('hashme'), to_utf8('key')))",
        "0A26EBEB0E7B65F528D96F7BC631BC8F"
      ),
      (
        "hmac_sha1", "to_hex(hmac_sha1(to_utf8('hashme'), to_utf8('key')))",
        "2E7C4C6AEFA7E69F106EEE3CE21944D0046D2F3D"
      ),
      (
        "hmac_sha256", "to_hex(hmac_sha256(to_utf8('hashme'), to_utf8('key')))",
        "D3D72F9FACDE059DA3A4EB43A9ABDD4B35118E0FEF00E6D16FB04BB332AF0484"
      ),
      (
        "hmac_sha512", "to_hex(hmac_sha512(to_utf8('hashme'), to_utf8('key')))",
        "FEFA712B67DED871E1ED987F8B20D6A69EB9FCC87974218B9A1A6D5202B54C18"
          + "ECDA4839A979DED22F07E0881CF40B762691992D120408F49D6212E112509D72"
      ),
    ])
  }

  /// Adds a function from bytes to bytes that may refuse a value.
  private static func bytes(
    _ functions: inout FunctionRegistry,
    _ signature: String,
    _ summary: String,
    examples: KeyValuePairs<String, String> = [:],
    canFail: Bool = false,
    _ body: @escaping @Sendable (Bytes) throws -> [UInt8]
  ) {
    functions.scalar(signature, summary, examples: examples, canFail: canFail) { a, n, _ in
      let arena = ByteArena()
      return try Rowwise.map(a, n, arena: arena) { (value: Bytes) -> ByteView? in
        arena.copy(try body(value))
      }
    }
  }

  // MARK: Encodings

  private static let standard = Array(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8
  )
  private static let forURLs = Array(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8
  )
  private static let base32 = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".utf8)

  private static func encodings(_ functions: inout FunctionRegistry) {
    let digits = Array("0123456789ABCDEF".utf8)
    bytes(
      &functions,
      "to_hex(varbinary) -> varchar",
      "Two hexadecimal digits a byte.",
      examples: ["to_hex(to_utf8('Az'))": "417A"]
    ) { value in value.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] } }
    for type in ["varchar", "varbinary"] {
      bytes(
        &functions,
        "from_hex(\(type)) -> varbinary",
        "The bytes of hexadecimal digits.",
        examples: type == "varchar" ? ["from_hex('417A')": "41 7a"] : [:],
        canFail: true,
        fromHex
      )
      for (name, alphabet) in [("base64", standard), ("base64url", forURLs)] {
        bytes(
          &functions,
          "from_\(name)(\(type)) -> varbinary",
          "The bytes of \(name) text.",
          examples: type == "varchar" && name == "base64"
            ? ["from_utf8(from_base64('aGk='))": "hi"] : [:],
          canFail: true
        ) { try decode($0, alphabet, bits: 6, name: name) }
      }
      bytes(
        &functions,
        "from_base32(\(type)) -> varbinary",
        "The bytes of base32 text.",
        examples: type == "varchar" ? ["from_utf8(from_base32('NBUQ===='))": "hi"] : [:],
        canFail: true
      ) { try decode($0, base32, bits: 5, name: "base32") }
    }
    bytes(
      &functions,
      "to_base64(varbinary) -> varchar",
      "The bytes as base64 text.",
      examples: ["to_base64(to_utf8('hi'))": "aGk="]
    ) { encode($0, standard, bits: 6, group: 4) }
    bytes(
      &functions,
      "to_base64url(varbinary) -> varchar",
      "The bytes as base64 text that URLs may hold.",
      examples: ["to_base64url(from_hex('FBFF'))": "-_8="]
    ) { encode($0, forURLs, bits: 6, group: 4) }
    bytes(
      &functions,
      "to_base32(varbinary) -> varchar",
      "The bytes as base32 text.",
      examples: ["to_base32(to_utf8('hi'))": "NBUQ===="]
    ) { encode($0, base32, bits: 5, group: 8) }
  }

  @Sendable
  private static func fromHex(_ text: Bytes) throws -> [UInt8] {
    guard text.count % 2 == 0 else {
      throw SQLError(.invalidArgument, "Invalid input length \(text.count)")
    }
    return try stride(from: 0, to: text.count, by: 2).map { index in
      guard let high = ValueText.hexValue(text[index]),
        let low = ValueText.hexValue(text[index + 1])
      else { throw SQLError(.invalidArgument, "Invalid hex character in '\(text.text)'") }
      return high << 4 | low
    }
  }

  private static func encode(_ bytes: Bytes, _ alphabet: [UInt8], bits: UInt32, group: Int)
    -> [UInt8]
  {
    var result: [UInt8] = []
    var pending: UInt32 = 0
    var count: UInt32 = 0
    for byte in bytes {
      pending = pending << 8 | UInt32(byte)
      count += 8
      while count >= bits {
        count -= bits
        result.append(alphabet[Int(pending >> count & ((1 << bits) - 1))])
      }
    }
    if count > 0 { result.append(alphabet[Int(pending << (bits - count) & ((1 << bits) - 1))]) }
    while result.count % group != 0 { result.append(0x3D) }
    return result
  }

  private static func decode(_ text: Bytes, _ alphabet: [UInt8], bits: UInt32, name: String) throws
    -> [UInt8]
  {
    var result: [UInt8] = []
    var pending: UInt32 = 0
    var count: UInt32 = 0
    for byte in text {
      if byte == 0x3D { break }
      guard let value = alphabet.firstIndex(of: byte) else {
        throw SQLError(.invalidArgument, "Illegal \(name) character in '\(text.text)'")
      }
      pending = pending << bits | UInt32(value)
      count += bits
      if count >= 8 {
        count -= 8
        result.append(UInt8(truncatingIfNeeded: pending >> count))
      }
    }
    return result
  }

  // MARK: Numbers

  private static func big<Word: FixedWidthInteger>(_ word: Word) -> [UInt8] {
    withUnsafeBytes(of: word.bigEndian) { Array($0) }
  }

  private static func word<Word: FixedWidthInteger>(_ bytes: Bytes, _: Word.Type) throws -> Word {
    guard bytes.count == MemoryLayout<Word>.size else {
      throw SQLError(
        .invalidArgument,
        "Incorrect input length \(bytes.count) for a number of \(MemoryLayout<Word>.size) bytes"
      )
    }
    return Word(bigEndian: bytes.loadUnaligned(as: Word.self))
  }

  private static func numbers(_ functions: inout FunctionRegistry) {
    functions.scalar(
      "to_big_endian_64(bigint) -> varbinary",
      "The number's eight bytes, highest first.",
      examples: ["to_hex(to_big_endian_64(258))": "0000000000000102"],
      canFail: false
    ) { a, n, _ in
      let arena = ByteArena()
      return try Rowwise.map(a, n) { (value: Int64) -> ByteView? in arena.copy(big(value)) }
    }
    functions.scalar(
      "from_big_endian_64(varbinary) -> bigint",
      "The number of eight bytes, highest first.",
      examples: ["from_big_endian_64(from_hex('0000000000000102'))": "258"]
    ) { a, n, _ in try Rowwise.map(a, n) { (b: Bytes) -> Int64? in try word(b, Int64.self) } }
    functions.scalar(
      "to_big_endian_32(integer) -> varbinary",
      "The number's four bytes, highest first.",
      examples: ["to_hex(to_big_endian_32(258))": "00000102"],
      canFail: false
    ) { a, n, _ in
      let arena = ByteArena()
      return try Rowwise.map(a, n) { (value: Int32) -> ByteView? in arena.copy(big(value)) }
    }
    functions.scalar(
      "from_big_endian_32(varbinary) -> integer",
      "The number of four bytes, highest first.",
      examples: ["from_big_endian_32(from_hex('00000102'))": "258"]
    ) { a, n, _ in try Rowwise.map(a, n) { (b: Bytes) -> Int32? in try word(b, Int32.self) } }
    functions.scalar(
      "to_ieee754_64(double) -> varbinary",
      "The number's bytes by IEEE 754, highest first.",
      canFail: false
    ) { a, n, _ in
      let arena = ByteArena()
      return try Rowwise.map(a, n) { (value: Double) -> ByteView? in
        arena.copy(big(value.bitPattern))
      }
    }
    functions.scalar(
      "from_ieee754_64(varbinary) -> double",
      "The number of eight bytes by IEEE 754.",
      examples: ["from_ieee754_64(to_ieee754_64(1.5e0))": "1.5"]
    ) { a, n, _ in
      try Rowwise.map(a, n) { (b: Bytes) -> Double? in
        Double(bitPattern: try word(b, UInt64.self))
      }
    }
    functions.scalar(
      "to_ieee754_32(real) -> varbinary",
      "The number's bytes by IEEE 754, highest first.",
      canFail: false
    ) { a, n, _ in
      let arena = ByteArena()
      return try Rowwise.map(a, n) { (value: Float) -> ByteView? in
        arena.copy(big(value.bitPattern))
      }
    }
    functions.scalar(
      "from_ieee754_32(varbinary) -> real",
      "The number of four bytes by IEEE 754."
    ) { a, n, _ in
      try Rowwise.map(a, n) { (b: Bytes) -> Float? in Float(bitPattern: try word(b, UInt32.self)) }
    }
  }

  // MARK: Digests

  private static func digests(_ functions: inout FunctionRegistry) {
    bytes(
      &functions,
      "murmur3(varbinary) -> varbinary",
      "The 128 bits of MurmurHash3.",
      examples: ["to_hex(murmur3(to_utf8('hashme')))": "93192FE805BE23041C8318F67EC4F2BC"]
    ) { Murmur3.hash($0) }
    bytes(
      &functions,
      "spooky_hash_v2_32(varbinary) -> varbinary",
      "The lower 32 bits of SpookyHash V2.",
      examples: ["to_hex(spooky_hash_v2_32(to_utf8('hello')))": "D382E6CA"]
    ) { big(UInt32(truncatingIfNeeded: SpookyHash.hash($0))) }
    bytes(
      &functions,
      "spooky_hash_v2_64(varbinary) -> varbinary",
      "The 64 bits of SpookyHash V2.",
      examples: [
        "to_hex(spooky_hash_v2_64(to_utf8('hello')))": "3768826AD382E6CA",
        "to_hex(spooky_hash_v2_64(to_utf8('')))": "232706FC6BF50919",
      ]
    ) { big(SpookyHash.hash($0)) }
    let all: [(String, Int, @Sendable ([UInt8]) -> [UInt8], String)] = [
      ("md5", 64, Digests.md5, "900150983CD24FB0D6963F7D28E17F72"),
      ("sha1", 64, Digests.sha1, "A9993E364706816ABA3E25717850C26C9CD0D89D"),
      (
        "sha256", 64, Digests.sha256,
        "BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD"
      ),
      (
        "sha512", 128, Digests.sha512,
        "DDAF35A193617ABACC417349AE20413112E6FA4E89A97EA20A9EEEE64B55D39A"
          + "2192992A274FC1A836BA3C23A3FEEBBD454D4423643CE80E2A9AC94FA54CA49F"
      ),
    ]
    for (name, block, digest, example) in all {
      bytes(
        &functions,
        "\(name)(varbinary) -> varbinary",
        "The digest of the bytes.",
        examples: ["to_hex(\(name)(to_utf8('abc')))": example]
      ) { digest(Array($0)) }
      functions.scalar(
        "hmac_\(name)(varbinary, varbinary) -> varbinary",
        "The keyed digest of the bytes.",
        canFail: false
      ) { a, n, _ in
        let arena = ByteArena()
        return try Rowwise.map(a, n, arena: arena) { (value: Bytes, key: Bytes) -> ByteView? in
          arena.copy(Digests.hmac(Array(value), key: Array(key), block: block, digest))
        }
      }
    }
    functions.scalar(
      "crc32(varbinary) -> bigint",
      "The CRC-32 of the bytes.",
      examples: ["crc32(to_utf8('abc'))": "891568578"],
      canFail: false
    ) { a, n, _ in
      try Rowwise.map(a, n) { (value: Bytes) -> Int64? in Int64(Digests.crc32(value)) }
    }
    bytes(
      &functions,
      "xxhash64(varbinary) -> varbinary",
      "The XXH64 of the bytes.",
      examples: ["to_hex(xxhash64(to_utf8('abc')))": "44BC2CF5AD770999"]
    ) { big(Digests.xxHash64($0)) }
  }
}
