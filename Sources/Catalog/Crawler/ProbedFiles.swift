import ColumnFormat
import ObjectStore
import RowFormat

/// The files of a path with what was learnt from them; equal schemas are kept once.
struct ProbedFiles {
  struct File {
    var info: ObjectInfo
    var format: DataFormat
    var compression: String
    /// Which of ``schemas``.
    var schema: Int
    /// Nil where the file was not looked at.
    var recordCount: Int?
    var causes: [String: ChangeCause]
  }

  private(set) var files: [File] = []
  private(set) var schemas: [[Field]] = []
  private(set) var skipped: [(path: String, reason: String)] = []
  private(set) var notes: [(path: String, note: String)] = []

  private var schemaNumbers: [[Field]: Int] = [:]

  /// A file outside the sample is taken to be like the last one before it that was looked at.
  ///
  /// - Parameters:
  ///   - listing: All files.
  ///   - outcomes: What was found in each of them; nil for those outside the sample.
  init(_ listing: [ObjectInfo], _ outcomes: [FileProbing.Outcome?]) {
    files.reserveCapacity(listing.count)
    var last: File?
    for (index, info) in listing.enumerated() {
      switch outcomes[index] {
      case .probe(let probe):
        var file = File(
          info: info,
          format: probe.format,
          compression: probe.compression,
          schema: 0,
          recordCount: probe.recordCount,
          causes: probe.causes
        )
        file.schema = number(of: probe.fields)
        files.append(file)
        last = file
        notes += probe.notes.map { (info.path, $0) }
      case .refusal(let reason): skipped.append((info.path, reason))
      case .cancelled: break
      case nil:
        guard var file = last else { continue }
        file.info = info
        file.recordCount = nil
        file.causes = [:]
        files.append(file)
      }
    }
  }

  private mutating func number(of fields: [Field]) -> Int {
    // Files of one table mostly come one after the other.
    if let last = files.last, schemas[last.schema] == fields { return last.schema }
    if let known = schemaNumbers[fields] { return known }
    schemas.append(fields)
    schemaNumbers[fields] = schemas.count - 1
    return schemas.count - 1
  }

  /// Makes one format of a table's files.
  ///
  /// The format with the most bytes is the table's. CSV files that look as if they were laid out
  /// otherwise, which a few rows cannot always tell, are read once more in the common layout.
  mutating func agreeOnFormat(
    _ members: [Int],
    _ target: CrawlTarget,
    _ options: CrawlOptions,
    _ progress: CrawlProgress
  ) throws(CatalogError) -> (kept: [Int], left: [(path: String, reason: String)]) {
    var byteCounts: [DataFormat: Int] = [:]
    for index in members {
      byteCounts[files[index].format, default: 0] += files[index].info.byteCount
    }
    if byteCounts.count == 1 { return (members, []) }
    let ranked = byteCounts.sorted {
      ($0.value, $1.key.name) > ($1.value, $0.key.name)
    }
    guard let format = ranked.first?.key else { return (members, []) }
    var kept: [Int] = []
    var left: [(path: String, reason: String)] = []
    var again: [Int] = []
    for index in members {
      if files[index].format == format {
        kept.append(index)
      } else if files[index].format.withoutLayout == format.withoutLayout {
        again.append(index)
      } else {
        left.append(
          (
            files[index].info.path,
            "it is \(files[index].format.name), the other files of the table are \(format.name)"
          )
        )
      }
    }
    let tasks = again.enumerated().map { number, index in
      FileProbing.Task(
        file: number,
        byteCount: files[index].info.byteCount,
        format: format.recordFormat,
        isSampled: options.sampleCount != nil
      )
    }
    let paths = again.map { target.path(of: files[$0].info.path) }
    let outcomes = FileProbing.run(tasks, threadCount: options.threadCount, progress: progress) {
      paths[$0]
    }
    for (index, outcome) in zip(again, outcomes) {
      switch outcome {
      case .probe(let probe):
        files[index].format = probe.format
        files[index].schema = number(of: probe.fields)
        files[index].recordCount = files[index].recordCount == nil ? nil : probe.recordCount
        files[index].causes = probe.causes
        kept.append(index)
      case .refusal(let reason): left.append((files[index].info.path, reason))
      case .cancelled: break
      }
    }
    return (kept.sorted(), left)
  }
}
