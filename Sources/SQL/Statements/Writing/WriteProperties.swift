import Catalog
import ColumnFormat

/// The WITH of CREATE TABLE AS and UNLOAD, checked.
struct WriteProperties {
  var format: WriteFormat
  var partitionedBy: [String] = []
  /// Where the partition columns are named, for errors.
  var partitionRange: SourceRange?
  var bucketedBy: [String] = []
  /// Nil where the table has no buckets.
  var bucketCount: Int?
  /// Where the buckets' columns are named, for errors.
  var bucketRange: SourceRange?
  var location: String?
  var locationRange: SourceRange?
  /// As Glue's parameters keep them.
  var parameters: [String: String] = [:]

  /// The properties of a statement.
  ///
  /// - Throws: ``SQLError`` for a property that does not exist, a value that it cannot have, and what
  ///   lake does not write.
  init(_ properties: [WriteProperty], isUnload: Bool) throws(SQLError) {
    try WriteProperties.checkKind(properties)
    var values: [String: WriteProperty] = [:]
    for property in properties {
      let name = property.name.text.lowercased()
      let known = isUnload ? WriteProperties.unloadNames : WriteProperties.tableNames
      guard known.contains(name) else {
        let near = NearestName.suggestion(for: name, among: known)
        throw SQLError(
          .invalidTableProperty,
          isUnload
            ? "UNLOAD property '\(name)' does not exist"
            : "Catalog 'awsdatacatalog' table property '\(name)' does not exist",
          at: property.name.range,
          help: near.map { "did you mean '\($0)'?" }
        )
      }
      guard values.updateValue(property, forKey: name) == nil else {
        throw SQLError(
          .invalidTableProperty,
          "property '\(name)' is given twice",
          at: property.name.range
        )
      }
    }
    if isUnload && values["format"] == nil {
      throw SQLError(
        .invalidTableProperty,
        "UNLOAD needs the property 'format'",
        help: "WITH (format = 'PARQUET')"
      )
    }
    format = try WriteProperties.format(values)
    if let property = values["partitioned_by"] {
      partitionedBy = try WriteProperties.names(property)
      partitionRange = property.range
    }
    try takeBuckets(values["bucketed_by"], values["bucket_count"])
    if let property = values["external_location"] {
      location = try WriteProperties.text(property)
      locationRange = property.range
    }
  }

  /// Refuses Iceberg's tables first: they have properties of their own.
  private static func checkKind(_ properties: [WriteProperty]) throws(SQLError) {
    for property in properties where property.name.text.lowercased() == "table_type" {
      let kind = try text(property).uppercased()
      guard kind != "HIVE" else { continue }
      throw SQLError(
        .notSupported,
        "table_type \(kind) is not supported",
        at: property.range,
        help: "leave the property out, or write 'HIVE'"
      )
    }
  }

  private static let tableNames: [String] = [
    "format", "write_compression", "parquet_compression", "orc_compression", "external_location",
    "partitioned_by", "bucketed_by", "bucket_count", "field_delimiter", "compression_level",
    "table_type", "is_external",
  ]
  private static let unloadNames: [String] = [
    "format", "compression", "compression_level", "field_delimiter", "partitioned_by",
  ]

  private static func text(_ property: WriteProperty) throws(SQLError) -> String {
    guard case .text(let text) = property.value else {
      throw SQLError(
        .invalidTableProperty,
        "'\(property.name.text)' is a text",
        at: property.range
      )
    }
    return text
  }

  /// Columns, in lower case.
  private static func names(_ property: WriteProperty) throws(SQLError) -> [String] {
    guard case .list(let names) = property.value else {
      throw SQLError(
        .invalidTableProperty,
        "'\(property.name.text.lowercased())' is a list: ARRAY['column', …]",
        at: property.range
      )
    }
    return names.map { $0.lowercased() }
  }

  private mutating func takeBuckets(
    _ names: WriteProperty?,
    _ count: WriteProperty?
  ) throws(SQLError) {
    guard let first = names ?? count else { return }
    func refusal(_ message: String, at range: SourceRange) -> SQLError {
      SQLError(.invalidTableProperty, message, at: range)
    }
    guard let names, let count else {
      throw refusal(
        "bucketed_by and bucket_count must be specified together",
        at: first.name.range
      )
    }
    bucketedBy = try WriteProperties.names(names)
    bucketRange = names.range
    if bucketedBy.isEmpty {
      throw refusal("bucketed_by and bucket_count must be specified together", at: names.range)
    }
    if Set(bucketedBy).count < bucketedBy.count {
      throw refusal("a bucketing column is named twice", at: names.range)
    }
    guard case .number(let number) = count.value else {
      throw refusal("'bucket_count' is a number", at: count.range)
    }
    if number <= 0 { throw refusal("bucket_count must be greater than zero", at: count.range) }
    if number >= WriteBuckets.bucketCountLimit {
      throw refusal(
        "bucketCount must be smaller than \(WriteBuckets.bucketCountLimit)",
        at: count.range
      )
    }
    bucketCount = number
  }

