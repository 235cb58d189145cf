/// How a stored value of fixed width becomes a value in memory.
protocol StoredConversion {
  /// The type in the file, little-endian and without gaps.
  associatedtype Stored: BitwiseCopyable
  /// The type in memory.
  associatedtype Value: BitwiseCopyable
  /// Whether both are the same.
  static var isIdentity: Bool { get }
  /// The zero that stands in rows without value.
  static var zero: Value { get }
  /// Converts one value.
  static func convert(_ stored: Stored) -> Value
}

extension StoredConversion {
  static var isIdentity: Bool { false }

  /// Converts `count` values.
  @inline(__always)
  static func convert(
    _ source: UnsafeRawPointer,
    count: Int,
    into target: UnsafeMutablePointer<Value>
  ) {
    let width = MemoryLayout<Stored>.size
    if isIdentity {
      UnsafeMutableRawPointer(target).copyMemory(from: source, byteCount: count &* width)
      return
    }
    for index in 0..<count {
      target[index] = convert((source + index &* width).loadUnaligned(as: Stored.self))
    }
  }
}

/// Reads numbers: plain, from a dictionary, from differences, from split bytes.
final class FixedLeafDecoder<Conversion: StoredConversion>: TypedLeafDecoder {
  private typealias Stored = Conversion.Stored
  private typealias Value = Conversion.Value

  private let wrap: (Buffer<Conversion.Value>) -> Values
  private var target: Buffer<Conversion.Value>
  private var filled = 0
  private var dictionary: Buffer<Conversion.Value>?
  /// The value of all rows, where one run covers them.
  private var constant: Conversion.Value?
  /// The rows so far, where they are kept as runs.
  private var codeRuns: CodeRuns?
  /// Whether rows of this chunk may come as runs: one that does not decides for all others.
  private var comesInRuns = true
  private var capacity = 0
  /// Codes, or stored values that are converted; too small to leave the first cache.
  private let scratch = MemoryBlock(byteCount: scratchCount * 16)
  private static var scratchCount: Int { 512 }

  /// A decoder whose columns `wrap` makes from the values.
  init(_ wrap: @escaping (Buffer<Conversion.Value>) -> Values) {
    self.wrap = wrap
    target = Buffer(count: 0)
  }

  func begin(capacity: Int, keepsRuns: Bool) {
    self.capacity = capacity
    filled = 0
    constant = nil
    codeRuns = keepsRuns && comesInRuns ? CodeRuns(capacity: capacity) : nil
    target = Buffer(count: 0)
  }

  func setDictionary(_ page: inout PageValues, count: Int) throws(DecodingFailure) {
    let source = try page.take(count &* MemoryLayout<Stored>.size)
    let entries = Buffer<Value>(count: count)
    Conversion.convert(source, count: count, into: entries.base)
    dictionary = entries
  }

  /// Room for `count` more values.
  private func room(_ count: Int) -> UnsafeMutablePointer<Value> {
    if let constant {
      // Another page or run follows the one that covered all rows so far.
      self.constant = nil
      let base = room(0)
      (base - filled).update(repeating: constant, count: filled)
    }
    if let runs = codeRuns {
      codeRuns = nil
      if filled > 0 { expand(runs, into: room(0) - filled) }
    }
    if filled &+ count > target.count {
      let larger = Buffer<Value>(count: max(capacity, filled + count, filled * 2))
      // The rows that one run has covered so far are not in the target.
      larger.base.update(from: target.base, count: min(filled, target.count))
      target = larger
    }
    return target.base + filled
  }

  private func expand(_ runs: CodeRuns, into target: UnsafeMutablePointer<Value>) {
    guard let dictionary else { return }
    var row = 0
    for run in 0..<runs.ends.count {
      let end = Int(runs.ends[run])
      let value = dictionary.base[Int(runs.codes[run])]
      while row < end {
        target[row] = value
        row &+= 1
      }
    }
  }

  func append(_ page: inout PageValues, count: Int) throws(DecodingFailure) {
    switch page.layout {
    case .dictionary:
      var left = count
      if codeRuns != nil {
        left &-= try appendRuns(&page, count: count)
        filled &+= count &- left
        if left == 0 { return }
        comesInRuns = false
      }
      try appendCodes(&page, count: left)
      filled &+= left
      return
    case .plain:
      let source = try page.take(count &* MemoryLayout<Stored>.size)
      Conversion.convert(source, count: count, into: room(count))
    case .deltaBinary: try appendDeltas(&page, count: count)
    case .byteStreamSplit: try appendSplit(&page, count: count)
    default: throw DecodingFailure("numbers cannot be in this encoding")
    }
    filled &+= count
  }

  /// Appends as many codes as come in runs; returns how many.
  private func appendRuns(_ page: inout PageValues, count: Int) throws(DecodingFailure) -> Int {
    guard let dictionary else { throw DecodingFailure("codes without a dictionary page") }
    guard var collected = codeRuns else { return 0 }
    codeRuns = nil
    defer { codeRuns = collected }
    return try collected.append(
      &page.runs,
      count: count,
      entryCount: dictionary.count,
      scratch: scratch.base.assumingMemoryBound(to: UInt32.self)
    )
  }

