public import ColumnFormat
public import RowFormat

/// A step of a delivery at which tests make it fail or die.
package enum DeliveryStep: String, Sendable, CaseIterable {
  /// A file was written under its hidden name.
  case staged
  /// All files of a commit are written; the checkpoint is next.
  case checkpoint
  /// The checkpoint is written; the renames are next.
  case publishing
  /// One file was renamed.
  case published
  /// A commit is done.
  case committed
}

/// What a delivery stream reads, where it delivers to and how.
public struct DeliverySettings: Sendable {
  /// The name of the stream: of its files, its journal and its lock.
  public var streamName = "lake"
  /// What decides where rows go and what they look like, as text: a run with another one has the next
  /// version in the names of its objects.
  public var configuration = ""
  /// The end of the objects' names.
  public var fileExtension = ".parquet"
  /// Where streams keep their journals.
  public var streamsFolder: String
  /// Whether to go on where the stream's last run stopped, and to pass over inputs that the stream
  /// has delivered already.
  public var resumes = false
  /// Under which folder the partitions lie.
  public var folder: String
  /// Where records that cannot be delivered are kept; error types are folders below.
  public var rejectsFolder: String
  /// `database.table`, for the reject documents.
  public var table: String?
  /// The input's format; detected for each input when nil.
  public var format: RecordFormat?
  /// What the records of the inputs are wrapped in.
  public var envelope: InputEnvelope?
  /// Whether all inputs must be Parquet files; otherwise those are that begin and end as such.
  public var requiresParquet = false
  /// Finds the last whole records of plain files that may still be written; nil where all of a file
  /// is taken.
  var growingFiles: GrowingFiles?
  /// The field whose value files a record; members of nested objects follow a dot.
  public var timeField: String?
  /// Only records whose time is in this range are delivered, in milliseconds; all when nil.
  public var windowMillis: Range<Int64>?
  /// Whether partitions that get records lose the files they had: they are exchanged as a whole, at
  /// the end of the run.
  public var replacesPartitions = false
  /// The stream whose fields this one starts with while it knows none of its own.
  public var schemaStream: String?
  /// The numbers of the fields that the table has in the catalog.
  package var catalogNumbering = FieldNumbering()
  /// The version of the table's schema that the catalog has, for the reject documents.
  package var catalogVersion: Int?
  /// Firehose's prefix, instead of folders by ``granularity``.
  public var prefix: PathTemplate?
  /// Firehose's prefix of rejects, instead of one folder for each error type.
  public var errorPrefix: PathTemplate?
  /// The zone in which folders and names tell the time.
  public var zone = PrefixZone.utc
  /// Gives the prefix its keys from each record.
  public var partitionQuery: PartitionQuery?
  /// How many partitions may be active; records of others are rejected, as Firehose does.
  ///
  /// A partition is active from its first record until its file is delivered. Nil bounds only memory:
  /// see ``openPartitionCountMax``.
  public var activePartitionCountMax: Int?
  /// Which records are delivered; all of them when nil.
  public var filter: EventFilter?
  /// The form that records get before they are decoded.
  public var template: InputTemplate?
  /// The command that gives records another form before they are decoded.
  public var transform: TransformCommand?
  /// Which records are left out because one of the same key came shortly before; none when nil.
  public var deduplication: DeduplicationRule?
  /// Into how many lanes records are divided by the hash of a field, each with files of its own; nil
  /// for one lane.
  public var sharding: (ranges: HashKeyRanges, field: String)?
  /// The folder that also gets the records as they were read; none when nil.
  public var backupFolder: String?
  /// Computes the columns that are delivered; all fields of the records when nil.
  package var projection: (any RecordProjection)?
  /// Gives the columns that records are held to, at the start of each run; they follow the records
  /// when nil.
  package var declare: (@Sendable () throws(LakeWriterError) -> DeclaredSchema)?
  /// What ``declare`` gave to this run.
  package var declared: DeclaredSchema?
  /// Whether changes of DynamoDB that removed an item are left out instead of becoming rows of its keys.
  public var leavesOutRemoved = false
  /// Whether of each item of DynamoDB only the newest row stays, and of removed ones none.
  ///
  /// That is settled among the changes of one run, at its end, so it needs ``replacesPartitions``.
  public var appliesRemovals = false
  /// For how long a destination that refuses is tried again, in seconds, 0 to 7,200.
  public var retrySeconds = 0
  /// Told when a refused write is going to be tried again.
  public var reportRetry: @Sendable (LakeWriterError) -> Void = { _ in }
  /// How finely to partition.
  public var granularity = PartitionGranularity.hour
  /// When buffers become files.
  public var hints = BufferingHints()
  /// The codec and layout of the files.
  public var writer = WriterOptions()
  /// How records are decoded.
  ///
  /// Records are as long as Firehose takes them (*PutRecord*: 1,000 KiB), and lose no value.
  public var decoding = DecodingOptions(
    recordByteCountMax: 1_024_000,
    rejectsDuplicateFields: true
  )
  /// How much all buffers may take together, in bytes.
  public var bufferByteCountMax = 160 << 20
  /// How many partitions may be open at once; over that those are written that no record has come
  /// to for longest.
  ///
  /// As many as Firehose grants at most. Fewer would cut input that is not in time order into very many
  /// files: 250,000 records spread over 5,000 hours gave 65,301 files with a limit of 500.
  public var openPartitionCountMax = 5000
  /// How many threads decode and write.
  public var workerCount = 2
  /// The clock, in milliseconds since 1970-01-01 UTC: the arrival time of records.
  public var nowMillis: @Sendable () -> Int64
  /// Whether to read and decide everything but write nothing.
  public var isDryRun = false
  /// Asked between blocks; when true, what was read is delivered and the rest is left.
  public var isInterrupted: @Sendable () -> Bool = { false }
  /// The usual size of a block of records.
  ///
  /// With its padding it is of a size that memory is kept for: a block of fresh memory for each read
  /// took a sixth of the time.
  package var blockByteCount = (3 << 19) - RecordBlock.padding
  /// The size of the parts in which records over the limit are kept.
  package var keptByteCountMax = RejectedRecord.byteCountMax
  /// Called with the partition folders of each commit; the same ones may come again.
  package var register: @Sendable ([String]) throws(LakeWriterError) -> Void = {
    (_) throws(LakeWriterError) in
  }
  /// Called at each step, from any thread; an error ends the delivery there.
  package var reach: @Sendable (DeliveryStep) throws(LakeWriterError) -> Void = {
    (_) throws(LakeWriterError) in
  }

