import ColumnFormat

/// `format(pattern, arguments…)`, as Java's `Formatter` has it: %s %d %f %e %g %x %o %b %c %t… %% %n
/// with flags, width and precision, and argument numbers.
enum FormatFunction {
  static func register(_ functions: inout FunctionRegistry) {
    functions.custom(
      "format",
      "Text from a pattern of Java's Formatter.",
      signatures: ["format(varchar, T...) -> varchar"],
      examples: [
        "format('%s has %d', 'a', 5)": "a has 5", "format('%.2f', 3.14159e0)": "3.14",
        "format('%05d|%,d', 42, 1234567)": "00042|1,234,567",
      ]
    ) { types in
      guard types.count >= 2, types[0].isText else { return nil }
      return ScalarFunction(
        name: "format",
        argumentTypes: types,
        resultType: .text,
        nulls: .custom,
        isDeterministic: true,
        canFail: true,
        kernel: { a, n, _ in try run(a, n, types) }
      )
    }
  }

  private static func run(_ arguments: [Column], _ rowCount: Int, _ types: [SQLType]) throws
    -> Column
  {
    let arena = ByteArena()
    let patterns = Operand<ByteView>(arguments[0])
    let result = Buffer<ByteView>(count: rowCount)
    for row in 0..<rowCount {
      guard patterns.validity?.isValid(row) ?? true else {
        result.base[row] = ByteView()
        continue
      }
      let pattern = (patterns.buffer.base + (row & patterns.mask)).bytes
      result.base[row] = arena.copy(try text(pattern, arguments, types, row))
    }
    return Column(result, validity: patterns.validity, heap: ByteHeap([arena]))
  }

  /// One `%…` of a pattern.
  private struct Directive {
    var index: Int?
    /// Whether the argument is the one before once more: `%<s`.
    var isSame = false
    var isLeft = false
    var isZero = false
    var hasPlus = false
    var hasSpace = false
    var hasCommas = false
    var hasParentheses = false
    var width = 0
    var precision: Int?
    var conversion: UInt8 = 0
    /// What of a time: the letter behind %t.
    var part: UInt8 = 0

    init?(_ pattern: UnsafeRawBufferPointer, _ position: inout Int) {
      func number() -> Int? {
        var value = 0
        let start = position
        while position < pattern.count, (0x30...0x39).contains(pattern[position]),
          position - start < 5
        {
          value = value * 10 + Int(pattern[position] - 0x30)
          position += 1
        }
        return position > start ? value : nil
      }
      let start = position
      if let argument = number(), position < pattern.count, pattern[position] == 0x24, argument > 0
      {
        index = argument - 1
        position += 1
      } else {
        position = start
      }
      flags: while position < pattern.count {
        switch pattern[position] {
        case 0x2D: isLeft = true
        case 0x30: isZero = true
        case 0x2B: hasPlus = true
        case 0x20: hasSpace = true
        case 0x2C: hasCommas = true
        case 0x28: hasParentheses = true
        case 0x3C: isSame = true
        default: break flags
        }
        position += 1
      }
      width = number() ?? 0
      if position < pattern.count, pattern[position] == 0x2E {
        position += 1
        guard let own = number() else { return nil }
        precision = own
      }
      guard position < pattern.count else { return nil }
      conversion = pattern[position]
      position += 1
      if conversion | 0x20 == 0x74 {
        guard position < pattern.count else { return nil }
        part = pattern[position]
        position += 1
      }
    }
  }

  private static func text(
    _ pattern: UnsafeRawBufferPointer,
    _ arguments: [Column],
    _ types: [SQLType],
    _ row: Int
  ) throws -> [UInt8] {
    var result: [UInt8] = []
    var next = 0
    var last: Int?
    var position = 0
    while position < pattern.count {
      let byte = pattern[position]
      position += 1
      if byte != 0x25 {
        result.append(byte)
        continue
      }
      guard let directive = Directive(pattern, &position) else {
        throw SQLError(.invalidArgument, "Invalid format string: \(pattern.text)")
      }
      switch directive.conversion {
      case 0x25:
        result.append(0x25)
        continue
      case 0x6E:
        result.append(0x0A)
        continue
      default: break
      }
      let index: Int
      if directive.isSame {
        guard let last else {
          throw SQLError(
            .invalidArgument,
            "Invalid format string: \(pattern.text) (no argument stands before %<)"
          )
        }
        index = last
      } else {
        index = directive.index ?? next
        if directive.index == nil { next += 1 }
      }
      last = index
      guard index + 1 < arguments.count else {
        throw SQLError(
          .invalidArgument,
          "Invalid format string: \(pattern.text) (argument \(index + 1) is missing)"
        )
      }
      let value = try converted(directive, arguments[index + 1], types[index + 1], row, pattern)
      result += padded(value, directive)
    }
    return result
  }

