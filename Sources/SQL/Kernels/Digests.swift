/// Message digests, by the letter of their standards.
enum Digests {
  /// MD5 (RFC 1321).
  static func md5(_ message: [UInt8]) -> [UInt8] {
    let shifts: [UInt32] = [7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21]
    var state: [UInt32] = [0x6745_2301, 0xEFCD_AB89, 0x98BA_DCFE, 0x1032_5476]
    let padded = pad(message, block: 64, lengthBytes: 8, isBigEndian: false)
    for start in stride(from: 0, to: padded.count, by: 64) {
      let words = (0..<16).map { index in
        (0..<4).reduce(UInt32(0)) { $0 | UInt32(padded[start + 4 * index + $1]) << UInt32(8 * $1) }
      }
      var (a, b, c, d) = (state[0], state[1], state[2], state[3])
      for round in 0..<64 {
        var f: UInt32
        let word: Int
        switch round / 16 {
        case 0: (f, word) = ((b & c) | (~b & d), round)
        case 1: (f, word) = ((d & b) | (~d & c), (5 * round + 1) % 16)
        case 2: (f, word) = (b ^ c ^ d, (3 * round + 5) % 16)
        default: (f, word) = (c ^ (b | ~d), 7 * round % 16)
        }
        f = f &+ a &+ md5Constants[round] &+ words[word]
        (a, d, c) = (d, c, b)
        b = b &+ rotateLeft(f, shifts[round / 16 * 4 + round % 4])
      }
      state[0] = state[0] &+ a
      state[1] = state[1] &+ b
      state[2] = state[2] &+ c
      state[3] = state[3] &+ d
    }
    return state.flatMap { word in (0..<4).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) } }
  }

  /// SHA-1 (FIPS 180-4).
  static func sha1(_ message: [UInt8]) -> [UInt8] {
    var state: [UInt32] = [0x6745_2301, 0xEFCD_AB89, 0x98BA_DCFE, 0x1032_5476, 0xC3D2_E1F0]
    let padded = pad(message, block: 64, lengthBytes: 8, isBigEndian: true)
    for start in stride(from: 0, to: padded.count, by: 64) {
      var words = bigEndianWords(padded, start)
      for index in 16..<80 {
        words.append(
          rotateLeft(
            words[index - 3] ^ words[index - 8] ^ words[index - 14] ^ words[index - 16],
            1
          )
        )
      }
      var (a, b, c, d, e) = (state[0], state[1], state[2], state[3], state[4])
      for round in 0..<80 {
        let (f, constant): (UInt32, UInt32)
        switch round / 20 {
        case 0: (f, constant) = ((b & c) | (~b & d), 0x5A82_7999)
        case 1: (f, constant) = (b ^ c ^ d, 0x6ED9_EBA1)
        case 2: (f, constant) = ((b & c) | (b & d) | (c & d), 0x8F1B_BCDC)
        default: (f, constant) = (b ^ c ^ d, 0xCA62_C1D6)
        }
        let next = rotateLeft(a, 5) &+ f &+ e &+ constant &+ words[round]
        (e, d, c, b, a) = (d, c, rotateLeft(b, 30), a, next)
      }
      for (index, value) in [a, b, c, d, e].enumerated() { state[index] = state[index] &+ value }
    }
    return state.flatMap(bigEndian)
  }

  /// SHA-256 (FIPS 180-4).
  static func sha256(_ message: [UInt8]) -> [UInt8] {
    var state = sha256Initial
    let padded = pad(message, block: 64, lengthBytes: 8, isBigEndian: true)
    for start in stride(from: 0, to: padded.count, by: 64) {
      var words = bigEndianWords(padded, start)
      for index in 16..<64 {
        let w15 = words[index - 15]
        let w2 = words[index - 2]
        let s0 = rotateRight(w15, 7) ^ rotateRight(w15, 18) ^ (w15 >> 3)
        let s1 = rotateRight(w2, 17) ^ rotateRight(w2, 19) ^ (w2 >> 10)
        words.append(words[index - 16] &+ s0 &+ words[index - 7] &+ s1)
      }
      var v = state
      for round in 0..<64 {
        let s1 = rotateRight(v[4], 6) ^ rotateRight(v[4], 11) ^ rotateRight(v[4], 25)
        let choice = (v[4] & v[5]) ^ (~v[4] & v[6])
        let first = v[7] &+ s1 &+ choice &+ sha256Constants[round] &+ words[round]
        let s0 = rotateRight(v[0], 2) ^ rotateRight(v[0], 13) ^ rotateRight(v[0], 22)
        let majority = (v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2])
        let second = s0 &+ majority
        v = [first &+ second, v[0], v[1], v[2], v[3] &+ first, v[4], v[5], v[6]]
      }
      for index in 0..<8 { state[index] = state[index] &+ v[index] }
    }
    return state.flatMap(bigEndian)
  }

  /// SHA-512 (FIPS 180-4).
  static func sha512(_ message: [UInt8]) -> [UInt8] {
    var state = sha512Initial
    let padded = pad(message, block: 128, lengthBytes: 16, isBigEndian: true)
    for start in stride(from: 0, to: padded.count, by: 128) {
      var words = (0..<16).map { index in
        (0..<8).reduce(UInt64(0)) { $0 << 8 | UInt64(padded[start + 8 * index + $1]) }
      }
      for index in 16..<80 {
        let w15 = words[index - 15]
        let w2 = words[index - 2]
        let s0 = rotateRight(w15, 1) ^ rotateRight(w15, 8) ^ (w15 >> 7)
        let s1 = rotateRight(w2, 19) ^ rotateRight(w2, 61) ^ (w2 >> 6)
        words.append(words[index - 16] &+ s0 &+ words[index - 7] &+ s1)
      }
      var v = state
      for round in 0..<80 {
        let s1 = rotateRight(v[4], 14) ^ rotateRight(v[4], 18) ^ rotateRight(v[4], 41)
        let choice = (v[4] & v[5]) ^ (~v[4] & v[6])
        let first = v[7] &+ s1 &+ choice &+ sha512Constants[round] &+ words[round]
        let s0 = rotateRight(v[0], 28) ^ rotateRight(v[0], 34) ^ rotateRight(v[0], 39)
        let majority = (v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2])
        let second = s0 &+ majority
        v = [first &+ second, v[0], v[1], v[2], v[3] &+ first, v[4], v[5], v[6]]
      }
      for index in 0..<8 { state[index] = state[index] &+ v[index] }
    }
    return state.flatMap(bigEndian)
  }

  /// HMAC (RFC 2104) over one of the digests.
  static func hmac(
    _ message: [UInt8],
    key: [UInt8],
    block: Int,
    _ digest: ([UInt8]) -> [UInt8]
  ) -> [UInt8] {
    var padded = key.count > block ? digest(key) : key
    padded += [UInt8](repeating: 0, count: block - padded.count)
    return digest(padded.map { $0 ^ 0x5C } + digest(padded.map { $0 ^ 0x36 } + message))
  }

  /// CRC-32 of zip and Ethernet.
  static func crc32(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
    var crc: UInt32 = .max
    for byte in bytes {
      crc ^= UInt32(byte)
      for _ in 0..<8 { crc = crc >> 1 ^ (crc & 1 == 0 ? 0 : 0xEDB8_8320) }
    }
    return ~crc
  }

  /// XXH64 with seed 0.
  static func xxHash64(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
    let p1: UInt64 = 0x9E37_79B1_85EB_CA87
    let p2: UInt64 = 0xC2B2_AE3D_27D4_EB4F
    let p3: UInt64 = 0x1656_67B1_9E37_79F9
    let p4: UInt64 = 0x85EB_CA77_C2B2_AE63
    let p5: UInt64 = 0x27D4_EB2F_1656_67C5
    func round(_ state: UInt64, _ input: UInt64) -> UInt64 {
      rotateLeft(state &+ input &* p2, 31) &* p1
    }
    var position = 0
    var hash: UInt64
    if bytes.count >= 32 {
      var lanes = [p1 &+ p2, p2, 0, 0 &- p1]
      while position + 32 <= bytes.count {
        for lane in 0..<4 {
          let word = bytes.loadUnaligned(fromByteOffset: position + 8 * lane, as: UInt64.self)
          lanes[lane] = round(lanes[lane], word)
        }
        position += 32
      }
      hash = rotateLeft(lanes[0], 1) &+ rotateLeft(lanes[1], 7)
      hash = hash &+ rotateLeft(lanes[2], 12) &+ rotateLeft(lanes[3], 18)
      for lane in lanes { hash = (hash ^ round(0, lane)) &* p1 &+ p4 }
    } else {
      hash = p5
    }
    hash = hash &+ UInt64(bytes.count)
    while position + 8 <= bytes.count {
      let word = bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self)
      hash = rotateLeft(hash ^ round(0, word), 27) &* p1 &+ p4
      position += 8
    }
    if position + 4 <= bytes.count {
      let word = UInt64(bytes.loadUnaligned(fromByteOffset: position, as: UInt32.self))
      hash = rotateLeft(hash ^ (word &* p1), 23) &* p2 &+ p3
      position += 4
    }
    while position < bytes.count {
      hash = rotateLeft(hash ^ (UInt64(bytes[position]) &* p5), 11) &* p1
      position += 1
    }
    hash = (hash ^ (hash >> 33)) &* p2
    hash = (hash ^ (hash >> 29)) &* p3
    return hash ^ (hash >> 32)
  }

  // MARK: Parts

  private static func pad(
    _ message: [UInt8],
    block: Int,
    lengthBytes: Int,
    isBigEndian: Bool
  ) -> [UInt8] {
    var padded = message + [0x80]
    while padded.count % block != block - lengthBytes { padded.append(0) }
    let bitCount = UInt64(message.count) * 8
    var length = (0..<8).map { UInt8(truncatingIfNeeded: bitCount >> (8 * UInt64($0))) }
    length += [UInt8](repeating: 0, count: lengthBytes - 8)
    return padded + (isBigEndian ? length.reversed() : length)
  }

  private static func bigEndianWords(_ bytes: [UInt8], _ start: Int) -> [UInt32] {
    (0..<16).map { index in
      (0..<4).reduce(UInt32(0)) { $0 << 8 | UInt32(bytes[start + 4 * index + $1]) }
    }
  }

  private static func bigEndian<Word: FixedWidthInteger>(_ word: Word) -> [UInt8] {
    withUnsafeBytes(of: word.bigEndian) { Array($0) }
  }

  private static func rotateLeft<Word: FixedWidthInteger & UnsignedInteger>(
    _ word: Word,
    _ count: Word
  ) -> Word {
    word << count | word >> (Word(Word.bitWidth) - count)
  }

  private static func rotateRight<Word: FixedWidthInteger & UnsignedInteger>(
    _ word: Word,
    _ count: Word
  ) -> Word {
    word >> count | word << (Word(Word.bitWidth) - count)
  }
}
