import ColumnFormat
import ObjectStore
import RowFormat

/// `crawls/NAME-HASH.json`: what the last crawl of a path learnt from its files, a file a line.
///
/// ```
/// {"format": 1, "path": "/data/events", "kinds": [
/// {"dataFormat":{"name":"parquet"},"compression":"none","columns":[…]}
/// ], "files": [
/// ["day=2026-11-23/a.parquet",1048576,1795392000000000000,0,17],
/// ["day=2026-11-24/b.json",99,1795392000000000000,1,3,{"causes":{…},"notes":[…]}]
/// ]}
/// ```
///
/// A line holds the file's path, size, time of change in nanoseconds, kind and number of records
/// (null if unknown). A file of the same path, size and time is not opened again. The memory may be
/// removed at any time; without it, all files are opened.
struct CrawlMemory {
  /// What many files have in common.
  fileprivate struct Kind: Hashable {
    var format: DataFormat
    var compression: String
    var fields: [Field]
  }

  private struct Entry {
    var byteCount: Int
    var modifiedNanos: Int64
    var kind: Int
    var recordCount: Int?
    var details: JSONValue?
  }

  /// A file that changed within the clock's grain after it was read would look the same.
  private static let grainNanos: Int64 = 2_000_000_000

  let path: String
  private var kinds: [Kind] = []
  private var entries: [String: Entry] = [:]
  private let file: String

  /// A memory of nothing yet.
  init(of path: String) {
    self.path = path
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    // FNV-1a, so that folders of the same name far from each other have memories of their own.
    for byte in path.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    let digits = String(hash, radix: 16)
    file =
      "crawls/\(CrawlTarget.tableName(of: path))-"
      + String(repeating: "0", count: 16 - digits.count) + digits + ".json"
  }

  var isEmpty: Bool { entries.isEmpty }
  var count: Int { entries.count }

  // MARK: Reading

  /// What the last crawl left; nothing where that cannot be read.
  static func read(of path: String, from store: any ObjectStore) -> CrawlMemory {
    let empty = CrawlMemory(of: path)
    var memory = empty
    guard let file = try? CatalogFile.read(memory.file, from: store),
      (try? file.text("path")) == path, (try? memory.fill(file)) != nil
    else { return empty }
    return memory
  }

  private mutating func fill(_ file: CatalogFile) throws(CatalogError) {
    for kind in try file.array("kinds") {
      let part = CatalogFile(path: file.path, members: kind.objectValue ?? [:])
      kinds.append(
        Kind(
          format: try TableGeneration.format(part),
          compression: try part.text("compression"),
          fields: try SchemaVersionFile.fields(try part.array("columns"), part)
        )
      )
    }
    let lines = try file.array("files")
    entries.reserveCapacity(lines.count)
    for line in lines {
      guard let facts = line.arrayValue, facts.count >= 5, let name = facts[0].stringValue,
        let byteCount = facts[1].integerValue, let modified = facts[2].integerValue,
        let kind = facts[3].integerValue, kinds.indices.contains(kind)
      else { throw file.damaged("'\(line.compactText)' is no file") }
      entries[name] = Entry(
        byteCount: byteCount,
        modifiedNanos: Int64(modified),
        kind: kind,
        recordCount: facts[4].integerValue,
        details: facts.count > 5 ? facts[5] : nil
      )
    }
  }

  /// What was learnt from a file, if it is still the same.
  func probe(of info: ObjectInfo) -> FileProbe? {
    guard let entry = entries[info.path], entry.byteCount == info.byteCount,
      entry.modifiedNanos == info.modifiedNanos
    else { return nil }
    let kind = kinds[entry.kind]
    var probe = FileProbe(
      format: kind.format,
      compression: kind.compression,
      fields: kind.fields,
      recordCount: entry.recordCount
    )
    if let details = entry.details {
      probe.notes = (details["notes"]?.arrayValue ?? []).compactMap(\.stringValue)
      for member in details["causes"]?.objectValue?.members ?? [] {
        probe.causes[member.name] = ChangeCause(
          source: member.value["source"]?.stringValue ?? "",
          record: member.value["record"]?.integerValue,
          note: member.value["note"]?.stringValue
        )
      }
    }
    return probe
  }

  // MARK: Writing

  /// Remembers a file that was looked at during a crawl that began at `start`.
  mutating func add(_ info: ObjectInfo, _ probe: FileProbe, numbers: inout Numbers, start: Int64) {
    if info.modifiedNanos > start - CrawlMemory.grainNanos { return }
    let kind = Kind(format: probe.format, compression: probe.compression, fields: probe.fields)
    var details: JSONObject = [:]
    if !probe.causes.isEmpty {
      var causes: JSONObject = [:]
      for (name, cause) in probe.causes.sorted(by: { $0.key < $1.key }) {
        var members: JSONObject = ["source": .string(cause.source)]
        members["record"] = cause.record.map { .integer($0) }
        members["note"] = cause.note.map { .string($0) }
        causes.members.append(.init(name: name, value: .object(members)))
      }
      details["causes"] = .object(causes)
    }
    if !probe.notes.isEmpty { details["notes"] = .array(probe.notes.map { .string($0) }) }
    entries[info.path] = Entry(
      byteCount: info.byteCount,
      modifiedNanos: info.modifiedNanos,
      kind: numbers.number(of: kind, in: &kinds),
      recordCount: probe.recordCount,
      details: details.members.isEmpty ? nil : .object(details)
    )
  }

  /// The numbers of the kinds that were added.
  struct Numbers {
    private var numbers: [Kind: Int] = [:]
    private var last: (kind: Kind, number: Int)?

    fileprivate mutating func number(of kind: Kind, in kinds: inout [Kind]) -> Int {
      if let last, last.kind == kind { return last.number }
      let number = numbers[kind] ?? kinds.count
      if number == kinds.count {
        kinds.append(kind)
        numbers[kind] = number
      }
      last = (kind, number)
      return number
    }
  }

  /// Writes the memory over that of the crawl before.
  func write(to store: any ObjectStore) throws(CatalogError) {
    do {
      try store.put(bytes, at: file)
    } catch {
      throw CatalogError(error)
    }
  }

  private var bytes: [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(entries.count * 96)
    bytes += "{\"format\": \(CatalogFile.format), \"path\": ".utf8
    JSONValue.append(quoted: path, to: &bytes)
    bytes += ", \"kinds\": [".utf8
    for (index, kind) in kinds.enumerated() {
      bytes += index == 0 ? "\n".utf8 : ",\n".utf8
      let members: JSONObject = [
        "dataFormat": .object(TableGeneration.json(kind.format, nil)),
        "compression": .string(kind.compression),
        "columns": .array(kind.fields.map { SchemaVersionFile.json($0) }),
      ]
      JSONValue.object(members).append(to: &bytes, indent: nil)
    }
    bytes += "\n], \"files\": [".utf8
    for (index, entry) in entries.sorted(by: { $0.key < $1.key }).enumerated() {
      bytes += index == 0 ? "\n[".utf8 : ",\n[".utf8
      JSONValue.append(quoted: entry.key, to: &bytes)
      let facts = entry.value
      bytes += ",\(facts.byteCount),\(facts.modifiedNanos),\(facts.kind),".utf8
      bytes += (facts.recordCount.map { "\($0)" } ?? "null").utf8
      if let details = facts.details {
        bytes.append(UInt8(ascii: ","))
        details.append(to: &bytes, indent: nil)
      }
      bytes.append(UInt8(ascii: "]"))
    }
    bytes += "\n]}\n".utf8
    return bytes
  }
}
