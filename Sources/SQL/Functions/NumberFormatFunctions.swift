import ColumnFormat

/// Numbers with units: format_number, parse_data_size.
enum NumberFormatFunctions {
  static func register(_ functions: inout FunctionRegistry) {
    functions.scalar(
      "format_number(double) -> varchar",
      "The number with three digits and a unit: K, M, B, T or Q.",
      examples: ["format_number(1234567)": "1.23M"],
      canFail: false
    ) { a, n, _ in
      let arena = ByteArena()
      return try Rowwise.map(a, n, arena: arena) { (value: Double) -> ByteView? in
        arena.copy(short(value))
      }
    }
    functions.make(
      "parse_data_size(varchar) -> decimal",
      "The number of bytes of a size with a unit from B to YB, each 1024 times the one before.",
      examples: ["parse_data_size('2.3MB')": "2411724"],
      result: { _ in .decimal(precision: 38, scale: 0) }
    ) { _ in
      { a, n, _ in
        try Rowwise.map(a, n) { (text: UnsafeRawBufferPointer) -> Int128? in
          guard let size = byteCount(text) else {
            throw SQLError(.invalidArgument, "Invalid data size: '\(text.text)'")
          }
          return size
        }
      }
    }
  }

  private static func short(_ value: Double) -> String {
    guard value.isFinite else { return value.isNaN ? "NaN" : value < 0 ? "-Infinity" : "Infinity" }
    let units = ["", "K", "M", "B", "T", "Q"]
    var scaled = value.magnitude
    var unit = 0
    while scaled >= 1_000 && unit < units.count - 1 {
      scaled /= 1_000
      unit += 1
    }
    let digits = scaled < 10 ? 2 : scaled < 100 ? 1 : 0
    let factor: Double = [1, 10, 100][digits]
    let rounded = (scaled * factor).rounded(.toNearestOrEven)
    guard let whole = Int64(exactly: rounded) else { return "\(value)" }
    var text = String(whole / Int64(factor))
    var fraction = String(whole % Int64(factor))
    if digits > 0 {
      fraction = String(repeating: "0", count: digits - fraction.utf8.count) + fraction
      while fraction.utf8.last == 48 { fraction.removeLast() }
      if !fraction.isEmpty { text += "." + fraction }
    }
    return (value < 0 && whole != 0 ? "-" : "") + text + units[unit]
  }

  private static func byteCount(_ text: UnsafeRawBufferPointer) -> Int128? {
    let numberEnd = text.firstIndex { !($0 == 0x2E || (0x30...0x39).contains($0)) } ?? text.count
    let units = ["B", "kB", "MB", "GB", "TB", "PB", "EB", "ZB", "YB"]
    let unit = String(decoding: text[numberEnd...], as: UTF8.self)
    guard let power = units.firstIndex(of: unit),
      let number = DecimalLiteral.parse(String(decoding: text[..<numberEnd], as: UTF8.self))
    else { return nil }
    var size = number.value
    for _ in 0..<power {
      let (product, overflow) = size.multipliedReportingOverflow(by: 1_024)
      if overflow { return nil }
      size = product
    }
    for _ in 0..<number.scale { size /= 10 }
    return DecimalMath.fits(size, precision: 38) ? size : nil
  }
}
