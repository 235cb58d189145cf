import ColumnFormat
import SQL

/// Writes a result as a Parquet file.
final class ParquetResultWriter: ResultWriter {
  private let sink: Sink
  private var writer: ParquetWriter?

  init(_ file: OutputFile) throws {
    if file.isTerminal {
      throw Failure.usage("Parquet does not go to a terminal", help: "name a file with --output")
    }
    sink = Sink(file)
  }

  func begin(_ columns: [ResultColumn]) throws {
    var fields: [Field] = []
    for (name, column) in zip(JSONWriter.uniqueNames(columns), columns) {
      guard let type = column.type.storedType else {
        throw Failure(
          code: "NOT_SUPPORTED",
          message: "column '\(column.name)' is a \(column.type), which Parquet cannot hold",
          help: "cast it to \(column.type.nearestStoredName)"
        )
      }
      fields.append(Field(name, type))
    }
    do {
      writer = try ParquetWriter(sink: sink, schema: Schema(fields))
    } catch {
      throw sink.refusal ?? error
    }
  }

  func write(_ batch: Batch) throws {
    do {
      try writer?.write(batch)
    } catch {
      throw sink.refusal ?? error
    }
  }

  func finish() throws {
    guard let writer = writer.take() else { return }
    do {
      _ = try writer.finish()
    } catch {
      throw sink.refusal ?? error
    }
  }

  /// Hands the writer's bytes on, and keeps what went wrong there with its own type.
  private final class Sink: ByteSink {
    let file: OutputFile
    private(set) var refusal: (any Error)?

    init(_ file: OutputFile) { self.file = file }

    var byteCount: Int { file.byteCount }
    var path: String { file.path ?? "standard output" }

    func write(_ bytes: UnsafeRawBufferPointer) throws(ColumnFormatError) {
      do {
        try file.write(bytes)
      } catch {
        refusal = error
        throw ColumnFormatError(
          .system(call: "write", message: "the output failed"),
          ColumnFormatError.Location(path: path)
        )
      }
    }
  }
}

extension SQLType {
  /// How files keep the type; nil where they cannot.
  fileprivate var storedType: LogicalType? {
    switch self {
    case .unknown, .boolean: .boolean
    case .tinyint: .int8
    case .smallint: .int16
    case .integer: .int32
    case .bigint: .int64
    case .real: .float32
    case .double: .float64
    case .decimal(let precision, let scale): .decimal(precision: precision, scale: scale)
    case .varchar, .char: .string
    case .varbinary: .binary
    case .json: .json
    case .uuid: .uuid
    case .date: .date
    case .time(let precision): .time(TimeUnit(precision: precision))
    case .timestamp(let precision):
      .timestamp(TimeUnit(precision: precision), isAdjustedToUTC: false)
    case .timestampWithTimeZone, .intervalDayToSecond, .intervalYearToMonth, .ipAddress, .ipPrefix,
      .hyperLogLog, .setDigest, .tdigest, .qdigest:
      nil
    case .array(let element): element.storedType.map { .list(Field("element", $0)) }
    case .map(let key, let value):
      key.storedType.flatMap { key in
        value.storedType.map {
          .map(key: Field("key", key, isNullable: false), value: Field("value", $0))
        }
      }
    case .row(let fields): SQLType.storedRow(fields)
    }
  }

  private static func storedRow(_ fields: [RowField]) -> LogicalType? {
    var stored: [Field] = []
    for (index, field) in fields.enumerated() {
      guard let type = field.type.storedType else { return nil }
      stored.append(Field(field.name ?? "field\(index)", type))
    }
    return .row(stored)
  }

  fileprivate var nearestStoredName: String {
    switch self {
    case .timestampWithTimeZone: "timestamp"
    case .hyperLogLog, .setDigest, .tdigest, .qdigest: "varbinary"
    default: "varchar"
    }
  }
}
