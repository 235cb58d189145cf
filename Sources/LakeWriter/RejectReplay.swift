import ObjectStore
import RowFormat

#if canImport(Glibc)
  import Glibc
#endif

/// Delivers rejected records again: those that become rows leave the rejects, the others stay with one
/// more attempt.
///
/// ```
/// rejects/DATABASE/TABLE/_replay-STREAM/claimed/…   the documents that are replayed, where they were
///                                       inputs/…    their records, as inputs
/// ```
/// The documents are moved away first, so that nobody replays them twice, and removed when the
/// delivery of their records is committed. A replay that was killed is finished by the next one.
package struct RejectReplay {
  private let settings: DeliverySettings
  private let errorType: String?
  private let rejects: LocalFolder
  private let folder: String

  /// A replay of the rejects of the settings' destination; of one error type unless that is nil.
  package init(_ settings: DeliverySettings, errorType: String?) {
    self.settings = settings
    self.errorType = errorType
    rejects = LocalFolder(settings.rejectsFolder)
    folder = "_replay-\(settings.streamName)"
  }

  /// Replays and returns what was delivered.
  package func run(
    _ progress: @escaping @Sendable (DeliveryProgress) -> Void
  ) -> DeliverySummary {
    var settings = settings
    settings.resumes = hasClaims
    return DeliveryStream(settings).deliver(
      progress,
      prepare: { (journal) throws(LakeWriterError) in
        guard let journal else { return [] }
        if !hasClaims {
          try journal.requireFinished()
          try claim()
        }
        return try inputs()
      },
      finish: { () throws(LakeWriterError) in try removeClaims() }
    )
  }

  private var hasClaims: Bool { !((try? claims()) ?? []).isEmpty }

  /// Moves the documents out of the rejects.
  private func claim() throws(LakeWriterError) {
    var folders: Set<String> = []
    for path in try files(in: "") where try isWanted(path) {
      let target = "\(folder)/claimed/\(path)"
      let parent = RejectReplay.parent(of: target)
      try changing(parent) { () throws(ObjectStoreError) in try rejects.makeFolder(parent) }
      let from = rejects.systemPath(path)
      if rename(from, rejects.systemPath(target)) != 0 {
        throw LakeWriterError(.destination(String(cString: strerror(errno))), path: from)
      }
      folders.formUnion([parent, RejectReplay.parent(of: path)])
    }
    // Were these moves lost, the documents would be there beside the rows.
    for folder in folders.sorted() {
      try StagedFiles.sync(folder: rejects.systemPath(folder))
    }
  }

  /// Whether a file's documents are of the type that is asked for; all of a file are of one.
  private func isWanted(_ path: String) throws(LakeWriterError) -> Bool {
    guard let errorType else { return true }
    guard let first = try ReplayedFile.documents(rejects.systemPath(path)).first else {
      return false
    }
    return RejectedDocuments.type(of: first, at: path) == errorType
  }

  private static func parent(of path: String) -> String {
    path.split(separator: "/").dropLast().joined(separator: "/")
  }

  /// The paths of all files below a folder.
  private func files(in path: String) throws(LakeWriterError) -> [String] {
    do throws(ObjectStoreError) { return try rejects.list(path).map(\.path) } catch {
      if error.kind == .notFound { return [] }
      throw LakeWriterError(.source("\(error)"), path: rejects.systemPath(path))
    }
  }

  private func claims() throws(LakeWriterError) -> [String] {
    try files(in: "\(folder)/claimed")
  }

  /// Writes the records of the claimed documents as inputs: the same ones each time.
  private func inputs() throws(LakeWriterError) -> [DeliveryInput] {
    var inputs: [DeliveryInput] = []
    for claim in try claims() {
      let documents = try ReplayedFile.documents(rejects.systemPath(claim))
      for (number, group) in ReplayedRecords.groups(documents).enumerated() {
        let path = "\(folder)/inputs/\(original(claim))-\(number)"
        try changing(path) { () throws(ObjectStoreError) in try rejects.put(group.bytes, at: path) }
        let system = rejects.systemPath(path)
        var input = DeliveryInput(path: system, identity: try InputIdentity(file: system))
        input.format = group.format
        input.replays = ReplayedFile(path: rejects.systemPath(claim), indices: group.indices)
        inputs.append(input)
      }
    }
    return inputs
  }

  /// Puts back the documents that cannot be replayed, and removes the others.
  private func removeClaims() throws(LakeWriterError) {
    for claim in try claims() {
      let documents = try ReplayedFile.documents(rejects.systemPath(claim))
      var kept: [UInt8] = []
      for document in documents where !ReplayedRecords.isWhole(document) {
        document.append(to: &kept, indent: nil)
        kept.append(UInt8(ascii: "\n"))
      }
      let original = original(claim)
      try changing(original) { () throws(ObjectStoreError) in
        if !kept.isEmpty { try rejects.put(kept, at: original) }
        try rejects.delete(claim)
      }
    }
    for path in try files(in: "\(folder)/inputs") { try delete(path) }
    try removeFolders(folder)
  }

  /// Where a claimed file was, relative to the rejects.
  private func original(_ claim: String) -> String {
    String(claim.dropFirst("\(folder)/claimed/".count))
  }

  /// Removes a tree of empty folders.
  private func removeFolders(_ path: String) throws(LakeWriterError) {
    let entries: [FolderEntry]
    do throws(ObjectStoreError) { entries = try rejects.entries(of: path) } catch {
      if error.kind == .notFound { return }
      throw LakeWriterError(.source("\(error)"), path: rejects.systemPath(path))
    }
    for entry in entries where entry.isFolder { try removeFolders("\(path)/\(entry.name)") }
    // What a replay that was killed was about to write; this one has the stream's lock.
    rejects.removeUnfinished(in: path, olderThan: .max)
    try delete(path)
  }

  private func delete(_ path: String) throws(LakeWriterError) {
    try changing(path) { () throws(ObjectStoreError) in try rejects.delete(path) }
  }

  private func changing(
    _ path: String,
    _ body: () throws(ObjectStoreError) -> Void
  ) throws(LakeWriterError) {
    do throws(ObjectStoreError) { try body() } catch {
      throw LakeWriterError(destination: error, path: rejects.systemPath(path))
    }
  }
}

