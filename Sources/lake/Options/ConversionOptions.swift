import ArgumentParser
import RowFormat

/// How the fields of records become columns.
struct ConversionOptions: ParsableArguments {
  enum Numbers: String, ExpressibleByArgument, CaseIterable {
    case auto, exact
  }

  @Option(
    help: ArgumentHelp(
      "Hold records to the columns of the table's schema version, as Firehose's conversion does.",
      valueName: "n|latest"
    )
  )
  var schemaVersion: String?
  @Option(help: "Whether numbers that only a double holds become double, or text with all digits.")
  var numbers = Numbers.auto
  @Option(
    help: ArgumentHelp(
      "With --schema-version: the keys of columns that are called otherwise; several with commas.",
      valueName: "column=key"
    )
  )
  var jsonMapping: String?
  @Flag(help: "With --schema-version: the key a.b is that of the column a_b.")
  var dotsToUnderscores = false
  @Flag(help: "With --schema-version: keys must be spelled as their columns.")
  var caseSensitive = false

  func validate() throws {
    if let schemaVersion, schemaVersion != "latest", (Int(schemaVersion) ?? 0) < 1 {
      throw ValidationError(
        "--schema-version must be a number from 1 on or 'latest', not '\(schemaVersion)'"
      )
    }
    if let jsonMapping, ConversionOptions.keys(jsonMapping) == nil {
      throw ValidationError("--json-mapping '\(jsonMapping)' is no list such as ts=timestamp,id=Id")
    }
  }

  /// The keys of columns, `COLUMN=KEY,…`; nil for a text that is none.
  private static func keys(_ text: String) -> [String: String]? {
    var keys: [String: String] = [:]
    for pair in text.split(separator: ",", omittingEmptySubsequences: false) {
      let parts = pair.split(separator: "=", maxSplits: 1).map(String.init)
      guard parts.count == 2, keys.updateValue(parts[1], forKey: parts[0]) == nil else {
        return nil
      }
    }
    return keys
  }

  /// What is set beyond the schema version, as text.
  var configuration: [String] {
    var texts: [String] = []
    if numbers != .auto { texts.append("numbers \(numbers.rawValue)") }
    if let jsonMapping { texts.append("keys \(jsonMapping)") }
    if dotsToUnderscores { texts.append("dots to underscores") }
    if caseSensitive { texts.append("case sensitive") }
    return texts
  }

  /// Sets how records are decoded.
  func apply(to decoding: inout DecodingOptions) {
    decoding.keepsNumbersExact = numbers == .exact
    decoding.keyMatching.keys = jsonMapping.flatMap(ConversionOptions.keys) ?? [:]
    decoding.keyMatching.convertsDots = dotsToUnderscores
    decoding.keyMatching.isCaseSensitive = caseSensitive
  }
}
