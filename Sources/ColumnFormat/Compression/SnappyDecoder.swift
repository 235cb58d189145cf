import CKernels

#if canImport(Glibc)
  import Glibc
#endif

/// Decompresses Snappy's raw block format.
///
/// ```
///   varint length, then elements:
///   xxxxxx00  literal of x + 1 bytes; x = 60...63: the length - 1 follows in 1...4 bytes
///   oooxxx01 oooooooo            copy x + 4 bytes from o bytes back (11 bits)
///   xxxxxx10 oooooooo oooooooo   copy x + 1 bytes, 16-bit distance
///   xxxxxx11 and four bytes      copy x + 1 bytes, 32-bit distance
/// ```
/// google/snappy, format_description.txt. Inside the block `lake_snappy_elements` copies in whole
/// 16-byte steps that may run over the element's end; what it leaves, and the last bytes of source and
/// target, take the exact path.
enum SnappyDecoder {
  /// How far the quick path may write past an element: four steps of 16 bytes and one of 8.
  private static let slack = Int(lake_snappy_slack)

  static func decompress(
    _ source: UnsafeRawBufferPointer,
    into target: UnsafeMutableRawBufferPointer
  ) throws(DecodingFailure) {
    guard var input = source.baseAddress else {
      throw .damaged("snappy: no bytes, not even a length")
    }
    let inputEnd = input + source.count
    let promised = try length(&input, inputEnd)
    guard promised == target.count else {
      throw sizeMismatch(.snappy, found: promised, expected: target.count)
    }
    guard let start = target.baseAddress, !target.isEmpty else {
      guard input == inputEnd else { throw .damaged("snappy: bytes after the end") }
      return
    }
    try elements(input, inputEnd, start, start + target.count)
  }

  /// The decompressed bytes, if they lie in `source` as they are: as one literal, which is what
  /// compressors make of what they can't compress.
  static func stored(
    _ source: UnsafeRawBufferPointer,
    byteCount: Int
  ) throws(DecodingFailure) -> UnsafeRawBufferPointer? {
    guard byteCount > 0, source.count > byteCount, source.count <= byteCount + 10,
      var input = source.baseAddress
    else { return nil }
    let end = input + source.count
    guard try length(&input, end) == byteCount, end - input > byteCount else { return nil }
    let tag = Int(input.load(as: UInt8.self))
    guard tag & 3 == 0 else { return nil }
    let extra = max(0, (tag &>> 2) - 59)
    guard end - input == 1 + extra + byteCount else { return nil }
    var count = extra == 0 ? tag &>> 2 : 0
    for index in 0..<extra {
      count |= Int(input.load(fromByteOffset: 1 + index, as: UInt8.self)) &<< (index &* 8)
    }
    guard count == byteCount - 1 else { return nil }
    return UnsafeRawBufferPointer(start: input + 1 + extra, count: byteCount)
  }

  /// The varint in front of the elements.
  private static func length(
    _ input: inout UnsafeRawPointer,
    _ end: UnsafeRawPointer
  ) throws(DecodingFailure) -> Int {
    var value = 0
    var shift = 0
    while input < end && shift < 35 {
      let byte = Int(input.load(as: UInt8.self))
      input += 1
      value |= (byte & 0x7F) << shift
      if byte < 0x80 { return value }
      shift += 7
    }
    throw .damaged("snappy: the length in front is cut off or too long")
  }

