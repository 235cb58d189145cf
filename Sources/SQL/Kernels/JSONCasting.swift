/// Casts from and to JSON.
enum JSONCasting {
  static func toJSON(_ from: SQLType) -> Casting.Cast? { nil }
  static func fromJSON(_ to: SQLType) -> Casting.Cast? { nil }
}