/// The claimed file that an input of a replay was made from.
struct ReplayedFile: Sendable, Equatable {
  var path: String
  /// Which document each record comes from.
  var indices: [Int]

  /// The document of a record; nil where the file is gone.
  func document(_ recordNumber: Int) -> JSONValue? {
    guard indices.indices.contains(recordNumber),
      let documents = try? ReplayedFile.documents(path),
      documents.indices.contains(indices[recordNumber])
    else { return nil }
    return documents[indices[recordNumber]]
  }

  /// All documents of a file of rejects.
  static func documents(_ path: String) throws(LakeWriterError) -> [JSONValue] {
    // The path may be relative, as the lake's is.
    let slash = path.lastIndex(of: "/")
    let store = LocalFolder(slash.map { String(path[...$0]) } ?? ".")
    let name = slash.map { String(path[path.index(after: $0)...]) } ?? path
    do throws(ObjectStoreError) {
      return try store.read(name).split(separator: 10).compactMap {
        try? JSONValue.parse(Array($0))
      }
    } catch {
      throw LakeWriterError(.source("\(error)"), path: path)
    }
  }
}

/// Turns documents back into the text that their records stood in.
enum ReplayedRecords {
  /// Records that may stand in one input.
  struct Group {
    var format: RecordFormat
    var bytes: [UInt8]
    var indices: [Int] = []
  }

  /// Whether the document holds a record, and all bytes of it.
  static func isWhole(_ document: JSONValue) -> Bool {
    document["source"]?["isWhole"]?.booleanValue != false
      && document["source"]?["isRecord"]?.booleanValue != false
      && document["rawData"]?.stringValue.flatMap(Base64.decode) != nil
  }

  static func groups(_ documents: [JSONValue]) -> [Group] {
    var groups: [Group] = []
    var places: [JSONValue: Int] = [:]
    for (index, document) in documents.enumerated() where isWhole(document) {
      let raw = document["rawData"]?.stringValue.flatMap(Base64.decode) ?? []
      let source = document["source"]
      let format = source?["format"].flatMap(RecordFormat.init) ?? .ndjson
      let columns = source?["columns"] ?? .null
      // An open quote would swallow the records after it.
      let isAlone =
        document["lastErrorCode"]?.stringValue
        == RejectCause.malformedCSV.code
      let key: JSONValue = [format.json, columns]
      var place = isAlone ? groups.count : places[key] ?? groups.count
      if place == groups.count {
        groups.append(Group(format: format, bytes: header(format, columns)))
        place = groups.count - 1
        if !isAlone { places[key] = place }
      }
      groups[place].bytes += raw
      groups[place].bytes.append(UInt8(ascii: "\n"))
      groups[place].indices.append(index)
    }
    return groups
  }

  /// The line of the names of columns; nothing for formats without one.
  static func header(_ format: RecordFormat, _ columns: JSONValue) -> [UInt8] {
    guard case .csv(let layout) = format, layout.hasHeader else { return [] }
    let quote = [layout.quote]
    let fields = (columns.arrayValue ?? []).map { name -> [UInt8] in
      quote + (name.stringValue ?? "").utf8.flatMap { $0 == layout.quote ? quote + quote : [$0] }
        + quote
    }
    return Array(fields.joined(separator: [layout.delimiter])) + [UInt8(ascii: "\n")]
  }
}
