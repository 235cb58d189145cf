import RowFormat

/// What a stream has delivered, and what is left to do for that: one atomic file.
///
/// The commit point of a delivery is the rename of this file. Before it nothing of a batch of files
/// has happened; after it the files listed here are delivered, even if their own renames are still
/// to be done.
struct Checkpoint: Sendable, Equatable {
  /// A finished file that is to appear, or has appeared, under its name.
  struct Rename: Sendable, Equatable {
    var area: StagedFiles.Area
    /// The name in the area's folder of unfinished files, and in the target folder.
    var name: String
    /// The folder it appears in, relative to the area, with a slash at the end; may be empty.
    var folder: String
  }

  /// An input that could not be read to its end, and how far it is delivered.
  typealias Damaged = StreamPosition

  /// Counts over the life of the stream.
  struct Totals: Sendable, Equatable {
    var records = 0
    var inputBytes = 0
    var delivered = 0
    var rejected = 0
    var files = 0
    var fileBytes = 0
  }

  /// The number of the run, from 1; its inputs are in a file of that number.
  var run = 0
  /// How many commits there have been in this run.
  var sequence = 0
  /// Whether the run has delivered everything it could read.
  var isComplete = true
  var position = StreamPosition()
  var damaged: [Damaged] = []
  var renames: [Rename] = []
  /// Files of the run that are written but wait for its end, when they replace partitions and the
  /// rejects of the run before.
  var held: [Rename] = []
  /// What the held files count.
  var heldTotals = Totals()
  /// Whether the data files of ``renames`` replace what is in their partitions.
  var replaces = false
  var totals = Totals()
  /// The rejects of a run that replaces, relative to their folder: those of the next one replace them.
  var ownRejects: [String] = []
  /// The rejects that the run replaces at its end.
  var oldRejects: [String] = []
  /// Rejects that are to be removed with this commit.
  var removedRejects: [String] = []
  /// The key attributes of the items whose changes are applied at the end.
  var itemKeys: [String]?
  /// The files of the keys that repetitions are known by; see ``KeyFiles``.
  var keyFiles: [String] = []
  /// Where the backup files of ``renames`` lie.
  var backupFolder: String?
  /// The clock at the commit, in milliseconds since 1970-01-01 UTC.
  var committedMillis: Int64 = 0

  static let formatVersion = 1

  /// The partitions that are to hold only new files, and these files' names.
  var replacedPartitions: [(folder: String, names: [String])] {
    guard replaces else { return [] }
    var names: [String: [String]] = [:]
    for file in renames where file.area == .data {
      names[file.folder, default: []].append(file.name)
    }
    return names.keys.sorted().map { ($0, names[$0] ?? []) }
  }

  /// The files that are added to what is there.
  var addedFiles: [Rename] { replaces ? renames.filter { $0.area != .data } : renames }
}

extension Checkpoint {
  var json: JSONValue {
    var object: JSONObject = [
      "formatVersion": .integer(Checkpoint.formatVersion),
      "run": .integer(run),
      "sequence": .integer(sequence),
      "isComplete": .boolean(isComplete),
      "committedMillis": .integer(committedMillis),
      "position": position.json,
      "damaged": .array(damaged.map(\.json)),
      "totals": totals.json,
      "heldTotals": heldTotals.json,
      "renames": .array(renames.map(\.json)),
      "held": .array(held.map(\.json)),
      "replaces": .boolean(replaces),
    ]
    if let itemKeys { object["itemKeys"] = .array(itemKeys.map { .string($0) }) }
    if !keyFiles.isEmpty { object["keyFiles"] = .array(keyFiles.map { .string($0) }) }
    for (name, paths) in rejectLists where !paths.isEmpty {
      object[name] = .array(paths.map { .string($0) })
    }
    object["backupFolder"] = backupFolder.map { .string($0) }
    return .object(object)
  }

  /// Reads a checkpoint; nil for anything that is none.
  init?(_ json: JSONValue) {
    guard json["formatVersion"]?.integerValue == Checkpoint.formatVersion,
      let run = json["run"]?.integerValue, let sequence = json["sequence"]?.integerValue,
      let isComplete = json["isComplete"]?.booleanValue,
      let committed = json["committedMillis"]?.integerValue,
      let position = json["position"].flatMap(StreamPosition.init),
      let damaged = json["damaged"]?.arrayValue, let renames = json["renames"]?.arrayValue,
      let held = json["held"]?.arrayValue, let replaces = json["replaces"]?.booleanValue,
      let totals = json["totals"].flatMap(Totals.init),
      let heldTotals = json["heldTotals"].flatMap(Totals.init)
    else { return nil }
    self.run = run
    self.sequence = sequence
    self.isComplete = isComplete
    self.position = position
    self.totals = totals
    self.heldTotals = heldTotals
    committedMillis = Int64(committed)
    for entry in damaged {
      guard let position = StreamPosition(entry) else { return nil }
      self.damaged.append(position)
    }
    for entry in renames {
      guard let rename = Rename(entry) else { return nil }
      self.renames.append(rename)
    }
    for entry in held {
      guard let rename = Rename(entry) else { return nil }
      self.held.append(rename)
    }
    self.replaces = replaces
    backupFolder = json["backupFolder"]?.stringValue
    guard let own = Checkpoint.paths(json["ownRejects"]),
      let old = Checkpoint.paths(json["oldRejects"]),
      let removed = Checkpoint.paths(json["removedRejects"])
    else { return nil }
    (ownRejects, oldRejects, removedRejects) = (own, old, removed)
    itemKeys = json["itemKeys"]?.arrayValue?.compactMap(\.stringValue)
    for entry in json["keyFiles"]?.arrayValue ?? [] {
      guard let name = entry.stringValue, !name.utf8.contains(UInt8(ascii: "/")) else { return nil }
      keyFiles.append(name)
    }
  }
}

