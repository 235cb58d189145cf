import ColumnFormat

/// The SQL standard's JSON functions.
///
/// The parser writes their clauses as arguments: behind input and path stands a text with a letter
/// for each clause, then the values of DEFAULT, then names and values of PASSING.
enum JSONQueryFunctions {
  typealias Bytes = UnsafeRawBufferPointer

  static func register(_ functions: inout FunctionRegistry) {
    query(
      &functions,
      "json_exists",
      "Whether a path finds anything in a document.",
      "json_exists(varchar, varchar) -> boolean",
      ["json_exists('{\"a\": [1, 2]}', 'lax $.a[*]?(@ > 1)')": "true"],
      defaults: 0,
      result: .boolean
    ) { a, n in
      let calls = PathCalls(a, firstPassing: 3)
      let modes = Operand<ByteView>(a[2])
      return try Rowwise.map([a[0]], n) { (text: Bytes) -> UInt8? in
        do {
          return bit(try !calls.items(text).isEmpty)
        } catch let failure as JSONPathFailure {
          switch letters(modes, calls.row)[0] {
          case UInt8(ascii: "T"): return 1
          case UInt8(ascii: "F"): return 0
          case UInt8(ascii: "U"): return nil
          default: throw failure.error
          }
        }
      }
    }
    query(
      &functions,
      "json_value",
      "The scalar that a path finds in a document, as text or as the type of RETURNING.",
      "json_value(varchar, varchar) -> varchar",
      ["json_value('{\"a\": [1, \"x\"]}', 'lax $.a[1]')": "x"],
      defaults: 2,
      result: .text
    ) { a, n in try values(a, n) }
    query(
      &functions,
      "json_query",
      "The JSON that a path finds in a document, as text.",
      "json_query(varchar, varchar) -> varchar",
      ["json_query('{\"a\": [1, 2]}', 'lax $.a')": "[1,2]"],
      defaults: 0,
      result: .text
    ) { a, n in try parts(a, n) }
    functions.scalar("$json(varchar) -> json") { a, n, _ in
      let arena = ByteArena()
      return try Rowwise.map(a, n, arena: arena) { (text: Bytes) -> ByteView? in
        guard let item = JSONItem(text) else {
          throw SQLError(.jsonInput, "conversion to JSON failed: the input is no JSON")
        }
        return arena.copy(item.text)
      }
    }
    constructors(&functions)
  }

  private static func query(
    _ functions: inout FunctionRegistry,
    _ name: String,
    _ summary: String,
    _ signature: String,
    _ examples: KeyValuePairs<String, String>,
    defaults: Int,
    result: SQLType,
    kernel: @escaping @Sendable ([Column], Int) throws -> Column
  ) {
    functions.custom(name, summary, signatures: [signature], examples: examples) { types in
      let fixed = 3 + defaults
      guard types.count >= fixed, (types.count - fixed) % 2 == 0,
        types[0].isText || types[0] == .json || types[0] == .unknown, types[1].isText
      else { return nil }
      var arguments = types
      arguments[0] = types[0] == .json ? .json : .text
      for index in 1..<fixed { arguments[index] = .text }
      for index in stride(from: fixed, to: types.count, by: 2) {
        guard Casting.canCast(types[index + 1], to: .json) else { return nil }
        arguments[index] = .text
        arguments[index + 1] = .json
      }
      return ScalarFunction(
        name: name,
        argumentTypes: arguments,
        resultType: result,
        nulls: .custom,
        isDeterministic: true,
        canFail: true,
        kernel: { a, n, _ in try kernel(a, n) }
      )
    }
  }

  private static func letters(_ modes: Operand<ByteView>, _ row: Int) -> Bytes {
    (modes.buffer.base + (row & modes.mask)).bytes
  }

  /// Evaluates the path row after row.
  private final class PathCalls {
    /// The row at work.
    private(set) var row = -1
    private let paths: Operand<ByteView>
    private let documents: Operand<ByteView>
    private let names: [Operand<ByteView>]
    private let passed: [Operand<ByteView>]
    private var compiled: (text: [UInt8], path: SQLJSONPath)?

    init(_ arguments: [Column], firstPassing: Int) {
      documents = Operand<ByteView>(arguments[0])
      paths = Operand<ByteView>(arguments[1])
      let rest = Array(arguments.dropFirst(firstPassing))
      names = stride(from: 0, to: rest.count, by: 2).map { Operand<ByteView>(rest[$0]) }
      passed = stride(from: 1, to: rest.count, by: 2).map { Operand<ByteView>(rest[$0]) }
    }

