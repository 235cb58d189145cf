import ColumnFormat
import ObjectStore
import RowFormat

/// What a query says when a table's files cannot be read.
enum ScanFailure {
  /// The error in the query's words; others pass through.
  static func translate(_ error: any Error) -> any Error {
    switch error {
    case let failure as ColumnFormatError:
      let code: SQLError.Code =
        switch failure.kind {
        case .system: .hiveCannotOpen
        case .unsupported: .notSupported
        default: .hiveBadData
        }
      return SQLError(code, failure.message, details: failure.details)
    case let failure as RowFormatError:
      let code: SQLError.Code =
        switch failure.kind {
        case .system: .hiveCannotOpen
        case .unsupported: .notSupported
        default: .hiveBadData
        }
      return SQLError(code, failure.message, details: failure.details)
    case let failure as ObjectStoreError:
      return SQLError(.hiveCannotOpen, failure.message, details: [])
    default: return error
    }
  }

  /// Any error of running a query as one of the query's.
  static func sqlError(_ error: any Error) -> SQLError {
    translate(error) as? SQLError ?? SQLError(.internalError, "\(error)")
  }

  /// A file's column that cannot be read as what the table says it is.
  static func mismatch(_ column: TableHandle.TableColumn, table: String, file: Field, path: String)
    -> SQLError
  {
    SQLError(
      .hiveBadData,
      "column '\(column.name)' of table '\(table)' is declared as type \(column.type), "
        + "but a file has it as \(SQLType(file.type))",
      details: ["file '\(path)', column '\(file.name)'"],
      help: "crawl the table again, or write the file with the table's type"
    )
  }

  static func rejected(_ record: RejectedRecord) -> SQLError {
    SQLError(
      .hiveBadData,
      "cannot read a record of '\(record.path)': \(record.message)",
      details: ["record \(record.recordNumber + 1), byte \(record.byteOffset)"]
    )
  }
}
