package import ColumnFormat
import RowFormat

/// The columns that a delivery is held to, as Firehose's record format conversion is to a version of a
/// Glue table: other fields are left out, missing ones are null, and a record with a value that its
/// column does not hold is rejected.
package struct DeclaredSchema: Sendable, Equatable {
  package var schema: Schema
  /// The version of the table's schema.
  package var version: Int

  package init(schema: Schema, version: Int) {
    self.schema = schema
    self.version = version
  }
}

extension DeclaredSchema {
  /// Refuses settings that name fields which no column takes.
  func validate(_ settings: DeliverySettings) throws(LakeWriterError) {
    let named =
      [("--time-field", settings.timeField)]
      + (settings.deduplication?.fields ?? []).map { ("--dedup", $0) }
    if settings.leavesOutRemoved, DynamoDBColumns(schema, isProjected: true).eventName == nil {
      throw LakeWriterError(
        .invalidSettings(
          "--removals drop: version \(version) of the table has no column 'event_name', which tells "
            + "removals"
        ),
        path: "",
        help: "add the column to the table, or leave them out with --filter"
      )
    }
    let mapped: [(String, String?)] =
      settings.decoding.keyMatching.keys.keys.sorted().map { ("--json-mapping", $0) }
    for (option, field) in mapped + named {
      guard let field, let first = field.split(separator: ".").first.map(String.init),
        schema.index(of: field) == nil && schema.index(of: first) == nil
      else { continue }
      throw LakeWriterError(
        .invalidSettings("\(option): version \(version) of the table has no column '\(field)'"),
        path: "",
        help: "it has \(schema.fields.map(\.name).joined(separator: ", "))"
      )
    }
  }
}
