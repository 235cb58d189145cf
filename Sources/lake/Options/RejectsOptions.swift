import ArgumentParser
import Catalog

#if canImport(Glibc)
  import Glibc
#endif

/// Whose rejects are meant: those of a table of the lake, or of a folder that was delivered into.
struct RejectsOptions: ParsableArguments {
  @Argument(help: "The table: DB.TABLE.")
  var table: String?
  @Option(
    name: .customLong("to"),
    help: ArgumentHelp("A folder that was delivered into, instead of a table.", valueName: "dir")
  )
  var folder: String?

  func validate() throws {
    if (table == nil) == (folder == nil) {
      throw ValidationError("name one place: a table, as DB.TABLE, or --to DIR")
    }
    if let table { _ = try DestinationOptions.tableName(table) }
  }

  /// The folders of that place.
  ///
  /// - Throws: Where nothing was ever delivered there: its name is most likely misspelt.
  func resolve(lake: String) throws -> DeliveryTarget {
    let target =
      try table.map { DeliveryTarget(table: try DestinationOptions.tableName($0), lake: lake) }
      ?? DeliveryTarget(folder: folder ?? ".")
    if access(target.folder, F_OK) == 0 || access(target.rejectsFolder, F_OK) == 0 { return target }
    guard target.table != nil else {
      throw Failure(message: "there is no folder '\(target.folder)'")
    }
    throw Failure(
      code: "TABLE_NOT_FOUND",
      message: "nothing was delivered into the table '\(target.name)'",
      help: "`lake status` lists the tables that records were delivered into"
    )
  }
}
