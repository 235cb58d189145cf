import ColumnFormat

/// Casts from and to JSON.
enum JSONCasting {
  // MARK: To JSON

  static func toJSON(_ from: SQLType) -> Casting.Cast? {
    guard isPrintable(from) else { return nil }
    return { column, _ in
      let arena = ByteArena()
      let result = Buffer<ByteView>(count: column.count)
      var text: [UInt8] = []
      for row in 0..<column.count {
        text.removeAll(keepingCapacity: true)
        if column.isValid(row) { append(column, row, from, to: &text) }
        result.base[row] = arena.copy(text)
      }
      return Column(result, validity: column.rowValidity, heap: ByteHeap([arena]))
    }
  }

  private static func isPrintable(_ type: SQLType) -> Bool {
    switch type {
    case .array(let element): isPrintable(element)
    case .map(let key, let value):
      (key.isText || key.isNumeric || key == .boolean) && isPrintable(value)
    case .row(let fields): fields.allSatisfy { isPrintable($0.type) }
    case .varbinary, .uuid, .ipAddress, .ipPrefix, .hyperLogLog, .setDigest, .tdigest, .qdigest,
      .intervalDayToSecond, .intervalYearToMonth, .time:
      false
    default: true
    }
  }

  /// Appends a row's value as JSON; null as `null`.
  static func append(_ column: Column, _ row: Int, _ type: SQLType, to text: inout [UInt8]) {
    guard column.isValid(row) else {
      text += Array("null".utf8)
      return
    }
    let (values, index) = column.place(of: row)
    switch (type, values) {
    case (.json, .bytes(let views, _)): text += (views.base + index).bytes
    case (.varchar, .bytes(let views, _)), (.char, .bytes(let views, _)):
      JSONScanner.appendString((views.base + index).bytes, to: &text)
    case (.array(let element), .list(let offsets, let elements)):
      text.append(0x5B)
      let range = Int(offsets.base[index])..<Int(offsets.base[index + 1])
      for place in range {
        if place > range.lowerBound { text.append(0x2C) }
        append(elements, place, element, to: &text)
      }
      text.append(0x5D)
    case (.map(let key, let value), .list(let offsets, let entries)):
      let range = Int(offsets.base[index])..<Int(offsets.base[index + 1])
      appendMap(entries, range, key, value, to: &text)
    case (.row(let members), .row(let fields)):
      text.append(0x7B)
      for (position, field) in fields.enumerated() {
        if position > 0 { text.append(0x2C) }
        let name = Array((members[position].name ?? "").utf8)
        name.withUnsafeBytes { JSONScanner.appendString($0, to: &text) }
        text.append(0x3A)
        append(field, index, members[position].type, to: &text)
      }
      text.append(0x7D)
    case (.date, _), (.timestamp, _), (.timestampWithTimeZone, _):
      appendQuoted(column, row, type, to: &text)
    case (.double, .float64(let numbers)) where !numbers.base[index].isFinite:
      appendQuoted(column, row, type, to: &text)
    case (.real, .float32(let numbers)) where !numbers.base[index].isFinite:
      appendQuoted(column, row, type, to: &text)
    default: ValueText.append(column, row: row, type: type, to: &text)
    }
  }

  private static func appendQuoted(
    _ column: Column,
    _ row: Int,
    _ type: SQLType,
    to text: inout [UInt8]
  ) {
    text.append(0x22)
    ValueText.append(column, row: row, type: type, to: &text)
    text.append(0x22)
  }

  private static func appendMap(
    _ entries: Column,
    _ range: Range<Int>,
    _ key: SQLType,
    _ value: SQLType,
    to text: inout [UInt8]
  ) {
    guard case .row(let fields) = entries.flatValues, fields.count == 2 else { return }
    // Trino sorts the keys.
    var members: [(name: [UInt8], place: Int)] = []
    for place in range {
      var name: [UInt8] = []
      ValueText.append(fields[0], row: place, type: key, to: &name)
      members.append((name, place))
    }
    members.sort { $0.name.lexicographicallyPrecedes($1.name) }
    text.append(0x7B)
    for (position, member) in members.enumerated() {
      if position > 0 { text.append(0x2C) }
      member.name.withUnsafeBytes { JSONScanner.appendString($0, to: &text) }
      text.append(0x3A)
      append(fields[1], member.place, value, to: &text)
    }
    text.append(0x7D)
  }

  // MARK: From JSON

  static func fromJSON(_ to: SQLType) -> Casting.Cast? {
    guard isReadable(to) else { return nil }
    return { column, isTry in
      let views = Operand<ByteView>(column)
      var scalars: [Scalar] = []
      for row in 0..<column.count {
        guard views.validity?.isValid(row) ?? true else {
          scalars.append(.null)
          continue
        }
        let text = (views.buffer.base + (row & views.mask)).bytes
        do {
          scalars.append(try read(text, JSONScanner(text).skipSpaces(0), to))
        } catch let error as SQLError {
          if !isTry { throw error }
          scalars.append(.null)
        }
      }
      return Column(scalars: scalars, type: to)
    }
  }

  private static func isReadable(_ type: SQLType) -> Bool {
    switch type {
    case .boolean, .tinyint, .smallint, .integer, .bigint, .real, .double, .decimal, .varchar,
      .json:
      true
    case .array(let element): isReadable(element)
    case .map(let key, let value): isKey(key) && isReadable(value)
    case .row(let fields): fields.allSatisfy { isReadable($0.type) }
    default: false
    }
  }

