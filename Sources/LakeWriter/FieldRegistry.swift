import Catalog
package import ColumnFormat
import ObjectStore
import RowFormat

#if canImport(Glibc)
  import Glibc
#endif

/// The numbers that all streams into one destination give to its fields.
///
/// ```
/// streams/_fields/DATABASE.TABLE.json   every field with its number; only grows
///                 DATABASE.TABLE.lock   held while a stream numbers new fields
/// ```
/// A number is written here before it stands in a file, so that no two streams give one number to
/// two fields, or two numbers to one. So is what a column of DynamoDB's records means whose name an
/// attribute and a fact of a change both claim: see ``DynamoDBColumns``.
package struct FieldRegistry: Sendable {
  /// What the file holds.
  private struct Contents: Equatable {
    var numbering = FieldNumbering()
    /// The columns that ``DynamoDBColumns/claims(_:)`` gives of all streams together.
    var changeColumns = Schema([])
  }

  private let store: LocalFolder
  private let name: String
  private var path: String { "\(FieldRegistry.folder)/\(name).json" }

  private static let folder = "_fields"
  private static let formatVersion = 1

  /// The registry of a destination; its file need not exist yet.
  ///
  /// - Parameters:
  ///   - streamsFolder: The folder of all streams.
  ///   - destination: The table, or `.` for a folder outside of any lake.
  package init(streamsFolder: String, destination: String) {
    store = LocalFolder(streamsFolder)
    name = destination == "." ? "folder" : destination
  }

  /// Numbers fields that a stream has not met before.
  ///
  /// - Parameters:
  ///   - fields: The fields.
  ///   - numbering: What the stream knows.
  /// - Returns: What all streams know by now, and the stream with them.
  /// - Throws: When the registry cannot be read or written.
  package func number(
    _ fields: [Field],
    _ numbering: FieldNumbering
  ) throws(LakeWriterError) -> FieldNumbering {
    let descriptor = try lock()
    defer { close(descriptor) }
    var all = try load()
    let before = all
    // Numbers of a stream that is older than the registry, or of the catalog.
    all.numbering.adopt(numbering)
    _ = all.numbering.number(Schema(fields))
    if all != before { try save(all) }
    return all.numbering
  }

  /// Settles with the other streams which columns hold the facts of changes and which an item's
  /// attributes, where both claim a name: who comes first keeps it.
  ///
  /// - Parameters:
  ///   - claims: What ``DynamoDBColumns/claims(_:)`` gives of the stream's columns.
  ///   - isDryRun: Whether to look only.
  /// - Returns: The columns of all streams; what the stream calls otherwise has to give way.
  /// - Throws: When the registry cannot be read or written.
  package func agree(
    on claims: Schema,
    isDryRun: Bool = false
  ) throws(LakeWriterError) -> Schema {
    let descriptor = isDryRun ? -1 : try lock()
    defer { if descriptor >= 0 { close(descriptor) } }
    let before = try load()
    var all = before
    let aligned = DynamoDBColumns.aligned(claims, to: all.changeColumns)
    all.changeColumns = DynamoDBColumns.claims(all.changeColumns.merged(with: aligned))
    if all != before && !isDryRun { try save(all) }
    return all.changeColumns
  }

  /// Waits until no other stream is numbering; nobody keeps it longer than it takes to write a file.
  private func lock() throws(LakeWriterError) -> Int32 {
    let lockPath = "\(FieldRegistry.folder)/\(name).lock"
    do throws(ObjectStoreError) { try store.makeFolder(FieldRegistry.folder) } catch {
      throw LakeWriterError(destination: error, path: store.systemPath(FieldRegistry.folder))
    }
    let system = store.systemPath(lockPath)
    let descriptor = open(system, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
    if descriptor < 0 { throw StagedFiles.refusal(system) }
    while flock(descriptor, LOCK_EX) != 0 {
      if errno == EINTR { continue }
      defer { close(descriptor) }
      throw StagedFiles.refusal(system)
    }
    return descriptor
  }

  private func load() throws(LakeWriterError) -> Contents {
    let bytes: [UInt8]
    do throws(ObjectStoreError) { bytes = try store.read(path) } catch {
      if error.kind == .notFound { return Contents() }
      throw LakeWriterError(.source("\(error)"), path: store.systemPath(path))
    }
    guard let document = try? JSONValue.parse(bytes),
      document["formatVersion"]?.integerValue == FieldRegistry.formatVersion,
      let last = document["lastFieldId"]?.integerValue,
      let members = document["fieldIds"]?.objectValue?.members
    else { throw damaged }
    var numbers: [String: Int] = [:]
    for member in members {
      guard let number = member.value.integerValue, number > 0 else { throw damaged }
      numbers[member.name] = number
    }
    var columns: [Field] = []
    for column in document["changeColumns"]?.arrayValue ?? [] {
      guard let name = column["name"]?.stringValue, let text = column["type"]?.stringValue,
        let type = try? HiveType.parse(text)
      else { throw damaged }
      columns.append(Field(name, type))
    }
    return Contents(
      numbering: FieldNumbering(numbers: numbers, last: last),
      changeColumns: Schema(columns)
    )
  }

  private var damaged: LakeWriterError {
    LakeWriterError(
      .source("it is damaged, or of a newer version of lake"),
      path: store.systemPath(path),
      help: "bring it back from a backup: it says which number each field of the table has"
    )
  }

  private func save(_ contents: Contents) throws(LakeWriterError) {
    var document: JSONObject = [
      "formatVersion": .integer(FieldRegistry.formatVersion),
      "lastFieldId": .integer(contents.numbering.last),
      "fieldIds": contents.numbering.json,
    ]
    if !contents.changeColumns.fields.isEmpty {
      document["changeColumns"] = .array(
        contents.changeColumns.fields.map {
          ["name": .string($0.name), "type": .string(HiveType.exactText($0.type))]
        }
      )
    }
    do throws(ObjectStoreError) {
      try store.put(Array((JSONValue.object(document).prettyText + "\n").utf8), at: path)
    } catch {
      throw LakeWriterError(destination: error, path: store.systemPath(path))
    }
  }
}
