/// Floating point numbers as text: shortest digits that read back as the same value.
extension ByteText {
  /// As Trino and Java print it: `1.5`, `1.0E7`, `NaN`, `Infinity`.
  mutating func append(trino value: Double) {
    appendTrino(value.description, isFinite: value.isFinite, isNaN: value.isNaN)
  }

  mutating func append(trino value: Float) {
    appendTrino(value.description, isFinite: value.isFinite, isNaN: value.isNaN)
  }

  /// As JSON has it: a number, or a string for what JSON has no number for.
  mutating func append(json value: Double) {
    appendJSON(value.description, isFinite: value.isFinite, isNaN: value.isNaN)
  }

  mutating func append(json value: Float) {
    appendJSON(value.description, isFinite: value.isFinite, isNaN: value.isNaN)
  }

  private mutating func appendJSON(_ description: String, isFinite: Bool, isNaN: Bool) {
    if isFinite { return append(string: description) }
    append(UInt8(ascii: "\""))
    appendTrino(description, isFinite: false, isNaN: isNaN)
    append(UInt8(ascii: "\""))
  }

  /// Swift's text has the same digits but changes to an exponent elsewhere.
  private mutating func appendTrino(_ description: String, isFinite: Bool, isNaN: Bool) {
    guard isFinite else {
      if isNaN { return append("NaN") }
      return description.utf8.first == UInt8(ascii: "-") ? append("-Infinity") : append("Infinity")
    }
    var digits: [UInt8] = []
    // The value is 0.d1d2d3… × 10^exponent.
    var exponent = 0
    var isFraction = false
    var rest = Array(description.utf8)[...]
    if rest.first == UInt8(ascii: "-") {
      append(UInt8(ascii: "-"))
      rest = rest.dropFirst()
    }
    while let byte = rest.popFirst() {
      if byte == UInt8(ascii: ".") {
        isFraction = true
      } else if byte == UInt8(ascii: "e") {
        exponent += Int(String(decoding: rest, as: UTF8.self)) ?? 0
        break
      } else if digits.isEmpty && byte == UInt8(ascii: "0") {
        if isFraction { exponent -= 1 }
      } else {
        digits.append(byte)
        if !isFraction { exponent += 1 }
      }
    }
    while digits.last == UInt8(ascii: "0") { digits.removeLast() }
    if digits.isEmpty { return append("0.0") }
    let zero = UInt8(ascii: "0")
    if exponent > 7 || exponent < -2 {
      append(digits[0])
      append(UInt8(ascii: "."))
      if digits.count == 1 { append(zero) } else { append(Array(digits[1...])) }
      append(UInt8(ascii: "E"))
      append(integer: Int64(exponent - 1))
    } else if exponent <= 0 {
      append("0.")
      for _ in exponent..<0 { append(zero) }
      append(digits)
    } else {
      for index in 0..<exponent { append(index < digits.count ? digits[index] : zero) }
      append(UInt8(ascii: "."))
      if digits.count <= exponent { append(zero) } else { append(Array(digits[exponent...])) }
    }
  }
}
