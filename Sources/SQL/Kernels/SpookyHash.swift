/// SpookyHash version 2 with seed zero (Bob Jenkins, public domain).
enum SpookyHash {
  /// Not very regular, and not zero.
  private static let constant: UInt64 = 0xdead_beef_dead_beef
  /// Shorter messages take the way that starts and ends faster.
  private static let shortByteCountMax = 192
  private static let blockByteCount = 96

  /// The first 64 of the hash's 128 bits.
  static func hash(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
    bytes.count < shortByteCountMax ? short(bytes) : long(bytes)
  }

  private static func rotated(_ value: UInt64, _ count: UInt64) -> UInt64 {
    value &<< count | value &>> (64 &- count)
  }

  /// A word of up to eight bytes, lowest first; missing ones are zero.
  private static func word(_ bytes: UnsafeRawBufferPointer, _ start: Int) -> UInt64 {
    var result: UInt64 = 0
    for index in start..<max(start, min(start + 8, bytes.count)) {
      result |= UInt64(bytes[index]) &<< UInt64((index - start) * 8)
    }
    return result
  }

  // MARK: Short messages

  private static let shortMixRotations: [UInt64] = [50, 52, 30, 41, 54, 48, 38, 37, 62, 34, 5, 36]
  private static let shortEndRotations: [UInt64] = [15, 52, 26, 51, 28, 9, 47, 54, 32, 25, 63]

  private static func short(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
    // a, b, c, d of the original.
    var state: [UInt64] = [0, 0, constant, constant]
    var start = 0
    while bytes.count - start >= 32 {
      shortMix(&state, word(bytes, start), word(bytes, start + 8))
      state[0] &+= word(bytes, start + 16)
      state[1] &+= word(bytes, start + 24)
      start += 32
    }
    if bytes.count - start >= 16 {
      shortMix(&state, word(bytes, start), word(bytes, start + 8))
      start += 16
    }
    state[3] &+= UInt64(bytes.count) &<< 56
    if start == bytes.count {
      state[2] &+= constant
      state[3] &+= constant
    } else {
      state[2] &+= word(bytes, start)
      state[3] &+= word(bytes, start + 8)
    }
    for (step, rotation) in shortEndRotations.enumerated() {
      let to = (step + 3) % 4
      let from = (step + 2) % 4
      state[to] ^= state[from]
      state[from] = rotated(state[from], rotation)
      state[to] &+= state[from]
    }
    return state[0]
  }

  private static func shortMix(_ state: inout [UInt64], _ first: UInt64, _ second: UInt64) {
    state[2] &+= first
    state[3] &+= second
    for (step, rotation) in shortMixRotations.enumerated() {
      let at = (step + 2) % 4
      state[at] = rotated(state[at], rotation) &+ state[(at + 1) % 4]
      state[(at + 2) % 4] ^= state[at]
    }
  }

  // MARK: Long messages

  private static let mixRotations: [UInt64] = [11, 32, 43, 31, 17, 28, 39, 57, 55, 54, 22, 46]
  private static let endRotations: [UInt64] = [44, 15, 34, 21, 38, 33, 10, 13, 38, 53, 42, 54]

  private static func long(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
    var state: [UInt64] = (0..<12).map { $0 % 3 == 2 ? constant : 0 }
    var start = 0
    while bytes.count - start >= blockByteCount {
      for i in 0..<12 {
        state[i] &+= word(bytes, start + i * 8)
        state[(i + 2) % 12] ^= state[(i + 10) % 12]
        state[(i + 11) % 12] ^= state[i]
        state[i] = rotated(state[i], mixRotations[i])
        state[(i + 11) % 12] &+= state[(i + 1) % 12]
      }
      start += blockByteCount
    }
    // The last block is padded with zeros and ends in the number of bytes that it holds.
    for i in 0..<12 { state[i] &+= word(bytes, min(start + i * 8, bytes.count)) }
    state[11] &+= UInt64(bytes.count - start) &<< 56
    for _ in 0..<3 {
      for i in 0..<12 {
        state[(i + 11) % 12] &+= state[(i + 1) % 12]
        state[(i + 2) % 12] ^= state[(i + 11) % 12]
        state[(i + 1) % 12] = rotated(state[(i + 1) % 12], endRotations[i])
      }
    }
    return state[0]
  }
}
