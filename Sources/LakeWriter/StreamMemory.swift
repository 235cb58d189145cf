import Catalog
import ColumnFormat
import ObjectStore
import RowFormat

/// What a stream remembers between runs: the types and numbers of the fields it has delivered, so
/// that a field keeps its number and a column its type whatever the next input begins with.
package struct StreamMemory: Sendable {
  /// The folder of all streams.
  private let store: LocalFolder
  private let path: String
  /// The stream's file, for messages.
  private var systemPath: String { store.systemPath(path) }

  private static let formatVersion = 1

  /// The memory of one stream; its file need not exist yet.
  package init(streamsFolder: String, stream: String) {
    store = LocalFolder(streamsFolder)
    path = "\(stream)/schema.json"
  }

  /// What is known; nothing for a new stream.
  package func load() throws(LakeWriterError) -> DeliveryStream.KnownSchema {
    let bytes: [UInt8]
    do throws(ObjectStoreError) {
      bytes = try store.read(path)
    } catch {
      if error.kind == .notFound { return DeliveryStream.KnownSchema() }
      throw LakeWriterError(.source("\(error)"), path: systemPath)
    }
    guard let document = try? JSONValue.parse(bytes),
      document["formatVersion"]?.integerValue == StreamMemory.formatVersion,
      let fields = document["fields"]?.arrayValue, let numbers = document["fieldIds"]?.objectValue
    else { throw damaged("it is not a stream's memory of format 1") }
    var schema = Schema([])
    for field in fields {
      guard let name = field["name"]?.stringValue, let text = field["type"]?.stringValue,
        let type = try? HiveType.parse(text)
      else { throw damaged("a field has no name or no known type") }
      schema.fields.append(Field(name, type))
    }
    var ids: [String: Int] = [:]
    for member in numbers.members {
      guard let number = member.value.integerValue, number > 0 else {
        throw damaged("the number of field '\(member.name)' is not a positive integer")
      }
      ids[member.name] = number
    }
    return DeliveryStream.KnownSchema(schema: schema, numbering: FieldNumbering(numbers: ids))
  }

  /// What the settings' stream knows, or else the stream that it learns from.
  static func load(_ settings: DeliverySettings) throws(LakeWriterError)
    -> DeliveryStream.KnownSchema
  {
    for stream in [settings.streamName, settings.schemaStream].compactMap(\.self) {
      let known = try StreamMemory(streamsFolder: settings.streamsFolder, stream: stream).load()
      if !known.schema.fields.isEmpty { return known }
    }
    return DeliveryStream.KnownSchema()
  }

  /// Keeps what is known now.
  package func save(_ known: DeliveryStream.KnownSchema) throws(LakeWriterError) {
    let document: JSONValue = [
      "formatVersion": .integer(StreamMemory.formatVersion),
      "fields": .array(
        known.schema.fields.map {
          ["name": .string($0.name), "type": .string(HiveType.exactText($0.type))]
        }
      ),
      "fieldIds": known.numbering.json,
    ]
    do throws(ObjectStoreError) {
      try store.put(Array((document.prettyText + "\n").utf8), at: path)
    } catch {
      throw LakeWriterError(destination: error, path: systemPath)
    }
  }

  private func damaged(_ reason: String) -> LakeWriterError {
    LakeWriterError(
      .source(reason),
      path: systemPath,
      help: "remove the file to let the stream learn its fields anew"
    )
  }
}
