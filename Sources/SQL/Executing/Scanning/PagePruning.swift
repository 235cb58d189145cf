import ColumnFormat

/// Which rows of a row group are worth reading, by the statistics of its pages and its bloom filters.
struct PagePruning {
  private let predicate: RowPredicate?
  private let file: ParquetFile

  /// - Parameters:
  ///   - conditions: What must hold for a row, all of it.
  ///   - file: The file.
  ///   - pathOf: The fields and members of the file whose bounds can be compared with the conditions' constants.
  init(_ conditions: [PruningPredicate], _ file: ParquetFile, pathOf: [ColumnID: FieldPath]) {
    self.file = file
    let parts = conditions.compactMap { PagePruning.converted($0, file, pathOf) }
    predicate = parts.isEmpty ? nil : .and(parts)
  }

  /// Those of the rows among which all are that pass, as ranges in order.
  func ranges(rowGroup: Int, _ rows: Range<Int>) -> [Range<Int>] {
    // What cannot be told, because an index is damaged or of another kind, is read.
    guard let predicate,
      let matching = try? file.matchingRows(
        rowGroup: rowGroup,
        predicate,
        looksAtDictionaries: false
      )
    else { return [rows] }
    return matching.compactMap { range in
      let cut = range.clamped(to: rows)
      return cut.isEmpty ? nil : cut
    }
  }

  /// The condition in the file's terms; nil where it says nothing.
  private static func converted(
    _ condition: PruningPredicate,
    _ file: ParquetFile,
    _ pathOf: [ColumnID: FieldPath]
  ) -> RowPredicate? {
    func path(_ id: ColumnID) -> ColumnPath? { pathOf[id].flatMap { ColumnPath($0, of: file) } }
    switch condition {
    case .unknown: return nil
    case .never: return .or([])
    case .compare(let id, let comparison, let value):
      return path(id).map { .compare($0, comparison.ofRows, value) }
    case .among(let id, let values): return path(id).map { .among($0, values) }
    case .isNull(let id): return path(id).map { .isNull($0) }
    case .isNotNull(let id): return path(id).map { .isNotNull($0) }
    case .and(let parts):
      let known = parts.compactMap { converted($0, file, pathOf) }
      return known.isEmpty ? nil : .and(known)
    case .or(let parts):
      let known = parts.compactMap { converted($0, file, pathOf) }
      return known.count == parts.count ? .or(known) : nil
    }
  }
}

extension PruningPredicate.Comparison {
  fileprivate var ofRows: RowPredicate.Comparison {
    switch self {
    case .equal: .equal
    case .notEqual: .notEqual
    case .less: .less
    case .lessOrEqual: .lessOrEqual
    case .greater: .greater
    case .greaterOrEqual: .greaterOrEqual
    }
  }
}
