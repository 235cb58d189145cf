import ColumnFormat
import RowFormat

/// The rows of one partition that wait to become a file, with the types they have by now.
///
/// They lie in pieces of some thousands of rows, so that nothing is moved when more come, and each
/// piece is freed when it is written.
final class PartitionBuffer {
  /// Rows of one schema, in memory of their own.
  struct Piece: Sendable {
    var batch: Batch
    var schema: Schema
    var byteCount: Int

    /// As many rows of one block are worth a piece; fewer are put together with others.
    static let rowCountMin = 1 << 10

    /// Copies the rows of a batch at `rows`.
    init(_ batch: Batch, rows: Buffer<UInt32>, schema: Schema) {
      self.schema = schema
      byteCount = 0
      let run = rows.run
      var columns: [Column] = []
      for (field, column) in zip(schema.fields, batch.columns) {
        let builder = ColumnBuilder(field.type)
        builder.append(column, rows: rows, run: run)
        byteCount += builder.byteCount
        columns.append(builder.finish())
      }
      self.batch = Batch(columns: columns, rowCount: rows.count)
    }

    init(batch: Batch, schema: Schema, byteCount: Int) {
      self.batch = batch
      self.schema = schema
      self.byteCount = byteCount
    }
  }

  private(set) var schema: Schema
  private var builders: [ColumnBuilder]
  /// Rows in the builders.
  private var openCount = 0
  private var pieces: [Piece] = []
  private var pieceByteCount = 0
  private var handedOver = 0
  private(set) var rowCount = 0

  /// A piece is closed at this many rows.
  private static let pieceRowCount = 1 << 16

  init(schema: Schema) {
    self.schema = schema
    builders = schema.fields.map { ColumnBuilder($0.type) }
  }

  var byteCount: Int { builders.reduce(pieceByteCount) { $0 + $1.byteCount } }

  /// Appends the rows of a batch at `rows`.
  ///
  /// When the stream's types have widened since the last call, the rows that wait here are widened
  /// when they are written.
  func append(_ batch: Batch, rows: Buffer<UInt32>, schema newer: Schema) {
    if newer != schema {
      closePiece()
      schema = newer
      builders = newer.fields.map { ColumnBuilder($0.type) }
    }
    let run = rows.run
    for (builder, column) in zip(builders, batch.columns) {
      builder.append(column, rows: rows, run: run)
    }
    rowCount += rows.count
    openCount += rows.count
    if openCount >= PartitionBuffer.pieceRowCount {
      closePiece()
      builders = schema.fields.map { ColumnBuilder($0.type) }
    }
  }

  /// Appends rows that were copied before, in any narrower types.
  func append(_ piece: Piece, schema newer: Schema) {
    closePiece()
    if newer != schema || builders.isEmpty {
      schema = newer
      builders = newer.fields.map { ColumnBuilder($0.type) }
    }
    pieces.append(piece)
    pieceByteCount += piece.byteCount
    rowCount += piece.batch.rowCount
  }

  private func closePiece() {
    if openCount == 0 { return }
    let byteCount = builders.reduce(0) { $0 + $1.byteCount }
    pieces.append(
      Piece(
        batch: Batch(columns: builders.map { $0.finish() }, rowCount: openCount),
        schema: schema,
        byteCount: byteCount
      )
    )
    pieceByteCount += byteCount
    builders = []
    openCount = 0
  }

  /// Hands over the next piece of the rows, in ``schema``; nil after the last one.
  ///
  /// The buffer takes no more rows after the first call.
  func next() throws(ColumnFormatError) -> Batch? {
    if openCount > 0 { closePiece() }
    guard handedOver < pieces.count else { return nil }
    let piece = pieces[handedOver]
    // Its memory is free as soon as the caller has written it.
    pieces[handedOver].batch = Batch(columns: [], rowCount: 0)
    handedOver += 1
    if piece.schema == schema { return piece.batch }
    do throws(CastingFailure) {
      return try BatchCasting.cast(piece.batch, from: piece.schema, to: schema)
    } catch {
      throw ColumnFormatError(
        .refused("rows cannot be brought to one type: \(error)"),
        .init(path: "")
      )
    }
  }
}

extension Buffer<UInt32> {
  /// The rows as a range where each follows the one before, as in input that comes in the order of
  /// time; nil otherwise.
  fileprivate var run: Range<Int>? {
    guard count > 0 else { return nil }
    let first = base[0]
    var difference: UInt32 = 0
    for index in 0..<count {
      difference |= base[index] ^ (first &+ UInt32(truncatingIfNeeded: index))
    }
    return difference == 0 ? Int(first)..<(Int(first) + count) : nil
  }
}

extension ColumnBuilder {
  /// Appends rows, in bulk where they are a run.
  fileprivate func append(_ column: Column, rows: Buffer<UInt32>, run: Range<Int>?) {
    if let run { append(column, range: run) } else { append(column, rows: rows) }
  }
}