    /// What the path finds in the next row that has a document.
    func items(_ text: Bytes) throws -> [JSONItem] {
      repeat { row += 1 } while !(documents.validity?.isValid(row) ?? true)
      let source = (paths.buffer.base + (row & paths.mask)).bytes
      if compiled?.text.elementsEqual(source) != true {
        compiled = (Array(source), try SQLJSONPath(source))
      }
      guard let document = JSONItem(text) else {
        throw JSONPathFailure(message: "the input is no JSON", isInput: true)
      }
      var variables: [String: JSONItem] = [:]
      for (name, value) in zip(names, passed) {
        let key = (name.buffer.base + (row & name.mask)).bytes.text
        let isNull = !(value.validity?.isValid(row) ?? true)
        variables[key] =
          isNull ? .null : JSONItem((value.buffer.base + (row & value.mask)).bytes) ?? .null
      }
      return try compiled?.path.items(in: document, variables: variables) ?? []
    }
  }

  // MARK: json_value

  private static func values(_ arguments: [Column], _ rowCount: Int) throws -> Column {
    let calls = PathCalls(arguments, firstPassing: 5)
    let modes = Operand<ByteView>(arguments[2])
    let defaults = [Operand<ByteView>(arguments[3]), Operand<ByteView>(arguments[4])]
    let arena = ByteArena()
    /// What ON EMPTY (0) or ON ERROR (1) says.
    func special(_ clause: Int, _ error: SQLError) throws -> ByteView? {
      let letters = letters(modes, calls.row)
      switch letters[clause] {
      case UInt8(ascii: "N"): return nil
      case UInt8(ascii: "D"):
        let value = defaults[clause]
        guard value.validity?.isValid(calls.row) ?? true else { return nil }
        let own = Array((value.buffer.base + (calls.row & value.mask)).bytes)
        return arena.copy(letters[2] == UInt8(ascii: "J") ? JSONItem.string(own).text : own)
      default: throw error
      }
    }
    func failure(_ message: String) -> SQLError {
      SQLError(.jsonValueResult, "cannot extract SQL scalar from JSON: \(message)")
    }
    return try Rowwise.map([arguments[0]], rowCount, arena: arena) { (text: Bytes) -> ByteView? in
      let items: [JSONItem]
      do {
        items = try calls.items(text)
      } catch let failure as JSONPathFailure {
        return try special(1, failure.error)
      }
      if items.isEmpty { return try special(0, failure("JSON path found no items")) }
      if items.count > 1 { return try special(1, failure("JSON path found multiple items")) }
      if items[0].isNested {
        return try special(
          1,
          failure("JSON path found an item that cannot be converted to an SQL value")
        )
      }
      if letters(modes, calls.row)[2] == UInt8(ascii: "J") {
        return items[0] == .null ? nil : arena.copy(items[0].text)
      }
      return items[0].scalarText.map { arena.copy($0) }
    }
  }

  // MARK: json_query

  private static func parts(_ arguments: [Column], _ rowCount: Int) throws -> Column {
    let calls = PathCalls(arguments, firstPassing: 3)
    let modes = Operand<ByteView>(arguments[2])
    let arena = ByteArena()
    /// What ON EMPTY (2) or ON ERROR (3) says.
    func special(_ clause: Int, _ error: SQLError) throws -> ByteView? {
      switch letters(modes, calls.row)[clause] {
      case UInt8(ascii: "N"): return nil
      case UInt8(ascii: "A"): return arena.copy([0x5B, 0x5D])
      case UInt8(ascii: "O"): return arena.copy([0x7B, 0x7D])
      default: throw error
      }
    }
    func failure(_ message: String) -> SQLError {
      SQLError(.jsonOutput, "conversion from JSON failed: \(message)")
    }
    return try Rowwise.map([arguments[0]], rowCount, arena: arena) { (text: Bytes) -> ByteView? in
      var items: [JSONItem]
      do {
        items = try calls.items(text)
      } catch let failure as JSONPathFailure {
        return try special(3, failure.error)
      }
      if items.isEmpty { return try special(2, failure("JSON path found no items")) }
      switch letters(modes, calls.row)[0] {
      case UInt8(ascii: "U"): items = [.array(items)]
      case UInt8(ascii: "C") where items.count != 1 || !items[0].isNested: items = [.array(items)]
      default: break
      }
      guard items.count == 1 else {
        return try special(3, failure("JSON path found multiple items"))
      }
      if case .string(let content) = items[0], letters(modes, calls.row)[1] == UInt8(ascii: "O") {
        return arena.copy(content)
      }
      var result: [UInt8] = []
      items[0].append(to: &result)
      return arena.copy(result)
    }
  }