  private static func format(_ values: [String: WriteProperty]) throws(SQLError) -> WriteFormat {
    let property = values["format"]
    let name = try property.map { property throws(SQLError) in try text(property) } ?? "PARQUET"
    var layout = WriteFormat.Layout.parquet
    var serDe: SerDe?
    switch name.uppercased() {
    case "PARQUET": break
    case "JSON": layout = .json(keys: [:])
    case "TEXTFILE": serDe = try delimitedSerDe(values["field_delimiter"])
    case "ORC", "AVRO", "ION", "RCFILE", "SEQUENCEFILE":
      throw SQLError(
        .notSupported,
        "format \(name.uppercased()) is not supported",
        at: property?.range,
        help: "lake writes PARQUET, JSON and TEXTFILE"
      )
    default:
      throw SQLError(
        .invalidTableProperty,
        "'\(name)' is no format",
        at: property?.range,
        help: "lake writes PARQUET, JSON and TEXTFILE"
      )
    }
    if let serDe {
      layout = .delimited(try DelimitedLines.Options(serDe.properties), hasHeader: false)
    } else if let property = values["field_delimiter"] {
      throw SQLError(
        .invalidTableProperty,
        "'field_delimiter' is for TEXTFILE only",
        at: property.range
      )
    }
    let codec = try codec(values, layout)
    return WriteFormat(
      layout: layout,
      codec: codec,
      level: try level(values, codec),
      serDe: serDe
    )
  }

  /// LazySimpleSerDe, with the character 1 between fields where the statement names none.
  private static func delimitedSerDe(_ property: WriteProperty?) throws(SQLError) -> SerDe {
    var serDe = SerDe(library: SerDeKind.lazySimple.rawValue)
    guard let property else { return serDe }
    let delimiter = try text(property)
    let bytes = Array(delimiter.utf8)
    guard bytes.count == 1, ![10, 13, 0x5C].contains(bytes[0]) else {
      throw SQLError(
        .invalidTableProperty,
        "the field delimiter is one character of ASCII, and no line end or backslash",
        at: property.range
      )
    }
    serDe.properties = ["field.delim": delimiter, "serialization.format": delimiter]
    return serDe
  }

  private static func codec(
    _ values: [String: WriteProperty],
    _ layout: WriteFormat.Layout
  ) throws(SQLError) -> Codec {
    let isParquet = if case .parquet = layout { true } else { false }
    if let property = values["orc_compression"] {
      throw SQLError(
        .invalidTableProperty,
        "'orc_compression' is for format ORC only",
        at: property.name.range
      )
    }
    if let property = values["parquet_compression"] {
      if values["write_compression"] != nil {
        throw SQLError(
          .invalidTableProperty,
          "only one of 'write_compression' and 'parquet_compression' can be given",
          at: property.name.range
        )
      }
      guard isParquet else {
        throw SQLError(
          .invalidTableProperty,
          "'parquet_compression' is for format PARQUET only",
          at: property.name.range
        )
      }
    }
    guard
      let property = values["write_compression"] ?? values["parquet_compression"]
        ?? values["compression"]
    else { return .gzip }
    let name = try text(property).uppercased()
    let codecs = WriteFormat.codecs(layout)
    guard let codec = codecs[name] else {
      throw SQLError(
        .notSupported,
        "compression \(name) is not supported for format \(isParquet ? "PARQUET" : "text")",
        at: property.range,
        help: "there are: \(codecs.keys.sorted().joined(separator: ", "))"
      )
    }
    return codec
  }

  private static func level(
    _ values: [String: WriteProperty],
    _ codec: Codec
  ) throws(SQLError) -> Int? {
    guard let property = values["compression_level"] else { return nil }
    guard codec == .zstd else {
      throw SQLError(
        .invalidTableProperty,
        "'compression_level' is for ZSTD only",
        at: property.name.range
      )
    }
    guard case .number(let level) = property.value, (1...22).contains(level) else {
      throw SQLError(
        .invalidTableProperty,
        "'compression_level' is a number from 1 to 22",
        at: property.range
      )
    }
    return level
  }
}