  private static func converted(
    _ directive: Directive,
    _ column: Column,
    _ type: SQLType,
    _ row: Int,
    _ pattern: UnsafeRawBufferPointer
  ) throws -> [UInt8] {
    let isUpper = directive.conversion & 0x20 == 0
    let isValid = column.isValid(row)
    func cased(_ text: [UInt8]) -> [UInt8] {
      isUpper ? Array(String(decoding: text, as: UTF8.self).uppercased().utf8) : text
    }
    func wrong() -> SQLError {
      let letter = Character(UnicodeScalar(directive.conversion))
      return SQLError(
        .invalidArgument,
        "Invalid format string: \(pattern.text) (%\(letter) does not take \(type))"
      )
    }
    if !isValid && directive.conversion | 0x20 != 0x62 { return cased(Array("null".utf8)) }
    let scalar = column.scalar(at: row)
    switch directive.conversion | 0x20 {
    case 0x73:
      var text: [UInt8] = []
      if !(try FormatTimes.appendISO(column, row, type, to: &text)) {
        ValueText.append(column, row: row, type: type, to: &text)
      }
      if let precision = directive.precision {
        text = Array(String(decoding: text, as: UTF8.self).prefix(precision).utf8)
      }
      return cased(text)
    case 0x62:
      let isTrue: Bool = if case .boolean(let value) = scalar { value } else { isValid }
      return cased(Array((isTrue ? "true" : "false").utf8))
    case 0x64:
      guard type.isInteger else { throw wrong() }
      return signed(scalar.wide < 0, Array("\(scalar.wide.magnitude)".utf8), directive)
    case 0x78, 0x6F:
      guard type.isInteger else { throw wrong() }
      let radix = directive.conversion | 0x20 == 0x78 ? 16 : 8
      return cased(
        Array(String(UInt64(bitPattern: Int64(truncatingIfNeeded: scalar.wide)), radix: radix).utf8)
      )
    case 0x66:
      guard type == .double || type == .real || type.scale > 0 || type.isNumeric && !type.isInteger
      else { throw wrong() }
      return try fixed(scalar, type, directive)
    case 0x65:
      guard let number = Floating(scalar, type) else { throw wrong() }
      return cased(exponential(number, directive))
    case 0x67:
      guard let number = Floating(scalar, type) else { throw wrong() }
      return cased(general(number, directive))
    case 0x74:
      var text: [UInt8] = []
      guard try FormatTimes.append(directive.part, column, row, type, to: &text) else {
        throw wrong()
      }
      return cased(text)
    case 0x63:
      guard case .int(let code) = scalar, let value = UInt32(exactly: code) else { throw wrong() }
      var bytes: [UInt8] = []
      UTF8Text.append(value, to: &bytes)
      return bytes
    default: throw wrong()
    }
  }

  private static func fixed(_ scalar: Scalar, _ type: SQLType, _ directive: Directive) throws
    -> [UInt8]
  {
    let digits = min(directive.precision ?? 6, 300)
    if case .decimal(let precision, let scale) = type, precision > 0 {
      var text: [UInt8] = []
      if digits <= scale {
        let value = DecimalMath.divideRounding(scalar.wide, DecimalMath.powers[scale - digits])
        DecimalMath.append(value, scale: digits, to: &text)
      } else {
        DecimalMath.append(scalar.wide, scale: scale, to: &text)
        if scale == 0 { text.append(0x2E) }
        text += [UInt8](repeating: 0x30, count: digits - scale)
      }
      let isNegative = text.first == 0x2D
      return signed(isNegative, isNegative ? Array(text.dropFirst()) : text, directive)
    }
    let value = scalar.floating
    if !value.isFinite {
      return Array((value.isNaN ? "NaN" : value < 0 ? "-Infinity" : "Infinity").utf8)
    }
    // Java rounds the shortest decimal form half up.
    let number = NumberText.ShortestDigits(value.description)
    let text = plain(number.digits, pointAfter: number.exponent, scale: digits)
    return signed(number.isNegative, text, directive)
  }

