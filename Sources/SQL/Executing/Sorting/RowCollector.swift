import ColumnFormat

/// Keeps a worker's rows; what there is no memory for goes to the temporary file.
final class RowCollector: BatchConsumer {
  private(set) var rows: RowCollection
  private let types: [SQLType]
  private let account: MemoryAccount
  private let evict: (RowCollection) throws -> Void

  /// - Parameters:
  ///   - types: Of the columns.
  ///   - account: Counts the rows.
  ///   - statistics: The operator's.
  ///   - evict: Puts rows into the temporary file.
  init(
    _ types: [SQLType],
    _ account: MemoryAccount,
    statistics: OperatorStatistics?,
    evict: @escaping (RowCollection) throws -> Void
  ) {
    rows = RowCollection(types)
    self.types = types
    self.account = account
    self.evict = evict
    super.init(statistics: statistics)
  }

  override func consume(_ batch: Batch) throws {
    rows.append(batch)
    if try account.isCrowded(rows.byteCount, share: 5) { try empty() }
  }

  /// Puts all rows into the temporary file.
  func empty() throws {
    if rows.rowCount > 0 { try evict(rows) }
    rows = RowCollection(types)
    account.release()
  }
}