  /// The unit by which records are told apart.
  var partitionUnit: TimeUnit { prefix?.unit ?? granularity.unit }

  /// Why the settings make no sense together; nil if they do.
  var contradiction: LakeWriterError? {
    func fault(_ sentence: String, _ help: String) -> LakeWriterError {
      LakeWriterError(.invalidSettings(sentence), path: "", help: help)
    }
    let queried = prefix?.keys.filter { $0.source == .query }.map(\.name) ?? []
    if let first = queried.first, partitionQuery == nil {
      return fault(
        "--prefix: '!{partitionKeyFromQuery:\(first)}' needs --partition-keys",
        "for example --partition-keys '{\(first): .\(first)}'"
      )
    }
    if declare != nil && projection != nil {
      return fault(
        "--schema-version does not go with --select",
        "cast to the types of the table's columns in the projection"
      )
    }
    if declare == nil && decoding.keyMatching != KeyMatching() {
      return fault(
        "--json-mapping, --dots-to-underscores and --case-sensitive need --schema-version",
        "without declared columns each key is a column"
      )
    }
    if deduplication != nil && replacesPartitions {
      return fault(
        "--dedup does not go with --replace",
        "a job that begins anew would take all of its records for repetitions"
      )
    }
    if let words = removalsContradiction { return fault("--removals apply \(words.0)", words.1) }
    let transformed = prefix?.keys.filter { $0.source == .transform }.map(\.name) ?? []
    if let first = transformed.first, transform == nil {
      return fault(
        "--prefix: '!{partitionKeyFromLambda:\(first)}' needs --transform",
        "the command gives the key in metadata.partitionKeys of each record"
      )
    }
    if partitionQuery != nil && queried.isEmpty {
      return fault(
        "--partition-keys: the prefix uses none of its keys",
        "write !{partitionKeyFromQuery:KEY} in --prefix"
      )
    }
    if let names = partitionQuery?.names,
      let missing = queried.first(where: { !names.contains($0) })
    {
      return fault(
        "--prefix: --partition-keys gives no key '\(missing)'",
        names.isEmpty
          ? "it names no key that is always there" : "it gives \(names.joined(separator: ", "))"
      )
    }
    return nil
  }

