import ColumnFormat

/// What a new schema version may do, in the words of schema registries.
public enum SchemaCompatibility: String, Sendable, CaseIterable {
  /// Anything.
  case none = "NONE"
  /// Nothing: there are no new versions.
  case disabled = "DISABLED"
  /// Readers of the new version can read data of the last one.
  case backward = "BACKWARD"
  /// Readers of the new version can read data of every older one.
  case backwardAll = "BACKWARD_ALL"
  /// Readers of the last version can read new data.
  case forward = "FORWARD"
  /// Readers of every older version can read new data.
  case forwardAll = "FORWARD_ALL"
  /// Both with the last version.
  case full = "FULL"
  /// Both with every older version.
  case fullAll = "FULL_ALL"

  private var comparesAll: Bool { [.backwardAll, .forwardAll, .fullAll].contains(self) }
  private var isForward: Bool { [.forward, .forwardAll, .full, .fullAll].contains(self) }

  /// Why new columns may not follow the versions so far; nothing if they may.
  ///
  /// All columns are optional, so coming and going never breaks a reader; other types may.
  func objections(to next: SchemaVersion, after versions: [SchemaVersion]) -> [String] {
    if self == .none { return [] }
    var objections: [String] = []
    for version in comparesAll ? versions : versions.suffix(1) {
      let evolution = SchemaEvolution(
        after: version,
        columns: next.columns,
        partitionKeys: next.partitionKeys
      )
      for change in evolution.changes {
        guard let objection = objection(to: change) else { continue }
        let text = "\(objection), against version \(version.number)"
        if !objections.contains(text) { objections.append(text) }
      }
    }
    return objections
  }

  private func objection(to change: SchemaChange) -> String? {
    if self == .disabled { return "column '\(change.column)' differs" }
    guard case .retyped(let old, let new) = change.kind, old != .unknown else { return nil }
    if !isForward, SchemaCompatibility.isPromotion(from: old, to: new) { return nil }
    return "column '\(change.column)' changes from \(HiveType.text(old)) to \(HiveType.text(new))"
  }

  /// Whether readers of Avro and Parquet take values of one type for another.
  private static func isPromotion(from old: LogicalType, to new: LogicalType) -> Bool {
    switch (old, new) {
    case (.int8, .int16), (.int8, .int32), (.int8, .int64), (.int16, .int32), (.int16, .int64),
      (.int32, .int64), (.int8, .float32), (.int16, .float32), (.int8, .float64),
      (.int16, .float64), (.int32, .float64), (.float32, .float64):
      true
    case (.decimal(let oldPrecision, let oldScale), .decimal(let precision, let scale)):
      scale == oldScale && precision >= oldPrecision
    default: false
    }
  }
}
