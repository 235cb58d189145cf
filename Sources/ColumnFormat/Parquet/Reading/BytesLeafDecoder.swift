/// Reads text and binary as views into pages, or as codes of a dictionary.
///
/// The bytes of text are not checked to be UTF-8; whoever prints them repairs them.
final class BytesLeafDecoder: LeafDecoder {
  /// The length of fixed-length values; zero where each has its own.
  private let fixedByteCount: Int
  private var views = Buffer<ByteView>(count: 0)
  private var codes = Buffer<UInt32>(count: 0)
  private var filled = 0
  private var capacity = 0
  /// Whether the rows so far are codes.
  private var isCoded = false
  /// Whether one run covers all rows so far; its code.
  private var constantCode: UInt32?
  private var heap = ByteHeap()
  /// The chunk's dictionary.
  private(set) var dictionary: ColumnDictionary?
  private var entries = Buffer<ByteView>(count: 0)
  private var entryHeap = ByteHeap()
  private var entryCount = 0

  init(fixedByteCount: Int) { self.fixedByteCount = fixedByteCount }

  override var keepsPages: Bool { true }

  override func begin(capacity: Int) {
    self.capacity = capacity
    filled = 0
    isCoded = false
    constantCode = nil
    heap = ByteHeap()
    views = Buffer(count: 0)
    codes = Buffer(count: 0)
  }

  override func setDictionary(_ page: inout PageValues, count: Int) throws(DecodingFailure) {
    // Each entry takes bytes in the page, at least its length's four.
    guard fixedByteCount > 0 || count <= (page.end - page.next) / 4 else {
      throw DecodingFailure("a dictionary of \(count) entries has \(page.end - page.next) bytes")
    }
    guard fixedByteCount == 0 || count &* fixedByteCount <= page.end - page.next else {
      throw DecodingFailure("a dictionary of \(count) entries has \(page.end - page.next) bytes")
    }
    // One entry at least, so that the code of a null row has something to point at.
    entries = Buffer(count: max(count, 1))
    entries.base[0] = ByteView()
    try BytesDecoding.plain(&page, fixedByteCount: fixedByteCount, count, into: entries.base)
    entryCount = count
    entryHeap = ByteHeap(page.owner.map { [$0] } ?? [])
    dictionary = ColumnDictionary(
      values: .bytes(entries, heap: entryHeap),
      count: max(count, 1)
    )
  }

  private func viewRoom(_ count: Int) -> UnsafeMutablePointer<ByteView> {
    if filled &+ count > views.count {
      let larger = Buffer<ByteView>(count: max(capacity, filled + count, filled * 2))
      larger.base.update(from: views.base, count: isCoded ? 0 : filled)
      views = larger
    }
    return views.base + filled
  }

  private func codeRoom(_ count: Int) -> UnsafeMutablePointer<UInt32> {
    if filled &+ count > codes.count {
      let larger = Buffer<UInt32>(count: max(capacity, filled + count, filled * 2))
      larger.base.update(from: codes.base, count: constantCode == nil ? filled : 0)
      codes = larger
    }
    if let constantCode {
      codes.base.update(repeating: constantCode, count: filled)
      self.constantCode = nil
    }
    return codes.base + filled
  }

  /// Turns the codes so far into views, because a page without codes follows.
  private func leaveCodes() {
    guard isCoded else { return }
    let source = codeRoom(0) - filled
    let target = viewRoom(0) - filled
    for row in 0..<filled { target[row] = entries.base[Int(source[row])] }
    heap = heap.union(entryHeap)
    isCoded = false
  }

  override func append(_ page: inout PageValues, count: Int) throws(DecodingFailure) {
    if page.layout == .dictionary {
      try appendCodes(&page, count: count)
    } else {
      leaveCodes()
      try BytesDecoding.views(
        &page,
        fixedByteCount: fixedByteCount,
        count: count,
        into: viewRoom(count)
      )
      if let owner = page.owner { heap.keep(owner) }
      if let arena = page.arena { heap.keep(arena) }
    }
    filled &+= count
  }

  private func appendCodes(_ page: inout PageValues, count: Int) throws(DecodingFailure) {
    guard dictionary != nil else { throw DecodingFailure("codes without a dictionary page") }
    if filled == 0 { isCoded = true }
    var runs = page.runs
    try runs.prepare()
    if !runs.isPacked && filled == 0 && runs.runCount >= count {
      guard Int(runs.value) < entryCount else { throw codeTooLarge(runs.value, entryCount) }
      constantCode = runs.value
      runs.skipInRun(count)
      page.runs = runs
      return
    }
    if isCoded {
      let to = codeRoom(count)
      try runs.decode(into: to, count: count)
      try checkCodes(to, count: count, entryCount: entryCount, bitWidth: runs.bitWidth)
    } else {
      // A page without codes came before: the rows are views already.
      let codes = Buffer<UInt32>(count: count)
      try runs.decode(into: codes.base, count: count)
      try checkCodes(codes.base, count: count, entryCount: entryCount, bitWidth: runs.bitWidth)
      let to = viewRoom(count)
      for row in 0..<count { to[row] = entries.base[Int(codes.base[row])] }
      heap = heap.union(entryHeap)
    }
    page.runs = runs
  }

  override func append(_ page: inout PageValues, chosen: ChosenValues, of total: Int)
    throws(DecodingFailure)
  {
    // Views of a page that came before leave no room for codes.
    guard page.layout == .dictionary, filled == 0 || isCoded else {
      return try super.append(&page, chosen: chosen, of: total)
    }
    guard dictionary != nil else { throw DecodingFailure("codes without a dictionary page") }
    isCoded = true
    let to = codeRoom(chosen.count)
    try page.runs.decode(chosen: chosen, of: total, into: to)
    try checkCodes(
      to,
      count: chosen.count,
      entryCount: entryCount,
      bitWidth: page.runs.bitWidth
    )
    filled &+= chosen.count
  }

  override func skip(_ page: inout PageValues, count: Int) throws(DecodingFailure) {
    if page.layout == .dictionary {
      try page.runs.skip(count)
    } else {
      try BytesDecoding.skip(&page, fixedByteCount: fixedByteCount, count: count)
    }
  }

  override func finish(count: Int, validity: Validity?) -> Column {
    if isCoded, let dictionary {
      if let constantCode, filled == count {
        return Column(
          .constant(
            .bytes(entries.slice(Int(constantCode)..<(Int(constantCode) + 1)), heap: entryHeap),
            isNull: false
          ),
          count: count
        )
      }
      let base = codeRoom(count &- filled) - filled
      if let validity {
        NullSpreading.spread(
          base,
          valueCount: filled,
          count: count,
          validity: validity.words.base,
          filler: 0
        )
      }
      let rows = codes.slice(0..<count)
      codes = Buffer(count: 0)
      return Column(.dictionary(codes: rows, dictionary), count: count, validity: validity)
    }
    let base = viewRoom(count &- filled) - filled
    if let validity {
      NullSpreading.spread(
        base,
        valueCount: filled,
        count: count,
        validity: validity.words.base,
        filler: ByteView()
      )
    }
    let rows = views.slice(0..<count)
    views = Buffer(count: 0)
    return Column(flat: .bytes(rows, heap: heap), count: count, validity: validity)
  }

  /// The rows as views, in whatever form they were read; for types that are made from bytes.
  func takeViews() -> Buffer<ByteView> {
    leaveCodes()
    _ = viewRoom(0)
    return views.slice(0..<filled)
  }
}
