/// Decodes text and binary of all encodings but the dictionary's to views.
enum BytesDecoding {
  /// The next `count` values of the page.
  static func views(
    _ page: inout PageValues,
    fixedByteCount: Int,
    count: Int,
    into target: UnsafeMutablePointer<ByteView>
  ) throws(DecodingFailure) {
    switch page.layout {
    case .plain: try plain(&page, fixedByteCount: fixedByteCount, count, into: target)
    case .deltaLength: try deltaLength(&page, count, into: target)
    case .deltaBytes: try deltaBytes(&page, fixedByteCount: fixedByteCount, count, into: target)
    case .byteStreamSplit:
      try split(&page, fixedByteCount: fixedByteCount, count, into: target)
    default: throw DecodingFailure("byte arrays cannot be in this encoding")
    }
  }

  /// Values one after the other, each behind its length in four bytes where lengths differ.
  static func plain(
    _ page: inout PageValues,
    fixedByteCount: Int,
    _ count: Int,
    into target: UnsafeMutablePointer<ByteView>
  ) throws(DecodingFailure) {
    if fixedByteCount > 0 {
      let start = try page.take(count &* fixedByteCount)
      for index in 0..<count {
        target[index] = view(start + index &* fixedByteCount, fixedByteCount)
      }
      return
    }
    var next = page.next
    let end = page.end
    for index in 0..<count {
      guard end - next >= 4 else { throw tooShort(count - index) }
      let byteCount = Int(next.loadUnaligned(as: UInt32.self))
      guard byteCount <= end - next - 4 else {
        throw DecodingFailure(
          "a value of \(byteCount) bytes starts \(end - next - 4) before the end"
        )
      }
      target[index] = view(next + 4, byteCount)
      next += 4 &+ byteCount
    }
    page.next = next
  }

  private static func tooShort(_ count: Int) -> DecodingFailure {
    DecodingFailure("the values end \(count) values early")
  }

  /// A view of bytes behind which another twelve are readable.
  @inline(__always)
  static func view(_ start: UnsafeRawPointer, _ count: Int) -> ByteView {
    let low = start.loadUnaligned(as: UInt64.self)
    var view = ByteView()
    if count <= ByteView.inlineByteCountMax {
      // Bytes past the value are zero in a view; both shifts stay below 64 here.
      let high = UInt64((start + 8).loadUnaligned(as: UInt32.self))
      let kept = min(count, 8)
      let lowMask = kept == 0 ? 0 : ~UInt64(0) &>> UInt64(64 &- kept &* 8)
      let highMask = (UInt64(1) &<< UInt64((count &- kept) &* 8)) &- 1
      view.head = UInt64(count) | (low & lowMask) &<< 32
      view.tail = (low & lowMask) &>> 32 | (high & highMask) &<< 32
    } else {
      view.head = UInt64(UInt32(truncatingIfNeeded: count)) | low &<< 32
      view.tail = UInt64(UInt(bitPattern: start))
    }
    return view
  }

  /// All lengths as differences, then all bytes.
  ///
  /// parquet-format, Encodings.md, "Delta-length byte array (DELTA_LENGTH_BYTE_ARRAY = 6)".
  private static func deltaLength(
    _ page: inout PageValues,
    _ count: Int,
    into target: UnsafeMutablePointer<ByteView>
  ) throws(DecodingFailure) {
    guard var lengths = page.deltas else { return }
    var next = page.next
    let end = page.end
    try inChunks(count) { (first, taken, scratch, _) throws(DecodingFailure) in
      try lengths.decode(into: scratch, count: taken)
      for index in 0..<taken {
        let byteCount = Int(scratch[index])
        guard byteCount >= 0, byteCount <= end - next else { throw badLength(byteCount) }
        target[first &+ index] = view(next, byteCount)
        next += byteCount
      }
    }
    page.next = next
    page.deltas = lengths
  }

