import Catalog
import ColumnFormat
import LakeWriter
import ObjectStore
import RowFormat
import SQL

extension Failure {
  /// The failure behind an error of one of lake's own modules; nil for errors of the argument parser.
  init?(_ error: any Error) {
    switch error {
    case let failure as Failure: self = failure
    case let error as ColumnFormatError:
      self.init(code: error.code, message: error.message, place: error.details)
    case let error as RowFormatError:
      self.init(message: error.message, place: error.details)
    case let error as CatalogError:
      self.init(
        code: error.code,
        message: error.message,
        place: error.details,
        help: error.help
      )
      switch error.kind {
      case .invalidName, .invalidRequest: exit = .wrongUsage
      default: break
      }
    case let error as ObjectStoreError: self.init(message: error.message)
    case let error as LakeWriterError:
      self.init(message: error.message, help: error.help)
      if case .invalidSettings = error.kind { exit = .wrongUsage }
    case let error as SQLError: self.init(error, query: nil)
    default: return nil
    }
  }

  /// A failed query, with the line it failed at and a mark under the place.
  init(_ error: SQLError, query: String?) {
    self.init(
      code: error.code.rawValue,
      message: error.message,
      help: error.help ?? Failure.advice[error.code]
    )
    if error.code == .userCanceled {
      self = .interrupted
      return
    }
    if let query, let range = error.range {
      // With the indent and `line 1234:` before it, the line still fits the terminal.
      let width = StandardError.width.map { max(20, min($0 - 14, SourceExcerpt.characterCountMax)) }
      let excerpt = SourceExcerpt(
        range,
        in: query,
        countMax: width ?? SourceExcerpt.characterCountMax
      )
      place = excerpt.lines
    }
    place += error.details
  }
}

extension Failure {
  /// How to go on after what a query met in its rows.
  private static let advice: [SQLError.Code: String] = [
    .invalidCast: "try_cast gives null instead",
    .divisionByZero: "x / nullif(y, 0) gives null instead",
    .numericOutOfRange: "cast to a wider type first: bigint, decimal(38,0) or double",
    .subqueryMultipleRows: "LIMIT 1, an aggregate such as max, or IN takes many rows",
  ]
}

extension ColumnFormatError {
  fileprivate var code: String? {
    switch kind {
    case .system: nil
    case .damaged, .limit: "HIVE_BAD_DATA"
    case .unsupported: "NOT_SUPPORTED"
    case .refused: "HIVE_WRITER_DATA_ERROR"
    }
  }
}
