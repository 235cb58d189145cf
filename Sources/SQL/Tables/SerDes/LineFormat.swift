import Catalog
import ColumnFormat

/// How a SerDe reads lines: its properties, checked once, and a decoder for each worker.
struct LineFormat: Sendable {
  enum Kind: Sendable {
    case delimited(DelimitedLines.Options)
    case csv(QuotedLines.Options)
    case json(JSONLines.Options)
    case pattern(PatternLines.Options)
  }

  let kind: Kind
  /// `skip.header.line.count`: lines at the start of every file that hold no rows.
  let headerLineCount: Int

  /// - Parameters:
  ///   - serDe: The SerDe with its properties.
  ///   - tableParameters: TBLPROPERTIES, some of which concern reading.
  ///   - columns: The types of the table's columns.
  /// - Throws: Properties that make no sense.
  init(
    _ serDe: SerDe,
    tableParameters: [String: String],
    columns: [LogicalType]
  ) throws(SQLError) {
    let properties = serDe.properties
    let header = tableParameters["skip.header.line.count"] ?? properties["skip.header.line.count"]
    guard let headerLineCount = Int(header ?? "0"), headerLineCount >= 0 else {
      throw SQLError(
        .hiveMetastore,
        "Invalid value for skip.header.line.count property: \(header ?? "")"
      )
    }
    self.headerLineCount = headerLineCount
    switch SerDeKind(library: serDe.library) {
    case .lazySimple: kind = .delimited(try DelimitedLines.Options(properties))
    case .openCSV: kind = .csv(try QuotedLines.Options(properties))
    case .openXJSON: kind = .json(JSONLines.Options(properties, isOpenX: true))
    case .hiveJSON: kind = .json(JSONLines.Options(properties, isOpenX: false))
    case .regex: kind = .pattern(try PatternLines.Options(regex: properties, columns: columns))
    case .grok: kind = .pattern(try PatternLines.Options(grok: properties))
    case nil:
      throw SQLError(.notSupported, "the SerDe '\(serDe.library)' is not supported")
    }
  }

  /// A decoder of blocks of lines for the columns at the positions `wanted` of those that files hold;
  /// with `opensRecords` a document's `Records` are the rows: CloudTrailInputFormat.
  func blockDecoder(
    _ table: [Field],
    wanted: [Int],
    opensRecords: Bool
  ) throws -> any BlockDecoder {
    if case .json(let options) = kind, headerLineCount == 0, !opensRecords,
      let decoder = JSONBlockDecoder(options, table: table, wanted: wanted)
    {
      return decoder
    }
    return try LineBlockDecoder(self, table: table, wanted: wanted, opensRecords: opensRecords)
  }

  /// A decoder of lines for the columns at the positions `wanted` of those that files hold.
  func decoder(_ table: [Field], wanted: [Int]) throws -> any LineDecoder {
    switch kind {
    case .delimited(let options): DelimitedLines(options, table, wanted: wanted)
    case .csv(let options): QuotedLines(options, table, wanted: wanted)
    case .json(let options): JSONLines(options, table, wanted: wanted)
    case .pattern(let options): try PatternLines(options, table, wanted: wanted)
    }
  }
}

/// Turns lines into values of the wanted columns.
protocol LineDecoder: AnyObject {
  /// Appends the rows of a line, without its line end, to the wanted columns: one row for most.
  ///
  /// - Throws: ``LineFailure`` where Athena fails too.
  func decode(_ line: UnsafeRawBufferPointer, into columns: [ScalarColumn]) throws
}

/// What is wrong with a line.
struct LineFailure: Error {
  var code = SQLError.Code.hiveBadData
  var message: String
  /// The table's column; nil for the whole line.
  var column: String?
}