  /// Why changes cannot be applied with the other settings, and what to do; nil if they can, or need
  /// not.
  private var removalsContradiction: (String, String)? {
    if !appliesRemovals { return nil }
    if !replacesPartitions {
      return (
        "needs lake backfill --replace",
        "rows that are there already are not changed one by one; 'keep' delivers removals as rows"
      )
    }
    let others: [(String, Bool)] = [
      ("--template", template != nil), ("--transform", transform != nil),
      ("--select", projection != nil), ("--schema-version", declare != nil),
    ]
    guard let other = others.first(where: \.1)?.0 else { return nil }
    return ("does not go with \(other)", "the columns of the key and of the change must be there")
  }

  /// The usual size of a block: buffers become full at the end of one, which is to be no more than a
  /// thirty-second over the size that they should have.
  var neededBlockByteCount: Int { min(blockByteCount, max(hints.byteCount / 32, 64 << 10)) }

  /// Whether a file is taken as Parquet.
  func takesParquet(_ path: String) -> Bool {
    requiresParquet || format == nil && envelope == nil && ParquetRows.isParquet(path)
  }

  /// What asks for the text of records, which Parquet files have none of; nil if nothing does.
  var textOption: String? {
    if filter != nil { return "--filter" }
    if template != nil { return "--template" }
    if transform != nil { return "--transform" }
    if partitionQuery != nil { return "--partition-keys" }
    if activePartitionCountMax != nil { return "--max-partitions" }
    if backupFolder != nil { return "--backup" }
    if declare != nil { return "--schema-version" }
    return nil
  }

  /// The decoding, with what the other settings need of it.
  var neededDecoding: DecodingOptions {
    var options = decoding
    options.keepsPlaces =
      !(prefix?.keys.isEmpty ?? true) || activePartitionCountMax != nil || projection != nil
    return options
  }

  /// Which columns of DynamoDB's records say what happened, and when.
  func changeColumns(of schema: Schema) -> DynamoDBColumns {
    DynamoDBColumns(schema, isProjected: declared != nil)
  }

  /// What the stream's journal calls the destination.
  var destinationName: String { table ?? "." }

  /// Settings for a destination; journals lie in `_streams` below `folder` unless set otherwise.
  public init(
    folder: String,
    rejectsFolder: String,
    nowMillis: @escaping @Sendable () -> Int64
  ) {
    self.folder = folder
    self.rejectsFolder = rejectsFolder
    streamsFolder = "\(folder)/_streams"
    self.nowMillis = nowMillis
  }
}

/// What a run delivered.
public struct DeliverySummary: Sendable {
  /// Records read, including rejected ones.
  public var recordCount = 0
  /// Bytes of records, decompressed.
  public var inputByteCount = 0
  /// Rows in files that are visible.
  public var deliveredRowCount = 0
  /// Files made visible.
  public var fileCount = 0
  /// Their bytes.
  public var fileByteCount = 0
  /// Folders that got a file, relative to the destination, with the number of their files.
  public var partitions: [String: Int] = [:]
  /// Records rejected.
  public var rejectedCount = 0
  /// The files they are in.
  public var rejectFiles: [String] = []
  /// Records filed by their arrival, as their time field was missing, null or no time.
  public var untimedCount = 0
  /// Records that were left out because one of the same key came shortly before.
  public var repeatedCount = 0
  /// Records that can be no repetitions because a field of the key is missing or null.
  public var unkeyedCount = 0
  /// Records that were left out because no pattern matches, or because they are removals.
  public var filteredCount = 0
  /// Records that were left out because their time is not in the window.
  public var outsideCount = 0
  /// Rows that a newer change of their item has replaced or removed.
  public var supersededCount = 0
  /// Rows read but not delivered because the destination failed; a resumed run reads them again.
  public var undeliveredRowCount = 0
  /// Inputs that could not be read to their end; what came before was delivered.
  public var inputFailures: [RowFormatError] = []
  /// Why delivery stopped early.
  public var failure: LakeWriterError?
  /// Whether an interrupt stopped it.
  public var isInterrupted = false
  /// The fields of all rows.
  public var schema = Schema([])

  /// Whether everything that was asked for is delivered.
  public var isComplete: Bool { failure == nil && inputFailures.isEmpty && !isInterrupted }

  /// An empty summary.
  public init() {}
}

/// How far a run has come.
public struct DeliveryProgress: Sendable {
  /// Bytes read of all inputs, as stored.
  public var byteCountRead: Int
  /// The size of all inputs; nil when one of them is a stream.
  public var byteCount: Int?
  /// Records read.
  public var recordCount: Int
}
