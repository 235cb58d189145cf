/// Powers of ten by table.
enum PowersOfTen {
  private static let narrowTable: [UInt64] = (0..<20).map { exponent in
    (0..<exponent).reduce(1) { power, _ in power * 10 }
  }
  private static let wideTable: [UInt128] = (0..<39).map { exponent in
    (0..<exponent).reduce(1) { power, _ in power * 10 }
  }
  private static let doubleTable: [Double] = [
    1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17,
    1e18, 1e19, 1e20, 1e21, 1e22,
  ]

  /// 10^0 to 10^19 for hot loops, which read it without the checks of a global array.
  nonisolated(unsafe) static let narrowPointer: UnsafePointer<UInt64> = {
    let memory = UnsafeMutablePointer<UInt64>.allocate(capacity: narrowTable.count)
    memory.initialize(from: narrowTable, count: narrowTable.count)
    return UnsafePointer(memory)
  }()

  /// 10^`exponent` for 0...19.
  static func narrow(_ exponent: Int) -> UInt64 { narrowTable[exponent] }

  /// 10^`exponent` for 0...38.
  static func wide(_ exponent: Int) -> UInt128 { wideTable[exponent] }

  /// 10^`exponent` for 0...22, where doubles are exact.
  static func double(_ exponent: Int) -> Double { doubleTable[exponent] }

  /// How many digits a number has; zero has none.
  static func digitCount(_ magnitude: UInt128) -> Int {
    var count = 0
    while count < 38 && magnitude >= wideTable[count] { count += 1 }
    return count == 38 && magnitude >= wideTable[38] ? 39 : count
  }
}
