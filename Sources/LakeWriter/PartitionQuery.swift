import RowFormat

/// The jq program that gives each record its partition keys (Firehose, *MetadataExtractionQuery*).
public struct PartitionQuery: Sendable, Equatable {
  private let program: QueryExpression
  /// The keys that the program is known to give; nil where only records tell.
  let names: [String]?

  /// Reads a program that makes an object: `{customer: .customer_id}`.
  ///
  /// - Throws: `invalidSettings` with what is wrong with it.
  public init(_ text: String) throws(LakeWriterError) {
    do throws(QueryFault) { program = try QueryParser.parse(text) } catch {
      throw LakeWriterError(
        .invalidSettings("--partition-keys: \(error.sentence)"),
        path: "",
        help: "write an object, as in '{customer: .customer_id, year: .at|strftime(\"%Y\")}'"
      )
    }
    if case .object(let entries) = program {
      names = entries.compactMap { entry in
        if case .literal(let name) = entry.key { name.stringValue } else { nil }
      }
    } else {
      names = nil
    }
  }

  /// The values of some keys for a record.
  ///
  /// - Throws: A fault where the program gives no object, or a key is missing, null, empty or no
  ///   single value.
  func values(of keys: [String], _ record: JSONValue, nowMillis: Int64) throws(QueryFault)
    -> [String]
  {
    let made = try QueryEvaluation(nowMillis: nowMillis).one(program, record)
    guard case .object(let object) = made else {
      throw QueryFault(sentence: "the query gives \(made.kindName), not an object")
    }
    return try keys.map { key throws(QueryFault) in
      switch object[key] {
      case nil, .null: throw QueryFault(sentence: "the partition key '\(key)' is null")
      case .array, .object:
        throw QueryFault(sentence: "the partition key '\(key)' is no single value")
      case .string(""): throw QueryFault(sentence: "the partition key '\(key)' is empty")
      case .some(let value): return QueryEvaluation.text(value)
      }
    }
  }
}
