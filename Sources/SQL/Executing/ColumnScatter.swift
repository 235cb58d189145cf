import ColumnFormat

/// Puts together a column from pieces that were computed for some rows each; later pieces go over earlier
/// ones.
struct ColumnScatter {
  private struct Piece {
    var column: Column
    /// Nil is all rows.
    var rows: Buffer<UInt32>?
    /// Whether the piece has a value for each row of the result, and not only for `rows`.
    var isWhole: Bool
  }

  private var pieces: [Piece] = []
  private let rowCount: Int

  init(rowCount: Int) { self.rowCount = rowCount }

  /// Adds the values of `rows`; nil is all rows.
  ///
  /// - Parameters:
  ///   - column: A value for each of `rows`, or if it `isWhole`, for each row of the result.
  ///   - rows: In ascending order.
  ///   - isWhole: Whether values of other rows have to be left out.
  mutating func add(_ column: Column, _ rows: Buffer<UInt32>?, isWhole: Bool = false) {
    if column.count > 0 { pieces.append(Piece(column: column, rows: rows, isWhole: isWhole)) }
  }

  func finish(_ type: SQLType) -> Column {
    if pieces.isEmpty { return .nulls(of: type, count: rowCount) }
    switch type.physicalType {
    case .boolean: return scattered(UInt8.self)
    case .int8: return scattered(Int8.self)
    case .int16: return scattered(Int16.self)
    case .int32: return scattered(Int32.self)
    case .int64: return scattered(Int64.self)
    case .int128: return scattered(Int128.self)
    case .float32: return scattered(Float.self)
    case .float64: return scattered(Double.self)
    case .bytes: return scattered(ByteView.self)
    case .list, .row: return gathered()
    }
  }

  private func scattered<Value: PhysicalValue>(_: Value.Type) -> Column {
    let result = Buffer<Value>(count: rowCount)
    let target = result.base
    let isValid = Buffer<UInt8>(repeating: 1, count: rowCount)
    var hasNulls = false
    var heap = ByteHeap()
    for piece in pieces {
      let source = Operand<Value>(piece.column)
      if Value.self == ByteView.self { heap = heap.union(piece.column.byteHeap) }
      // What is flattened here has no other owner.
      withExtendedLifetime(source) { ColumnScatter.put(piece, source, target, rowCount) }
      guard let validity = source.validity else {
        if hasNulls {
          for index in 0..<(piece.rows?.count ?? rowCount) {
            isValid.base[piece.rows.map { Int($0.base[index]) } ?? index] = 1
          }
        }
        continue
      }
      hasNulls = true
      for index in 0..<(piece.rows?.count ?? rowCount) {
        let row = piece.rows.map { Int($0.base[index]) } ?? index
        isValid.base[row] = bit(validity.isValid(piece.isWhole ? row : index))
      }
    }
    let validity = hasNulls ? Validity.fromBytes(isValid.base, count: rowCount) : nil
    return withExtendedLifetime(isValid) { Column(result, validity: validity, heap: heap) }
  }

  /// Puts a piece's values where they belong.
  @inline(__always)
  private static func put<Value: PhysicalValue>(
    _ piece: Piece,
    _ source: Operand<Value>,
    _ target: UnsafeMutablePointer<Value>,
    _ rowCount: Int
  ) {
    let values = source.buffer.base
    let mask = source.mask
    guard let rows = piece.rows else {
      if source.isConstant {
        target.update(repeating: values[0], count: rowCount)
      } else {
        target.update(from: values, count: rowCount)
      }
      return
    }
    if piece.isWhole {
      for index in 0..<rows.count {
        let row = Int(rows.base[index])
        target[row] = values[row & mask]
      }
    } else {
      for index in 0..<rows.count { target[Int(rows.base[index])] = values[index & mask] }
    }
  }

  /// The same for lists and rows: the pieces one after the other, and of each row its place among them.
  private func gathered() -> Column {
    let places = Buffer<UInt32>(repeating: 0, count: rowCount)
    var columns: [Column] = []
    var start = 0
    for piece in pieces {
      // One value serves all rows.
      let isConstant = if case .constant = piece.column.form { true } else { false }
      let column = isConstant ? Column(piece.column.form, count: 1) : piece.column
      for index in 0..<(piece.rows?.count ?? rowCount) {
        let row = piece.rows.map { Int($0.base[index]) } ?? index
        let place = isConstant ? 0 : piece.isWhole ? row : index
        places.base[row] = UInt32(truncatingIfNeeded: start + place)
      }
      columns.append(column.flattened())
      start += column.count
    }
    return Column.concatenate(columns).taking(places)
  }
}