  private func appendCodes(_ page: inout PageValues, count: Int) throws(DecodingFailure) {
    guard let dictionary else { throw DecodingFailure("codes without a dictionary page") }
    let entries = dictionary.base
    let entryCount = dictionary.count
    var runs = page.runs
    try runs.prepare()
    if !runs.isPacked && filled == 0 && codeRuns == nil && runs.runCount >= count {
      guard Int(runs.value) < entryCount else { throw codeTooLarge(runs.value, entryCount) }
      constant = entries[Int(runs.value)]
      runs.skipInRun(count)
      page.runs = runs
      return
    }
    let codes = scratch.base.assumingMemoryBound(to: UInt32.self)
    var to = room(count)
    var left = count
    while left > 0 {
      try runs.prepare()
      let taken: Int
      if runs.isPacked {
        taken = min(left, runs.runCount, Self.scratchCount)
        runs.unpack(into: codes, count: taken)
        try checkCodes(codes, count: taken, entryCount: entryCount, bitWidth: runs.bitWidth)
        for index in 0..<taken { to[index] = entries[Int(codes[index])] }
      } else {
        taken = min(left, runs.runCount)
        guard Int(runs.value) < entryCount else { throw codeTooLarge(runs.value, entryCount) }
        to.update(repeating: entries[Int(runs.value)], count: taken)
        runs.skipInRun(taken)
      }
      to += taken
      left &-= taken
    }
    page.runs = runs
  }

  func append(_ page: inout PageValues, chosen: ChosenValues, of total: Int)
    throws(DecodingFailure)
  {
    switch page.layout {
    case .plain:
      let width = MemoryLayout<Stored>.size
      let source = try page.take(total &* width)
      let to = room(chosen.count)
      for index in 0..<chosen.count {
        let from = source + Int(chosen.positions[index]) &* width
        to[index] = Conversion.convert(from.loadUnaligned(as: Stored.self))
      }
      filled &+= chosen.count
    case .dictionary:
      guard let dictionary else { throw DecodingFailure("codes without a dictionary page") }
      let codes = Buffer<UInt32>(count: chosen.count)
      try page.runs.decode(chosen: chosen, of: total, into: codes.base)
      try checkCodes(
        codes.base,
        count: chosen.count,
        entryCount: dictionary.count,
        bitWidth: page.runs.bitWidth
      )
      let to = room(chosen.count)
      let entries = dictionary.base
      for index in 0..<chosen.count { to[index] = entries[Int(codes.base[index])] }
      filled &+= chosen.count
    default:
      try chosen.appendRuns(
        of: total,
        append: { (count) throws(DecodingFailure) in try append(&page, count: count) },
        skip: { (count) throws(DecodingFailure) in try skip(&page, count: count) }
      )
    }
  }

  private func appendDeltas(_ page: inout PageValues, count: Int) throws(DecodingFailure) {
    guard var deltas = page.deltas else { return }
    var to = room(count)
    if Conversion.isIdentity {
      try Self.decode(&deltas, into: UnsafeMutableRawPointer(to), count: count)
    } else {
      var left = count
      while left > 0 {
        let taken = min(left, Self.scratchCount)
        try Self.decode(&deltas, into: scratch.base, count: taken)
        Conversion.convert(UnsafeRawPointer(scratch.base), count: taken, into: to)
        to += taken
        left &-= taken
      }
    }
    page.deltas = deltas
  }

  private static func decode(
    _ deltas: inout DeltaBinaryDecoder,
    into target: UnsafeMutableRawPointer,
    count: Int
  ) throws(DecodingFailure) {
    if MemoryLayout<Stored>.size == 4 {
      try deltas.decode(into: target.assumingMemoryBound(to: Int32.self), count: count)
    } else {
      try deltas.decode(into: target.assumingMemoryBound(to: Int64.self), count: count)
    }
  }

  private func appendSplit(_ page: inout PageValues, count: Int) throws(DecodingFailure) {
    let width = MemoryLayout<Stored>.size
    let total = (page.end - page.next) / width
    guard count <= total &- page.position else {
      throw DecodingFailure("the values end \(count - (total - page.position)) values early")
    }
    var to = room(count)
    var left = count
    while left > 0 {
      let taken = Conversion.isIdentity ? left : min(left, Self.scratchCount)
      let raw = Conversion.isIdentity ? UnsafeMutableRawPointer(to) : scratch.base
      ByteStreamSplit.decode(
        page.next,
        total: total,
        width: width,
        first: page.position,
        count: taken,
        into: raw
      )
      if !Conversion.isIdentity {
        Conversion.convert(UnsafeRawPointer(raw), count: taken, into: to)
      }
      page.position &+= taken
      to += taken
      left &-= taken
    }
  }

  func skip(_ page: inout PageValues, count: Int) throws(DecodingFailure) {
    switch page.layout {
    case .dictionary: try page.runs.skip(count)
    case .plain: _ = try page.take(count &* MemoryLayout<Stored>.size)
    case .deltaBinary: try page.deltas?.skip(count)
    default: page.position &+= count
    }
  }

  func finish(count: Int, validity: Validity?) -> Column {
    if let constant {
      if filled == count {
        return Column(.constant(wrap(Buffer([constant])), isNull: false), count: count)
      }
      _ = room(0)
    }
    if let runs = codeRuns, filled == count, count > 0, let dictionary {
      codeRuns = nil
      let codes = runs.codes.finish()
      let values = Buffer<Value>(count: codes.count)
      for run in 0..<codes.count { values.base[run] = dictionary.base[Int(codes.base[run])] }
      return runs.ends.count == 1
        ? Column(.constant(wrap(values), isNull: false), count: count)
        : Column(.runs(ends: runs.ends.finish(), wrap(values)), count: count)
    }
    if codeRuns != nil { _ = room(0) }
    if let validity, filled < count {
      let base = room(count &- filled) - filled
      NullSpreading.spread(
        base,
        valueCount: filled,
        count: count,
        validity: validity.words.base,
        filler: Conversion.zero
      )
    }
    let values = target.slice(0..<count)
    target = Buffer(count: 0)
    return Column(flat: wrap(values), count: count, validity: validity)
  }
}
