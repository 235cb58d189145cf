package import RowFormat
import ObjectStore

/// The reject documents of a table, as ``FailedRecords`` wrote them.
package enum RejectedDocuments {
  /// A document and the error type whose folder it is in.
  package struct Entry: Sendable {
    package var errorType: String
    package var document: JSONValue
  }

  /// The documents below a folder, oldest file first, at most `limit` of them.
  ///
  /// - Parameters:
  ///   - folder: The rejects folder of a table.
  ///   - errorType: Only this type; nil for all.
  ///   - limit: How many to read at most.
  /// - Returns: The documents; none where nothing was rejected.
  /// - Throws: When a file cannot be read.
  package static func read(
    folder: String,
    errorType: String?,
    limit: Int
  ) throws(LakeWriterError) -> [Entry] {
    let store = LocalFolder(folder)
    var entries: [Entry] = []
    do throws(ObjectStoreError) {
      for object in try store.list("") {
        let bytes = try store.read(object.path)
        for line in bytes.split(separator: 10) {
          if entries.count >= limit { return entries }
          guard let document = try? JSONValue.parse(Array(line)) else { continue }
          let type = type(of: document, at: object.path)
          if let errorType, errorType != type { break }
          entries.append(Entry(errorType: type, document: document))
        }
      }
    } catch {
      if error.kind == .notFound { return [] }
      throw LakeWriterError(.source("\(error)"), path: folder)
    }
    return entries
  }

  /// The error type of a file's documents: what they say, or else the folder that the file is in.
  static func type(of document: JSONValue, at path: String) -> String {
    document["source"]?["errorType"]?.stringValue
      ?? path.split(separator: "/").first.map(String.init) ?? ""
  }
}
