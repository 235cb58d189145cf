import ColumnFormat

#if canImport(Glibc)
  import Glibc
#endif

/// Mathematics.
enum MathFunctions {
  static func naturalLogarithm(_ value: Double) -> Double { log(value) }
  static func exponential(_ value: Double) -> Double { exp(value) }
}
