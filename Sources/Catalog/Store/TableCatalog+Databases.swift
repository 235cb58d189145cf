import ObjectStore
import RowFormat

extension TableCatalog {
  /// Makes a database.
  ///
  /// - Parameter database: Its name and what is said about it.
  /// - Returns: False if there is one of that name already, which stays as it is.
  /// - Throws: For a name that cannot be used, and what the store says.
  @discardableResult
  public func create(_ database: DatabaseDescription) throws(CatalogError) -> Bool {
    try TableCatalog.check(name: database.name)
    if try databases().contains(database.name) { return false }
    try begin(CatalogFile(path: "lake.json"))
    var file = CatalogFile(path: "catalog/\(database.name)/database.json")
    file.members["name"] = .string(database.name)
    file.members["created"] = .string(ClockText.now())
    file.members["description"] = database.comment.map { .string($0) }
    file.members["location"] = database.location.map { .string($0) }
    file.members["parameters"] = TableDetailsFile.texts(database.parameters)
    do {
      try store.putIfAbsent(file.bytes, at: file.path)
      return true
    } catch {
      if error.kind == .alreadyExists { return false }
      throw CatalogError(error)
    }
  }

  /// A database; nil if there is none of that name.
  public func database(_ name: String) throws(CatalogError) -> DatabaseDescription? {
    let name = name.lowercased()
    guard try databases().contains(name) else { return nil }
    let file: CatalogFile
    do throws(CatalogError) {
      file = try CatalogFile.read("catalog/\(name)/database.json", from: store)
    } catch {
      // Older lakes have databases that are only folders.
      if error.kind == .store(.notFound) { return DatabaseDescription(name: name) }
      throw error
    }
    return DatabaseDescription(
      name: name,
      comment: file.members["description"]?.stringValue,
      location: file.members["location"]?.stringValue,
      parameters: TableDetailsFile.texts(file.members["parameters"])
    )
  }
}
