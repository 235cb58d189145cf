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
      guard let type = column.type.storedType(unknown: .boolean) else {
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
  fileprivate var nearestStoredName: String {
    switch self {
    case .timestampWithTimeZone: "timestamp"
    case .hyperLogLog, .setDigest, .tdigest, .qdigest: "varbinary"
    default: "varchar"
    }
  }
}