  // MARK: json_object and json_array

  private static func constructors(_ functions: inout FunctionRegistry) {
    functions.custom(
      "json_object",
      "A JSON object of keys and values.",
      signatures: ["json_object(varchar, T...) -> varchar"],
      examples: ["json_object('a' : 1, 'b' : 'x')": "{\"a\":1,\"b\":\"x\"}"]
    ) { types in
      guard types.count % 2 == 1 else { return nil }
      var arguments = types
      for index in stride(from: 1, to: types.count, by: 2) {
        guard types[index].isText || types[index] == .unknown,
          Casting.canCast(types[index + 1], to: .json)
        else { return nil }
        arguments[index] = .text
        arguments[index + 1] = .json
      }
      return constructor("json_object", arguments) { a, n in try objects(a, n) }
    }
    functions.custom(
      "json_array",
      "A JSON array of values.",
      signatures: ["json_array(T...) -> varchar"],
      examples: ["json_array(1, 'x', true)": "[1,\"x\",true]"]
    ) { types in
      guard !types.isEmpty,
        types.dropFirst().allSatisfy({ Casting.canCast($0, to: .json) })
      else { return nil }
      let arguments = [types[0]] + types.dropFirst().map { _ in SQLType.json }
      return constructor("json_array", arguments) { a, n in arrays(a, n) }
    }
  }

  private static func constructor(
    _ name: String,
    _ types: [SQLType],
    kernel: @escaping @Sendable ([Column], Int) throws -> Column
  ) -> ScalarFunction {
    ScalarFunction(
      name: name,
      argumentTypes: [.text] + types.dropFirst(),
      resultType: .text,
      nulls: .custom,
      isDeterministic: true,
      canFail: true,
      kernel: { a, n, _ in try kernel(a, n) }
    )
  }

  /// A value's JSON, or nil where null is left out.
  private static func value(
    _ operand: Operand<ByteView>,
    _ row: Int,
    keepsNull: Bool
  ) -> [UInt8]? {
    guard operand.validity?.isValid(row) ?? true else {
      return keepsNull ? Array("null".utf8) : nil
    }
    return Array((operand.buffer.base + (row & operand.mask)).bytes)
  }

  private static func objects(_ arguments: [Column], _ rowCount: Int) throws -> Column {
    let operands = arguments.map { Operand<ByteView>($0) }
    let arena = ByteArena()
    let result = Buffer<ByteView>(count: rowCount)
    for row in 0..<rowCount {
      let modes = letters(operands[0], row)
      var text: [UInt8] = [0x7B]
      var seen: Set<[UInt8]> = []
      for index in stride(from: 1, to: operands.count, by: 2) {
        guard operands[index].validity?.isValid(row) ?? true else {
          throw SQLError(
            .jsonOutput,
            "conversion from JSON failed: null value passed for JSON object key to json_object"
          )
        }
        let keepsNull = modes[0] == UInt8(ascii: "N")
        guard let value = value(operands[index + 1], row, keepsNull: keepsNull) else { continue }
        let key = letters(operands[index], row)
        if modes[1] == UInt8(ascii: "U"), !seen.insert(Array(key)).inserted {
          throw SQLError(
            .jsonOutput,
            "conversion from JSON failed: key '\(key.text)' is not unique in json_object"
          )
        }
        if text.count > 1 { text.append(0x2C) }
        JSONScanner.appendString(key, to: &text)
        text.append(0x3A)
        text += value
      }
      text.append(0x7D)
      result.base[row] = arena.copy(text)
    }
    return Column(result, heap: ByteHeap([arena]))
  }

  private static func arrays(_ arguments: [Column], _ rowCount: Int) -> Column {
    let operands = arguments.map { Operand<ByteView>($0) }
    let arena = ByteArena()
    let result = Buffer<ByteView>(count: rowCount)
    for row in 0..<rowCount {
      let keepsNull = letters(operands[0], row)[0] == UInt8(ascii: "N")
      var text: [UInt8] = [0x5B]
      for operand in operands.dropFirst() {
        guard let value = value(operand, row, keepsNull: keepsNull) else { continue }
        if text.count > 1 { text.append(0x2C) }
        text += value
      }
      text.append(0x5D)
      result.base[row] = arena.copy(text)
    }
    return Column(result, heap: ByteHeap([arena]))
  }
}
