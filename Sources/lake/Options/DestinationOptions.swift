import ArgumentParser
import Catalog

#if canImport(Glibc)
  import Glibc
#endif

/// Where records go: a table of the lake, or a folder of the user's.
struct DestinationOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("The table to deliver into: DB.TABLE, or TABLE of the database default.")
  )
  var table: String?
  @Option(
    name: .customLong("to"),
    help: ArgumentHelp("The folder to deliver into.", valueName: "dir")
  )
  var folder: String?

  func validate() throws {
    if (table == nil) == (folder == nil) {
      throw ValidationError("name one destination: --table DB.TABLE or --to DIR")
    }
    if let table { _ = try DestinationOptions.tableName(table) }
    var info = stat()
    if let folder, stat(folder, &info) == 0, info.st_mode & S_IFMT != S_IFDIR {
      throw ValidationError("'\(folder)' is no folder; --to names a folder, which need not exist")
    }
  }

  func resolve(lake: String) throws -> DeliveryTarget {
    if let table {
      return DeliveryTarget(table: try DestinationOptions.tableName(table), lake: lake)
    }
    return DeliveryTarget(folder: folder ?? ".")
  }

  /// A name of one or two parts, each of letters, digits and underscores.
  static func tableName(_ text: String) throws -> TableName {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    let isValid =
      (1...2).contains(parts.count)
      && parts.allSatisfy { part in
        !part.isEmpty && part.utf8.count <= 255
          && part.utf8.allSatisfy {
            ($0 | 0x20 >= 97 && $0 | 0x20 <= 122) || (48...57).contains($0) || $0 == 95
          }
      }
    guard isValid else {
      throw ValidationError(
        "'\(text)' is not a table's name; write DB.TABLE with letters, digits and underscores"
      )
    }
    return TableName(
      database: parts.count == 2 ? String(parts[0]) : "default",
      table: String(parts[parts.count - 1])
    )
  }
}