  private static func elements(
    _ first: UnsafeRawPointer,
    _ inputEnd: UnsafeRawPointer,
    _ start: UnsafeMutableRawPointer,
    _ outputEnd: UnsafeMutableRawPointer
  ) throws(DecodingFailure) {
    var input = first
    var output = start
    while input < inputEnd {
      if inputEnd - input >= slack && outputEnd - output >= slack {
        quickElements(&input, inputEnd, start, &output, outputEnd)
      }
      let tag = Int(input.load(as: UInt8.self))
      input += 1
      let room = outputEnd - output
      if tag & 3 == 0 {
        var count = (tag &>> 2) &+ 1
        if count <= 16 && inputEnd - input >= 16 && room >= 16 {
          copy16(output, input)
          input += count
          output += count
          continue
        }
        if count > 60 {
          let extra = count &- 60
          guard inputEnd - input >= extra else { throw cutOff }
          count = 1
          for index in 0..<extra {
            count &+= Int(input.load(fromByteOffset: index, as: UInt8.self)) &<< (index &* 8)
          }
          input += extra
        }
        guard count <= inputEnd - input else { throw cutOff }
        guard count <= room else { throw overrun }
        memcpy(output, input, count)
        input += count
        output += count
        continue
      }
      let count: Int
      let distance: Int
      if tag & 3 == 1 {
        guard inputEnd - input >= 1 else { throw cutOff }
        count = ((tag &>> 2) & 7) &+ 4
        distance = ((tag &>> 5) &<< 8) | Int(input.load(as: UInt8.self))
        input += 1
      } else if tag & 3 == 2 {
        guard inputEnd - input >= 2 else { throw cutOff }
        count = (tag &>> 2) &+ 1
        distance = Int(UInt16(littleEndian: input.loadUnaligned(as: UInt16.self)))
        input += 2
      } else {
        guard inputEnd - input >= 4 else { throw cutOff }
        count = (tag &>> 2) &+ 1
        distance = Int(UInt32(littleEndian: input.loadUnaligned(as: UInt32.self)))
        input += 4
      }
      guard distance > 0 && distance <= output - start else {
        throw .damaged("snappy: a copy from \(distance) bytes back at byte \(output - start)")
      }
      guard count <= room else { throw overrun }
      if room >= slack {
        copyWithin(output, distance, count)
      } else {
        for index in 0..<count {
          let byte = (output - distance).load(fromByteOffset: index, as: UInt8.self)
          output.storeBytes(of: byte, toByteOffset: index, as: UInt8.self)
        }
      }
      output += count
    }
    guard output == outputEnd else {
      throw sizeMismatch(.snappy, found: output - start, expected: outputEnd - start)
    }
  }

  /// Decodes elements up to one that needs care.
  @inline(__always)
  private static func quickElements(
    _ input: inout UnsafeRawPointer,
    _ inputEnd: UnsafeRawPointer,
    _ start: UnsafeMutableRawPointer,
    _ output: inout UnsafeMutableRawPointer,
    _ outputEnd: UnsafeMutableRawPointer
  ) {
    var block = lake_snappy_block(
      input: input.assumingMemoryBound(to: UInt8.self),
      input_end: inputEnd.assumingMemoryBound(to: UInt8.self),
      start: start.assumingMemoryBound(to: UInt8.self),
      output: output.assumingMemoryBound(to: UInt8.self),
      output_end: outputEnd.assumingMemoryBound(to: UInt8.self)
    )
    lake_snappy_elements(&block)
    input = UnsafeRawPointer(block.input)
    output = UnsafeMutableRawPointer(block.output)
  }

  private static var cutOff: DecodingFailure { .damaged("snappy: the last element is cut off") }

  private static var overrun: DecodingFailure {
    .damaged("snappy: more bytes than the length in front promises")
  }

  @inline(__always)
  private static func copy16(_ target: UnsafeMutableRawPointer, _ source: UnsafeRawPointer) {
    target.storeBytes(
      of: source.loadUnaligned(as: SIMD16<UInt8>.self),
      as: SIMD16<UInt8>.self
    )
  }

  /// Copies 1...64 bytes from `distance` back, where at least ``slack`` bytes of room are left.
  @inline(__always)
  private static func copyWithin(
    _ output: UnsafeMutableRawPointer,
    _ distance: Int,
    _ count: Int
  ) {
    if distance >= 16 {
      let from = output - distance
      copy16(output, from)
      if count > 16 {
        copy16(output + 16, from + 16)
        if count > 32 {
          copy16(output + 32, from + 32)
          if count > 48 { copy16(output + 48, from + 48) }
        }
      }
      return
    }
    // A pattern shorter than a step: each step of eight bytes lengthens the part that is right by
    // the distance, which doubles until it is a whole step.
    let from = UnsafeRawPointer(output - distance)
    var to = output
    var gap = distance
    let end = output + count
    while gap < 8 && to < end {
      to.storeBytes(of: from.loadUnaligned(as: UInt64.self), as: UInt64.self)
      to += gap
      gap &*= 2
    }
    while to < end {
      to.storeBytes(of: (to - gap).loadUnaligned(as: UInt64.self), as: UInt64.self)
      to += 8
    }
  }
}
