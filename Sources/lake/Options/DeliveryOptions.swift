import ArgumentParser
import Catalog
import ColumnFormat
import LakeWriter
import RowFormat

/// How records are read, filed and written.
struct DeliveryOptions: ParsableArguments {
  enum Format: String, ExpressibleByArgument, CaseIterable {
    case auto, ndjson, csv, tsv, dynamodb, kinesis, parquet
  }

  enum Compression: String, ExpressibleByArgument, CaseIterable {
    case zstd, snappy, gzip, lz4, brotli, none
  }

  enum Deaggregation: String, ExpressibleByArgument, CaseIterable {
    case json, delimited
  }

  enum Removals: String, ExpressibleByArgument, CaseIterable {
    case keep, drop, apply
  }

  enum Granularity: String, ExpressibleByArgument, CaseIterable {
    case hour, day, month, year, none
  }

  @Option(help: "The format of the inputs; auto looks at the content.")
  var format = Format.auto
  @Flag(
    help: "Read JSON that goes over several lines, and the elements of arrays as records."
  )
  var jsonArrays = false
  @Option(
    help: ArgumentHelp(
      "Take up to 500 records out of each one as Firehose does: JSON documents, or what is between "
        + "delimiters.",
      valueName: "kind"
    )
  )
  var deaggregate: Deaggregation?
  @Option(
    help: ArgumentHelp(
      "With --deaggregate delimited: the delimiter, or base64:IyMjIw== as in Firehose's settings.",
      valueName: "text"
    )
  )
  var delimiter: String?
  @Option(
    help: ArgumentHelp(
      "Deliver only records that match a pattern of EventBridge.",
      valueName: "pattern.json"
    )
  )
  var filter: String?
  @Option(
    help: ArgumentHelp(
      "Give records another form: the file of an input template of Pipes.",
      valueName: "file"
    )
  )
  var template: String?
  @Option(
    help: ArgumentHelp(
      "Give records to a command that answers as Firehose's Lambda functions do.",
      valueName: "cmd"
    )
  )
  var transform: String?
  @Option(
    help: ArgumentHelp(
      "Deliver columns that SQL computes of each record: 'id, cast(price as decimal(10,2)) price'.",
      valueName: "sql"
    )
  )
  var select: String?
  @OptionGroup var conversion: ConversionOptions
  @Option(
    help: ArgumentHelp(
      "Leave out records whose values of these fields came before; several names with commas.",
      valueName: "fields"
    )
  )
  var dedup: String?
  @Option(
    help: ArgumentHelp("For how long --dedup remembers: 90s, 15m, 1h, 7d.", valueName: "time")
  )
  var dedupWindow: TimeSpan?
  @Option(
    help: ArgumentHelp("Keep the records as they were read in this folder, too.", valueName: "dir")
  )
  var backup: String?
  @Option(
    help: ArgumentHelp(
      "Divide records into lanes by the hash of --shard-key, 1 to 1,000.",
      valueName: "n"
    )
  )
  var shards: Int?
  @Option(
    help: ArgumentHelp("The field by whose MD5 Kinesis would route records.", valueName: "field")
  )
  var shardKey: String?
  @Option(
    help: ArgumentHelp(
      "What REMOVE changes of DynamoDB become: rows with their keys, nothing, or with backfill "
        + "--replace what they did.",
      discussion: "With apply each item has its newest row only, and removed items have none."
    )
  )
  var removals = Removals.keep
  @Option(
    help: ArgumentHelp(
      "The field with a record's time: ISO text, epoch seconds or milliseconds.",
      discussion: """
        Members of nested objects follow a dot. Without it DynamoDB records are filed by their
        change time, others by their arrival.
        """,
      valueName: "field"
    )
  )
  var timeField: String?
  @Option(help: "How finely to partition by time, as year=/month=/day=/hour=.")
  var partitionBy = Granularity.hour
  @Option(
    help: ArgumentHelp(
      "Firehose's prefix instead of --partition-by: logs/!{timestamp:yyyy/MM/dd}/.",
      valueName: "template"
    )
  )
  var prefix: String?
  @Option(
    help: ArgumentHelp(
      "Firehose's prefix of rejects: failed/!{firehose:error-output-type}/.",
      valueName: "template"
    )
  )
  var errorPrefix: String?
  @Option(
    help: ArgumentHelp(
      "Gives the prefix its keys from each record: '{customer: .customer_id}', in jq's language.",
      valueName: "query"
    )
  )
  var partitionKeys: String?
  @Option(
    help: ArgumentHelp("The zone of folders and names: Asia/Tokyo; default UTC.", valueName: "zone")
  )
  var timeZone: String?
  @Option(
    help: ArgumentHelp(
      "How many partitions may be active; records of others are rejected. 1 to 5,000.",
      valueName: "n"
    )
  )
  var maxPartitions: Int?
  @Option(help: ArgumentHelp("Input per file before it is written, 1 to 128.", valueName: "mib"))
  var bufferSize = 128
  @Option(
    help: ArgumentHelp("Age of a buffer before it is written, 0 to 900.", valueName: "seconds")
  )
  var bufferInterval = 300
  @Option(
    help: ArgumentHelp(
      "The longest record that is delivered, up to 64MiB; default: Firehose's 1,000 KiB.",
      valueName: "size"
    )
  )
  var maxRecordSize: ByteSize?
  @Option(
    help: ArgumentHelp(
      "For how long a destination that refuses is tried again, 0 to 7,200.",
      valueName: "seconds"
    )
  )
  var retryDuration = 0
  @Option(help: "The codec of the Parquet pages.")
  var compression = Compression.zstd
  @Option(help: ArgumentHelp("The name that files and checkpoints carry.", valueName: "name"))
  var stream: String?
  @Option(
    help: ArgumentHelp("The end of the files' names instead of .parquet.", valueName: ".ext")
  )
  var fileExtension: String?
  @Option(help: ArgumentHelp("The clock to use: 2026-11-23T17:05:00Z.", valueName: "time"))
  var now: String?
  @Flag(
    help: "Go on where the stream's last run stopped, and pass over inputs it has delivered."
  )
  var resume = false
  @Flag(help: "Read and decide everything, write nothing.")
  var dryRun = false
  @Flag(help: "Exit with 2 when some records were rejected.")
  var strictRejects = false