  /// Whether an object's keys can be read as this type.
  private static func isKey(_ type: SQLType) -> Bool {
    switch type {
    case .boolean, .tinyint, .smallint, .integer, .bigint, .real, .double, .decimal, .varchar: true
    default: false
    }
  }

  private static func read(_ text: UnsafeRawBufferPointer, _ start: Int, _ type: SQLType) throws
    -> Scalar
  {
    func failure() -> SQLError {
      SQLError(.invalidCast, "Cannot cast to \(type). \(text.text)")
    }
    let scanner = JSONScanner(text)
    guard start < text.count, let end = scanner.skipValue(start) else { throw failure() }
    let value = UnsafeRawBufferPointer(rebasing: text[start..<end])
    if type == .json { return .bytes(Array(value)) }
    if value.elementsEqual("null".utf8) { return .null }
    switch type {
    case .array(let element):
      guard value[0] == 0x5B else { throw failure() }
      var elements: [Scalar] = []
      let isWhole = try scanner.forEach(of: start) { _, place in
        elements.append(try read(text, place.lowerBound, element))
        return true
      }
      if isWhole == nil { throw failure() }
      return .list(elements)
    case .map(let keyType, let valueType):
      guard value[0] == 0x7B else { throw failure() }
      var entries: [Scalar] = []
      let isWhole = try scanner.forEach(of: start) { key, place in
        let name = JSONScanner.unescaped(UnsafeRawBufferPointer(rebasing: text[key ?? 0..<0]))
        let arena = ByteArena()
        let own =
          keyType.isText
          ? .bytes(name) : try scalar(arena.copy(name), isString: true, keyType, failure())
        entries.append(.row([own, try read(text, place.lowerBound, valueType)]))
        return true
      }
      if isWhole == nil { throw failure() }
      let built = Column(scalars: [.list(entries)], type: type)
      guard NestedCasting.repeatedKey(built, type) == nil else { throw failure() }
      return .list(entries)
    case .row(let fields): return try readRow(text, start, fields, failure())
    default:
      let arena = ByteArena()
      guard value[0] != 0x7B, value[0] != 0x5B,
        let view = JSONFunctions.scalar(text, start, arena)
      else { throw failure() }
      return try scalar(view, isString: value[0] == 0x22, type, failure())
    }
  }

  private static func readRow(
    _ text: UnsafeRawBufferPointer,
    _ start: Int,
    _ fields: [SQLType.RowField],
    _ failure: SQLError
  ) throws -> Scalar {
    var result = [Scalar](repeating: .null, count: fields.count)
    guard text[start] == 0x7B || text[start] == 0x5B else { throw failure }
    // The members of an object are found by name, and need names for that.
    if text[start] == 0x7B && fields.first?.name == nil { throw failure }
    var seen: Set<Int> = []
    var next = 0
    let isWhole = try JSONScanner(text).forEach(of: start) { key, place in
      var index: Int? = next
      if let key {
        let raw = UnsafeRawBufferPointer(rebasing: text[key])
        let name = String(decoding: JSONScanner.unescaped(raw), as: UTF8.self).lowercased()
        index = fields.firstIndex { $0.name?.lowercased() == name }
      }
      next += 1
      if let index {
        guard index < fields.count, seen.insert(index).inserted else { throw failure }
        result[index] = try read(text, place.lowerBound, fields[index].type)
      }
      return true
    }
    if isWhole == nil || text[start] == 0x5B && next != fields.count { throw failure }
    return .row(result)
  }

  /// A JSON scalar's text as a value: numbers are rounded, truth values are one and zero.
  private static func scalar(
    _ view: ByteView,
    isString: Bool,
    _ type: SQLType,
    _ failure: SQLError
  ) throws -> Scalar {
    let text = view.withBytes { Array($0) }
    if type.isText {
      if !isString, text.withUnsafeBytes({ JSONScanner.hasFraction($0) }) {
        let value = text.withUnsafeBytes { NumberText.double($0) }
        guard let cast = Casting.cast(.double, type), let value else { throw failure }
        return try single(cast, .double, .double(value))
      }
      guard let cast = Casting.cast(.text, type) else { throw failure }
      return try single(cast, .text, .bytes(text))
    }
    if !isString && (text == Array("true".utf8) || text == Array("false".utf8)) {
      guard let cast = Casting.cast(.boolean, type) else { throw failure }
      return try single(cast, .boolean, .boolean(text[0] == 0x74))
    }
    let isNumber = !isString
    if type == .boolean && isNumber {
      return .boolean(text.withUnsafeBytes { NumberText.double($0) } != 0)
    }
    let hasFraction = text.contains { $0 == 0x2E || $0 | 0x20 == 0x65 }
    if isNumber && type.isInteger && hasFraction {
      guard let cast = Casting.cast(.double, type),
        let value = text.withUnsafeBytes({ NumberText.double($0) })
      else { throw failure }
      return try single(cast, .double, .double(value))
    }
    guard let cast = Casting.cast(.text, type) else { throw failure }
    do {
      return try single(cast, .text, .bytes(text))
    } catch { throw failure }
  }

  private static func single(_ cast: Casting.Cast, _ type: SQLType, _ value: Scalar) throws
    -> Scalar
  {
    try cast(Column(scalars: [value], type: type), false).scalar(at: 0)
  }
}
