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
    self.init(code: error.code.rawValue, message: error.message, help: error.help)
    if error.code == .userCanceled {
      self = .interrupted
      return
    }
    if let query, let range = error.range {
      let excerpt = SourceExcerpt(range, in: query)
      place = excerpt.lines
    }
    place += error.details
  }
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
