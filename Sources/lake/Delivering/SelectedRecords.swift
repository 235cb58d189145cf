import ColumnFormat
import LakeWriter
import RowFormat
import SQL
import Synchronization

/// `--select`: the columns that are delivered, computed by the SQL engine.
final class SelectedRecords: RecordProjection {
  private let query: RecordQuery
  /// The query made ready for schemas, once for each thread that is at work.
  private let ready = Mutex<[Schema: [Ready]]>([:])

  /// Records have few schemas at a time: theirs widens as they come.
  private static let schemaCountMax = 16

  /// A bound query goes from thread to thread, never to two of them at once.
  private struct Ready: @unchecked Sendable { let query: BoundRecordQuery }

  init(_ text: String, nowMicros: Int64) throws {
    do throws(SQLError) {
      query = try RecordQuery(text, nowMicros: nowMicros)
      // What is wrong whatever the records are is told before they are read.
      do throws(SQLError) { _ = try query.bound(to: Schema([])) } catch {
        if error.code != .typeMismatch && error.code != .functionNotFound { throw error }
      }
    } catch { throw Failure(error, query: RecordQuery.whole(text)) }
  }

  func project(_ batch: Batch, schema: Schema) throws(ProjectionFault) -> ProjectedRows {
    do {
      let bound = try take(schema)
      let cast = try BatchCasting.cast(batch, from: schema, to: bound.query.input)
      let result = bound.query.apply(cast)
      give(bound, schema)
      return ProjectedRows(
        batch: result.batch,
        schema: bound.query.output,
        rows: result.rows.count == batch.rowCount ? nil : result.rows,
        failed: result.failed.map { ($0.row, "\($0.error.code.rawValue): \($0.error.message)") }
      )
    } catch let error as SQLError {
      throw ProjectionFault(
        message: "\(error.code.rawValue): \(error.message)",
        help: error.help
      )
    } catch {
      throw ProjectionFault(message: "\(error)")
    }
  }

  private func take(_ schema: Schema) throws(SQLError) -> Ready {
    if let known = ready.withLock({ $0[schema]?.popLast() }) { return known }
    return Ready(query: try query.bound(to: schema))
  }

  private func give(_ bound: Ready, _ schema: Schema) {
    ready.withLock { ready in
      if ready.count > SelectedRecords.schemaCountMax { ready = [:] }
      ready[schema, default: []].append(bound)
    }
  }
}