extension Checkpoint {
  private var rejectLists: [(name: String, paths: [String])] {
    [("ownRejects", ownRejects), ("oldRejects", oldRejects), ("removedRejects", removedRejects)]
  }

  /// A list of paths; nil for one that leads out of its folder.
  private static func paths(_ json: JSONValue?) -> [String]? {
    let paths = (json?.arrayValue ?? []).compactMap(\.stringValue)
    let isSafe = paths.allSatisfy { path in
      !path.isEmpty && !path.hasPrefix("/") && !path.split(separator: "/").contains("..")
    }
    return isSafe ? paths : nil
  }
}

extension Checkpoint.Rename {
  /// A file below a prefix; what follows the prefix's last slash begins the file's name.
  init(_ area: StagedFiles.Area, prefix: String, name: String) {
    let end = prefix.lastIndex(of: "/").map { prefix.index(after: $0) } ?? prefix.startIndex
    self.init(area: area, name: prefix[end...] + name, folder: String(prefix[..<end]))
  }

  var json: JSONValue {
    ["area": .string(area.rawValue), "folder": .string(folder), "name": .string(name)]
  }

  /// Reads an entry; nil for anything that leads out of its area.
  init?(_ json: JSONValue) {
    guard let area = json["area"]?.stringValue.flatMap(StagedFiles.Area.init),
      let folder = json["folder"]?.stringValue, let name = json["name"]?.stringValue,
      !name.isEmpty, !name.utf8.contains(UInt8(ascii: "/")),
      folder.isEmpty || (folder.hasSuffix("/") && !folder.hasPrefix("/")),
      !folder.split(separator: "/").contains("..")
    else { return nil }
    self.init(area: area, name: name, folder: folder)
  }
}

extension Checkpoint.Totals {
  var json: JSONValue {
    [
      "records": .integer(records), "inputBytes": .integer(inputBytes),
      "delivered": .integer(delivered), "rejected": .integer(rejected), "files": .integer(files),
      "fileBytes": .integer(fileBytes),
    ]
  }

  init?(_ json: JSONValue) {
    guard let records = json["records"]?.integerValue,
      let inputBytes = json["inputBytes"]?.integerValue,
      let delivered = json["delivered"]?.integerValue,
      let rejected = json["rejected"]?.integerValue, let files = json["files"]?.integerValue,
      let fileBytes = json["fileBytes"]?.integerValue
    else { return nil }
    self.init(
      records: records,
      inputBytes: inputBytes,
      delivered: delivered,
      rejected: rejected,
      files: files,
      fileBytes: fileBytes
    )
  }
}

extension StreamPosition {
  var json: JSONValue {
    var object: JSONObject = [
      "input": .integer(input), "byteOffset": .integer(place.byteOffset),
      "record": .integer(place.recordNumber),
    ]
    if place.part > 0 { object["part"] = .integer(place.part) }
    object["format"] = format?.json
    return .object(object)
  }

  init?(_ json: JSONValue) {
    guard let input = json["input"]?.integerValue, input >= 0,
      let byteOffset = json["byteOffset"]?.integerValue, byteOffset >= 0,
      let record = json["record"]?.integerValue, record >= 0
    else { return nil }
    self.input = input
    place = InputPosition(
      byteOffset: byteOffset,
      recordNumber: record,
      part: max(json["part"]?.integerValue ?? 0, 0)
    )
    format = json["format"].flatMap(RecordFormat.init)
  }
}

extension RecordFormat {
  var json: JSONValue {
    guard case .csv(let layout) = self else { return ["name": .string(name)] }
    return [
      "name": .string(name), "delimiter": .integer(layout.delimiter),
      "quote": .integer(layout.quote), "hasHeader": .boolean(layout.hasHeader),
    ]
  }

  init?(_ json: JSONValue) {
    switch json["name"]?.stringValue {
    case "ndjson": self = .ndjson
    case "dynamodb": self = .dynamodb
    case "csv":
      guard let delimiter = json["delimiter"]?.integerValue.flatMap(UInt8.init(exactly:)),
        let quote = json["quote"]?.integerValue.flatMap(UInt8.init(exactly:)),
        let hasHeader = json["hasHeader"]?.booleanValue
      else { return nil }
      self = .csv(CSVLayout(delimiter: delimiter, quote: quote, hasHeader: hasHeader))
    default: return nil
    }
  }
}
