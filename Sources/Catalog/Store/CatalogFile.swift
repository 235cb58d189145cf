import ObjectStore
import RowFormat

/// A JSON file of the catalog: an object with a format version.
///
/// Members that this release does not know are kept when a file is written anew.
struct CatalogFile {
  /// The format that this release writes; it reads all up to it.
  static let format = 1

  let path: String
  var members: JSONObject

  /// An empty file of the current format.
  init(path: String) {
    self.path = path
    members = ["format": .integer(CatalogFile.format)]
  }

  init(path: String, members: JSONObject) {
    self.path = path
    self.members = members
  }

  /// Reads a file and checks its format.
  static func read(_ path: String, from store: any ObjectStore) throws(CatalogError) -> CatalogFile
  {
    let bytes: [UInt8]
    do {
      bytes = try store.read(path)
    } catch {
      throw CatalogError(error)
    }
    let value: JSONValue
    do {
      value = try JSONValue.parse(bytes)
    } catch {
      throw CatalogError(.damaged(error.description), path: path)
    }
    guard let members = value.objectValue else {
      throw CatalogError(.damaged("it holds no object but \(value.kindName)"), path: path)
    }
    let file = CatalogFile(path: path, members: members)
    try file.checkFormat()
    return file
  }

  /// Refuses a file of a later release.
  func checkFormat() throws(CatalogError) {
    let format = try integer("format")
    if format > CatalogFile.format {
      throw CatalogError(.laterFormat(found: format, known: CatalogFile.format), path: path)
    }
  }

  var bytes: [UInt8] { Array(JSONValue.object(members).prettyText.utf8) }

  func damaged(_ fact: String) -> CatalogError { CatalogError(.damaged(fact), path: path) }

  func integer(_ name: String) throws(CatalogError) -> Int {
    guard let value = members[name]?.integerValue else { throw wrong(name, "a whole number") }
    return value
  }

  func text(_ name: String) throws(CatalogError) -> String {
    guard let value = members[name]?.stringValue else { throw wrong(name, "a string") }
    return value
  }

  /// The elements of an array; none if there is no such member.
  func array(_ name: String) throws(CatalogError) -> [JSONValue] {
    guard let member = members[name] else { return [] }
    guard let value = member.arrayValue else { throw wrong(name, "an array") }
    return value
  }

  private func wrong(_ name: String, _ wanted: String) -> CatalogError {
    damaged("'\(name)' should be \(wanted), not \(members[name]?.kindName ?? "missing")")
  }
}