  /// How many bytes are shared with the value before, and the rest.
  ///
  /// parquet-format, Encodings.md, "Delta Strings (DELTA_BYTE_ARRAY = 7)".
  private static func deltaBytes(
    _ page: inout PageValues,
    fixedByteCount: Int,
    _ count: Int,
    into target: UnsafeMutablePointer<ByteView>
  ) throws(DecodingFailure) {
    guard var lengths = page.deltas, var prefixes = page.prefixes else { return }
    var next = page.next
    let end = page.end
    var last = page.last
    let arena = page.arena ?? ByteArena(blockByteCount: 64 << 10)
    page.arena = arena
    try inChunks(count) { (first, taken, scratch, shared) throws(DecodingFailure) in
      try lengths.decode(into: scratch, count: taken)
      try prefixes.decode(into: shared, count: taken)
      for index in 0..<taken {
        let byteCount = Int(scratch[index])
        let prefix = Int(shared[index])
        guard byteCount >= 0, byteCount <= end - next else { throw badLength(byteCount) }
        guard prefix >= 0, prefix <= last.count else {
          throw DecodingFailure("a value shares \(prefix) bytes with one of \(last.count)")
        }
        if prefix == 0 {
          last = view(next, byteCount)
        } else if byteCount > 0 || prefix < last.count {
          last = try join(last, prefix, next, byteCount, arena)
        }
        if fixedByteCount > 0 && last.count != fixedByteCount {
          throw DecodingFailure("a value has \(last.count) bytes instead of \(fixedByteCount)")
        }
        next += byteCount
        target[first &+ index] = last
      }
    }
    page.next = next
    page.last = last
    page.deltas = lengths
    page.prefixes = prefixes
  }

  private static func join(
    _ last: ByteView,
    _ prefix: Int,
    _ suffix: UnsafeRawPointer,
    _ suffixByteCount: Int,
    _ arena: ByteArena
  ) throws(DecodingFailure) -> ByteView {
    let byteCount = prefix + suffixByteCount
    // A few bytes can ask for a copy of a long value, so the copies together are bounded.
    guard arena.byteCount + byteCount <= Limits.joinedByteCountMax else {
      throw DecodingFailure(
        "a page's values with shared prefixes take more than \(Limits.joinedByteCountMax) bytes"
      )
    }
    // Room for the loads of `view`, which go past short values.
    let room = arena.allocate(max(byteCount, 16))
    last.withBytes { bytes in
      if let base = bytes.baseAddress { room.copyMemory(from: base, byteCount: prefix) }
    }
    (room + prefix).copyMemory(from: suffix, byteCount: suffixByteCount)
    return view(room, byteCount)
  }

  /// The bytes of fixed-length values stored apart.
  private static func split(
    _ page: inout PageValues,
    fixedByteCount: Int,
    _ count: Int,
    into target: UnsafeMutablePointer<ByteView>
  ) throws(DecodingFailure) {
    guard fixedByteCount > 0 else {
      throw DecodingFailure("byte arrays without fixed length cannot be in this encoding")
    }
    let total = (page.end - page.next) / fixedByteCount
    guard count <= total - page.position else {
      throw tooShort(count - (total - page.position))
    }
    let arena = page.arena ?? ByteArena(blockByteCount: 64 << 10)
    page.arena = arena
    let room = arena.allocate(count * fixedByteCount + 16)
    ByteStreamSplit.decode(
      page.next,
      total: total,
      width: fixedByteCount,
      first: page.position,
      count: count,
      into: room
    )
    for index in 0..<count { target[index] = view(room + index * fixedByteCount, fixedByteCount) }
    page.position += count
  }

  /// Passes over the next `count` values of the page.
  static func skip(_ page: inout PageValues, fixedByteCount: Int, count: Int)
    throws(DecodingFailure)
  {
    if page.layout == .plain {
      if fixedByteCount > 0 {
        _ = try page.take(count &* fixedByteCount)
        return
      }
      for index in 0..<count {
        guard page.end - page.next >= 4 else { throw tooShort(count - index) }
        _ = try page.take(4 &+ Int(page.next.loadUnaligned(as: UInt32.self)))
      }
    } else if page.layout == .byteStreamSplit {
      page.position &+= count
    } else {
      let views = Buffer<ByteView>(count: min(count, 1024))
      var left = count
      while left > 0 {
        let taken = min(left, views.count)
        try Self.views(&page, fixedByteCount: fixedByteCount, count: taken, into: views.base)
        left -= taken
      }
    }
  }

  private static func badLength(_ byteCount: Int) -> DecodingFailure {
    DecodingFailure("a value has a length of \(byteCount) bytes, more than are left")
  }

  /// Calls `body` for at most 256 values at a time, with room for two integers a value.
  private static func inChunks(
    _ count: Int,
    _ body: (Int, Int, UnsafeMutablePointer<Int32>, UnsafeMutablePointer<Int32>)
      throws(DecodingFailure) -> Void
  ) throws(DecodingFailure) {
    try withUnsafeTemporaryAllocation(of: Int32.self, capacity: 512) {
      (scratch) throws(DecodingFailure) in
      guard let base = scratch.baseAddress else { return }
      var first = 0
      while first < count {
        let taken = min(count &- first, 256)
        try body(first, taken, base, base + 256)
        first &+= taken
      }
    }
  }
}