  /// Digits with their point, rounded half up to `scale` places.
  private static func plain(_ digits: [UInt8], pointAfter: Int, scale: Int) -> [UInt8] {
    let kept = pointAfter + scale
    var whole: [UInt8] = []
    for index in 0..<max(kept, 0) { whole.append(index < digits.count ? digits[index] : 0x30) }
    if kept >= 0 && kept < digits.count && digits[kept] >= 0x35 {
      var place = whole.count - 1
      while place >= 0 && whole[place] == 0x39 {
        whole[place] = 0x30
        place -= 1
      }
      if place >= 0 { whole[place] += 1 } else { whole.insert(0x31, at: 0) }
    }
    while whole.count <= scale { whole.insert(0x30, at: 0) }
    if scale > 0 { whole.insert(0x2E, at: whole.count - scale) }
    return whole
  }

  /// The digits of a double, a real or a decimal; of no number, its name.
  private struct Floating {
    var digits: NumberText.ShortestDigits
    var name: String?

    init?(_ scalar: Scalar, _ type: SQLType) {
      switch type {
      case .double, .real:
        let value = scalar.floating
        if !value.isFinite { name = value.isNaN ? "NaN" : value < 0 ? "-Infinity" : "Infinity" }
        digits = NumberText.ShortestDigits(
          value.isFinite ? type == .real ? Float(value).description : value.description : "0"
        )
      case .decimal(_, let scale):
        digits = NumberText.ShortestDigits(DecimalMath.text(scalar.wide, scale: scale))
      default: return nil
      }
    }
  }

  private static func exponential(
    _ number: Floating,
    _ directive: Directive,
    scale: Int? = nil
  ) -> [UInt8] {
    if let name = number.name { return Array(name.utf8) }
    let scale = min(scale ?? directive.precision ?? 6, 300)
    var text = plain(number.digits.digits, pointAfter: 1, scale: scale)
    var exponent = number.digits.digits.isEmpty ? 0 : number.digits.exponent - 1
    if text.firstIndex(of: 0x2E) ?? text.count > 1 {
      // Rounding made ten of nine.
      text = plain([0x31], pointAfter: 1, scale: scale)
      exponent += 1
    }
    text += [0x65, exponent < 0 ? 0x2D : 0x2B]
    NumberText.append(abs(exponent), width: 2, to: &text)
    return signed(number.digits.isNegative, text, directive)
  }

  /// `%g`: plainly from 10⁻⁴ up to the precision's digits, otherwise with an exponent.
  private static func general(_ number: Floating, _ directive: Directive) -> [UInt8] {
    if let name = number.name { return Array(name.utf8) }
    let precision = max(1, min(directive.precision ?? 6, 300))
    let own = number.digits
    if own.digits.isEmpty {
      let text = plain([], pointAfter: 0, scale: precision - 1)
      return signed(own.isNegative, text, directive)
    }
    // Where the point stands after rounding, which may make ten of nine.
    let rounded = plain(own.digits, pointAfter: precision, scale: 0)
    let exponent = own.exponent + (rounded.count > precision ? 1 : 0)
    guard exponent > -4, exponent <= precision else {
      return exponential(number, directive, scale: precision - 1)
    }
    let text = plain(own.digits, pointAfter: own.exponent, scale: precision - exponent)
    return signed(own.isNegative, text, directive)
  }

  /// Puts sign, thousands' commas and leading zeros to a number's text.
  private static func signed(_ isNegative: Bool, _ digits: [UInt8], _ directive: Directive)
    -> [UInt8]
  {
    var text = digits
    if directive.hasCommas {
      let point = text.firstIndex { !(0x30...0x39).contains($0) } ?? text.count
      var place = point - 3
      while place > 0 {
        text.insert(0x2C, at: place)
        place -= 3
      }
    }
    var prefix: [UInt8] = []
    if isNegative {
      prefix = directive.hasParentheses ? [0x28] : [0x2D]
    } else if directive.hasPlus {
      prefix = [0x2B]
    } else if directive.hasSpace {
      prefix = [0x20]
    }
    let suffix: [UInt8] = isNegative && directive.hasParentheses ? [0x29] : []
    if directive.isZero {
      let missing = directive.width - prefix.count - text.count - suffix.count
      text = [UInt8](repeating: 0x30, count: max(0, missing)) + text
    }
    return prefix + text + suffix
  }

  private static func padded(_ text: [UInt8], _ directive: Directive) -> [UInt8] {
    let count = text.withUnsafeBytes { UTF8Text.count($0) }
    let spaces = [UInt8](repeating: 0x20, count: max(0, directive.width - count))
    return directive.isLeft ? text + spaces : spaces + text
  }
}
