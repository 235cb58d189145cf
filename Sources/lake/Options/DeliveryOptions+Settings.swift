import Catalog
import ColumnFormat
import LakeWriter
import RowFormat

extension DeliveryOptions {
  /// What the options ask of a delivery.
  ///
  /// - Parameters:
  ///   - target: Where records go.
  ///   - global: Memory and threads.
  /// - Returns: The settings; what needs the catalog is added by ``DeliveryRun``.
  /// - Throws: Where a pattern, template, query or zone is none.
  func settings(_ target: DeliveryTarget, global: GlobalOptions) throws -> DeliverySettings {
    let clock = now.flatMap { StartTime($0) }
    var settings = DeliverySettings(folder: target.folder, rejectsFolder: target.rejectsFolder) {
      clock?.millis ?? StartTime("now")?.millis ?? 0
    }
    settings.streamName = stream ?? target.defaultStreamName
    settings.streamsFolder = target.streamsFolder
    settings.resumes = resume
    settings.table = target.table?.description
    settings.format =
      switch format {
      case .auto, .kinesis, .parquet: nil
      case .ndjson: .ndjson
      case .csv: .csv(CSVLayout())
      case .tsv: .csv(CSVLayout(delimiter: 9))
      case .dynamodb: .dynamodb
      }
    settings.envelope = envelope
    settings.filter = try filter.map { try EventFilter(try TextFile.read($0)) }
    settings.template = try template.map { try InputTemplate(try TextFile.read($0)) }
    settings.transform = transform.map { TransformCommand($0) }
    settings.configuration = configuration
    if let fileExtension { settings.fileExtension = fileExtension }
    settings.requiresParquet = format == .parquet
    settings.projection = try select.map {
      try SelectedRecords($0, nowMicros: settings.nowMillis() * 1000)
    }
    settings.deduplication = dedup.map {
      DeduplicationRule(
        fields: dedupFields($0),
        windowSeconds: dedupWindow?.seconds ?? 3600,
        byteCountMax: global.memoryByteCount / 4
      )
    }
    if let shards, let shardKey {
      settings.sharding = (HashKeyRanges(count: shards), shardKey)
    }
    settings.backupFolder = try backup.map { try InputPaths.absolute($0) }
    settings.leavesOutRemoved = removals == .drop
    settings.appliesRemovals = removals == .apply
    conversion.apply(to: &settings.decoding)
    settings.retrySeconds = retryDuration
    settings.reportRetry = { error in
      StandardError.note("\(error.message); trying again for up to \(retryDuration) s")
    }
    settings.partitionQuery = try partitionKeys.map { text throws(LakeWriterError) in
      try PartitionQuery(text)
    }
    if let timeZone { settings.zone = try PrefixZone(timeZone) }
    settings.activePartitionCountMax = maxPartitions
    if let maxRecordSize { settings.decoding.recordByteCountMax = maxRecordSize.byteCount }
    settings.timeField = timeField
    settings.granularity = PartitionGranularity(rawValue: partitionBy.rawValue) ?? .hour
    settings.hints = BufferingHints(
      byteCount: bufferSize << 20,
      intervalSeconds: bufferInterval
    )
    settings.prefix = try prefix.map { text throws(LakeWriterError) in
      try PathTemplate(prefix: text)
    }
    settings.errorPrefix = try errorPrefix.map { text throws(LakeWriterError) in
      try PathTemplate(errorPrefix: text)
    }
    if let prefix, errorPrefix == nil, PathTemplate.hasExpression(prefix) {
      throw Failure.usage(
        "--prefix: with expressions --error-prefix must be given, too",
        help: "for example --error-prefix '!{firehose:error-output-type}/'"
      )
    }
    settings.writer.codec = try codec()
    // Level 3 took a sixth more time and made the files 1 % smaller.
    if settings.writer.codec == .zstd { settings.writer.level = 1 }
    settings.workerCount = global.threadCount
    // Blocks under way and files being encoded take about as much again.
    // Who names an amount gets it; otherwise more of the machine would be taken than is of use.
    settings.bufferByteCountMax =
      global.memory == nil
      ? min(settings.bufferByteCountMax, global.memoryByteCount / 3) : global.memoryByteCount / 3
    settings.blockByteCount = min(settings.blockByteCount, global.memoryByteCount / 64)
    settings.isDryRun = dryRun
    return settings
  }

  /// The bytes of a delimiter; nil where what should be base64 is none.
  static func delimiter(_ text: String) -> [UInt8]? {
    let scheme = "base64:"
    if text.hasPrefix(scheme) { return Base64.decode(String(text.dropFirst(scheme.count))) }
    return Array(text.utf8)
  }

  /// What is around the records, and how several come out of one.
  private var envelope: InputEnvelope? {
    let subRecords: SubRecords? =
      switch deaggregate {
      case nil: nil
      case .json: .json
      case .delimited: .delimited(delimiter.flatMap(DeliveryOptions.delimiter) ?? [])
      }
    if format == .kinesis { return InputEnvelope(.kinesis, subRecords: subRecords) }
    if jsonArrays { return .documents }
    return subRecords.map { InputEnvelope(.lines, subRecords: $0) }
  }

  /// What decides where rows go and what they look like.
  private var configuration: String {
    let texts: [String?] = [
      partitionBy.rawValue, prefix, errorPrefix, timeZone, timeField, partitionKeys,
      maxPartitions.map(String.init), "\(bufferSize) MiB", "\(bufferInterval) s",
      compression.rawValue,
      filter, template, transform, select, conversion.schemaVersion, dedup, backup,
      shards.map(String.init), shardKey,
      removals.rawValue, fileExtension,
    ]
    // Without it the version of a stream stays what it was before there was this option.
    let aggregation = deaggregate.map { ["\($0.rawValue) \(delimiter ?? "")"] } ?? []
    return (texts.map { $0 ?? "" } + conversion.configuration + aggregation).joined(separator: "; ")
  }

  func dedupFields(_ text: String) -> [String] {
    text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
  }

  private func codec() throws -> Codec {
    let codec: Codec =
      switch compression {
      case .zstd: .zstd
      case .snappy: .snappy
      case .gzip: .gzip
      case .lz4: .lz4Raw
      case .brotli: .brotli
      case .none: .uncompressed
      }
    if let package = codec.missingPackage {
      throw Failure(
        code: "NOT_SUPPORTED",
        message: "this build lacks the codec \(compression.rawValue)",
        help: "install the Debian package \(package) and build again"
      )
    }
    return codec
  }
}
