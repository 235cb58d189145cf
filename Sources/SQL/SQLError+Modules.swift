import Catalog
import ColumnFormat
import ObjectStore
import RowFormat

/// Errors of the modules below, in Athena's words.
extension SQLError {
  init(_ error: ColumnFormatError, help: String? = nil) {
    let code: Code =
      switch error.kind {
      case .system: .hiveCannotOpen
      case .damaged, .limit, .refused: .hiveBadData
      case .unsupported: .notSupported
      }
    self.init(code, error.message, details: error.details, help: help)
  }

  init(_ error: RowFormatError, help: String? = nil) {
    let code: Code =
      switch error.kind {
      case .system: .hiveCannotOpen
      case .damagedCompression, .malformed: .hiveBadData
      case .unsupported: .notSupported
      }
    self.init(code, error.message, details: error.details, help: help)
  }

  init(_ error: CatalogError) {
    let code: Code =
      switch error.kind {
      case .tableNotFound: .tableNotFound
      case .databaseNotFound: .schemaNotFound
      default: .hiveMetastore
      }
    self.init(code, error.message, details: error.details, help: error.help)
  }

  init(_ error: ObjectStoreError) { self.init(.hiveCannotOpen, error.message) }
}
