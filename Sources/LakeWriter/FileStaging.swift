import ColumnFormat

/// Writes what is due as files under hidden names.
struct FileStaging: Sendable {
  let settings: DeliverySettings
  let name: ObjectName
  let commits: CommitSequence

  /// Writes a file under its hidden name.
  ///
  /// - Parameters:
  ///   - content: What goes into it.
  ///   - number: Gives fields the numbers that they have in all files of the destination.
  /// - Returns: The file and where it is to appear.
  /// - Throws: When the destination refuses.
  func stage(
    _ content: DeliveryJob.Content,
    number: (Schema) throws(LakeWriterError) -> Schema
  ) throws(LakeWriterError) -> StagedFile {
    switch content {
    case .rejects(let batch):
      let rename = Checkpoint.Rename(
        .rejects,
        prefix: settings.errorPrefix?.text(
          millis: settings.zone.local(millis: batch.openedMillis),
          errorType: batch.errorType
        ) ?? batch.errorType + "/",
        name: name.next(
          openedMillis: settings.zone.local(millis: batch.openedMillis),
          extension: ".ndjson"
        )
      )
      try commits.write(batch.bytes, .rejects, name: rename.name)
      return StagedFile(
        rename: rename,
        rowCount: 0,
        byteCount: batch.bytes.count
      )
    case .backup(let part):
      let opened = settings.zone.local(millis: part.openedMillis)
      let rename = Checkpoint.Rename(
        .backup,
        prefix: try PathTemplate(prefix: "").text(millis: opened),
        name: name.next(openedMillis: opened, extension: part.suffix)
      )
      try commits.write(part.bytes, .backup, name: rename.name)
      return StagedFile(rename: rename, rowCount: 0, byteCount: part.bytes.count)
    case .partition(let key, let buffer, let openedMillis):
      let numbered = try number(buffer.schema)
      let opened = settings.zone.local(millis: openedMillis)
      let millis = key.time == .arrival ? opened : key.time.seconds * 1000
      let rename = Checkpoint.Rename(
        .data,
        prefix: settings.prefix?.text(millis: millis, keys: key.values)
          ?? settings.granularity.path(millis: millis),
        name: name.of(shard: settings.sharding == nil ? nil : key.shard)
          .next(openedMillis: opened, extension: settings.fileExtension)
      )
      return StagedFile(
        rename: rename,
        rowCount: buffer.rowCount,
        byteCount: try commits.write(buffer, schema: numbered, name: rename.name)
      )
    }
  }
}
