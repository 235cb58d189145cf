#if canImport(Glibc)
  import Glibc
#endif

/// Compresses into Snappy's raw block format (see ``SnappyDecoder``).
///
/// Blocks of 64 KiB are compressed on their own, so that positions fit the 16-bit table. A search
/// that finds nothing takes growing steps, which passes over incompressible data quickly.
final class SnappyEncoder {
  private static let blockByteCount = 1 << 16
  private static let tableBitsMax = 14
  /// The search stops this far before the block's end, so that its loads of 4 bytes and the
  /// matcher's of 8 stay inside.
  private static let inputMargin = 15

  private let table: UnsafeMutablePointer<UInt16>

  init() { table = .allocate(capacity: 1 << SnappyEncoder.tableBitsMax) }

  deinit { table.deallocate() }

  static func byteCountMax(_ byteCount: Int) -> Int { 32 + byteCount + byteCount / 6 }

  func compress(
    _ source: UnsafeRawBufferPointer,
    into target: UnsafeMutableRawBufferPointer
  ) -> Int {
    guard let start = target.baseAddress else { return 0 }
    var output = start
    var length = source.count
    while length >= 0x80 {
      output.storeBytes(of: UInt8(truncatingIfNeeded: length | 0x80), as: UInt8.self)
      output += 1
      length >>= 7
    }
    output.storeBytes(of: UInt8(truncatingIfNeeded: length), as: UInt8.self)
    output += 1
    guard let first = source.baseAddress else { return output - start }
    var done = 0
    while done < source.count {
      let count = min(source.count - done, SnappyEncoder.blockByteCount)
      output = compressBlock(first + done, count, output)
      done += count
    }
    return output - start
  }

  private func compressBlock(
    _ base: UnsafeRawPointer,
    _ count: Int,
    _ target: UnsafeMutableRawPointer
  ) -> UnsafeMutableRawPointer {
    var output = target
    let end = base + count
    var pending = base
    if count >= SnappyEncoder.inputMargin {
      var bits = 8
      while bits < SnappyEncoder.tableBitsMax && (1 << bits) < count { bits += 1 }
      let table = self.table
      table.update(repeating: 0, count: 1 << bits)
      let shift = UInt32(32 - bits)
      let limit = end - SnappyEncoder.inputMargin
      var input = base + 1
      search: while input <= limit {
        var candidate: UnsafeRawPointer
        var step = 32
        while true {
          let word = input.loadUnaligned(as: UInt32.self)
          let slot = SnappyEncoder.slot(word, shift)
          candidate = base + Int(table[slot])
          table[slot] = UInt16(truncatingIfNeeded: input - base)
          if word == candidate.loadUnaligned(as: UInt32.self) { break }
          input += step &>> 5
          step &+= step &>> 5
          if input > limit { break search }
        }
        output = SnappyEncoder.literal(output, pending, input - pending)
        repeat {
          let matched = 4 &+ SnappyEncoder.matchLength(candidate + 4, input + 4, end)
          output = SnappyEncoder.copies(output, input - candidate, matched)
          input += matched
          pending = input
          if input > limit { break search }
          let before = (input - 1).loadUnaligned(as: UInt32.self)
          table[SnappyEncoder.slot(before, shift)] = UInt16(truncatingIfNeeded: input - 1 - base)
          let word = input.loadUnaligned(as: UInt32.self)
          let slot = SnappyEncoder.slot(word, shift)
          candidate = base + Int(table[slot])
          table[slot] = UInt16(truncatingIfNeeded: input - base)
          if word != candidate.loadUnaligned(as: UInt32.self) { break }
        } while true
        input += 1
      }
    }
    if pending < end { output = SnappyEncoder.literal(output, pending, end - pending) }
    return output
  }

  @inline(__always)
  private static func slot(_ word: UInt32, _ shift: UInt32) -> Int {
    Int((word &* 0x1E35_A7BD) &>> shift)
  }

  @inline(__always)
  private static func matchLength(
    _ earlier: UnsafeRawPointer,
    _ later: UnsafeRawPointer,
    _ end: UnsafeRawPointer
  ) -> Int {
    var count = 0
    while later + count + 8 <= end {
      let difference =
        (earlier + count).loadUnaligned(as: UInt64.self)
        ^ (later + count).loadUnaligned(as: UInt64.self)
      if difference != 0 { return count &+ difference.trailingZeroBitCount &>> 3 }
      count &+= 8
    }
    while later + count < end
      && (earlier + count).load(as: UInt8.self) == (later + count).load(as: UInt8.self)
    {
      count &+= 1
    }
    return count
  }

  @inline(__always)
  private static func literal(
    _ target: UnsafeMutableRawPointer,
    _ source: UnsafeRawPointer,
    _ count: Int
  ) -> UnsafeMutableRawPointer {
    if count == 0 { return target }
    var output = target
    let value = count &- 1
    if value < 60 {
      output.storeBytes(of: UInt8(truncatingIfNeeded: value &<< 2), as: UInt8.self)
      output += 1
    } else if value < 256 {
      output.storeBytes(of: 60 << 2, as: UInt8.self)
      output.storeBytes(of: UInt8(truncatingIfNeeded: value), toByteOffset: 1, as: UInt8.self)
      output += 2
    } else {
      // A block has at most 65536 bytes, so two bytes hold its length less one.
      output.storeBytes(of: 61 << 2, as: UInt8.self)
      output.storeBytes(
        of: UInt16(truncatingIfNeeded: value).littleEndian,
        toByteOffset: 1,
        as: UInt16.self
      )
      output += 3
    }
    memcpy(output, source, count)
    return output + count
  }

  @inline(__always)
  private static func copies(
    _ target: UnsafeMutableRawPointer,
    _ distance: Int,
    _ count: Int
  ) -> UnsafeMutableRawPointer {
    var output = target
    var rest = count
    while rest >= 68 {
      output = copy(output, distance, 64)
      rest &-= 64
    }
    // Leaves at least four bytes for the last copy, which then may be a short one.
    if rest > 64 {
      output = copy(output, distance, 60)
      rest &-= 60
    }
    return copy(output, distance, rest)
  }

  @inline(__always)
  private static func copy(
    _ target: UnsafeMutableRawPointer,
    _ distance: Int,
    _ count: Int
  ) -> UnsafeMutableRawPointer {
    if count < 12 && distance < 2048 {
      let tag = 1 | ((count &- 4) &<< 2) | ((distance &>> 8) &<< 5)
      target.storeBytes(of: UInt8(truncatingIfNeeded: tag), as: UInt8.self)
      target.storeBytes(
        of: UInt8(truncatingIfNeeded: distance),
        toByteOffset: 1,
        as: UInt8.self
      )
      return target + 2
    }
    let tag = 2 | ((count &- 1) &<< 2)
    target.storeBytes(of: UInt8(truncatingIfNeeded: tag), as: UInt8.self)
    target.storeBytes(
      of: UInt16(truncatingIfNeeded: distance).littleEndian,
      toByteOffset: 1,
      as: UInt16.self
    )
    return target + 3
  }
}