  func validate() throws {
    if !BufferingHints.mebibytesAllowed.contains(bufferSize) {
      throw ValidationError("--buffer-size must be 1 to 128 MiB, not \(bufferSize)")
    }
    if !BufferingHints.secondsAllowed.contains(bufferInterval) {
      throw ValidationError("--buffer-interval must be 0 to 900 seconds, not \(bufferInterval)")
    }
    if jsonArrays, format == .csv || format == .tsv {
      throw ValidationError("--json-arrays does not go with --format \(format.rawValue)")
    }
    try validateDeaggregation()
    if let maxPartitions, !(1...5000).contains(maxPartitions) {
      throw ValidationError("--max-partitions must be 1 to 5000, not \(maxPartitions)")
    }
    if let size = maxRecordSize?.byteCount,
      !(1...RecordBlockReader.recordByteCountMax).contains(size)
    {
      throw ValidationError("--max-record-size must be 1 to 64MiB, not \(size) bytes")
    }
    if let fileExtension, !DeliveryOptions.isExtension(fileExtension) {
      throw ValidationError(
        "--file-extension '\(fileExtension)' must begin with '.' and have up to 128 of 0-9, a-z and "
          + "!-_.*'()"
      )
    }
    if !(0...7200).contains(retryDuration) {
      throw ValidationError("--retry-duration must be 0 to 7200 seconds, not \(retryDuration)")
    }
    if (shards == nil) != (shardKey == nil) {
      throw ValidationError("--shards and --shard-key need each other")
    }
    if let shards, !(1...1000).contains(shards) {
      throw ValidationError("--shards must be 1 to 1000, not \(shards)")
    }
    if let dedup, dedupFields(dedup).contains("") {
      throw ValidationError("--dedup '\(dedup)' has an empty name")
    }
    if dedupWindow != nil && dedup == nil { throw ValidationError("--dedup-window needs --dedup") }
    if let now, StartTime(now) == nil {
      throw ValidationError("--now '\(now)' is not a time; write 2026-11-23T17:05:00Z")
    }
    if let stream,
      stream.isEmpty || stream.utf8.count > 64
        || !stream.utf8.allSatisfy({
          ($0 | 0x20 >= 97 && $0 | 0x20 <= 122) || (45...57).contains($0) && $0 != 47 || $0 == 95
        }) || stream.hasPrefix(".") || stream.hasPrefix("_")
    {
      throw ValidationError(
        "--stream '\(stream)' must be up to 64 letters, digits, '.', '-' and '_', and begin with "
          + "neither '.' nor '_'"
      )
    }
  }

  private func validateDeaggregation() throws {
    if (deaggregate == .delimited) != (delimiter != nil) {
      throw ValidationError("--deaggregate delimited and --delimiter need each other")
    }
    if deaggregate == nil { return }
    if jsonArrays { throw ValidationError("--deaggregate does not go with --json-arrays") }
    if [.csv, .tsv, .parquet].contains(format) {
      throw ValidationError("--deaggregate does not go with --format \(format.rawValue)")
    }
    guard let delimiter else { return }
    guard let bytes = DeliveryOptions.delimiter(delimiter), !bytes.isEmpty else {
      throw ValidationError("--delimiter '\(delimiter)' is empty, or no base64")
    }
    if format != .kinesis, bytes.contains(0x0A), bytes.contains(where: { $0 > 0x20 }) {
      throw ValidationError(
        "--delimiter '\(delimiter)' goes over a line's end, where records of text end; payloads of "
          + "--format kinesis may hold it"
      )
    }
  }

  /// Firehose's pattern of `FileExtension`.
  static func isExtension(_ text: String) -> Bool {
    text.isEmpty
      || text.hasPrefix(".") && (2...128).contains(text.utf8.count)
        && text.utf8.dropFirst().allSatisfy {
          (48...57).contains($0) || (97...122).contains($0) || "!-_.*'()".utf8.contains($0)
        }
  }
}
