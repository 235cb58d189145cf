public import ObjectStore

/// Why the catalog could not be read or changed, or a folder not be crawled.
public struct CatalogError: Error, Sendable, Equatable {
  /// What went wrong, as facts.
  public enum Kind: Sendable, Equatable {
    /// A file of the catalog contradicts its format; the sentence says how.
    case damaged(String)
    /// A file of the catalog was written by a later release.
    case laterFormat(found: Int, known: Int)
    /// A database's or table's name cannot be used; the sentence says why.
    case invalidName(String, reason: String)
    /// There is no such table.
    case tableNotFound(TableName)
    /// There is no such database.
    case databaseNotFound(String)
    /// The table has no such schema version; the newest one is given.
    case versionNotFound(TableName, version: Int, newest: Int)
    /// Others changed the table again and again while this change was being made.
    case conflict(TableName, attempts: Int)
    /// The new schema would break readers in a way that the chosen mode forbids.
    case incompatible(TableName, mode: String, reasons: [String])
    /// A path to crawl is not there.
    case nothingThere
    /// A path to crawl holds nothing that can be a table; the reasons are given.
    case noTable([String])
    /// What was asked for makes no sense; the sentence says why.
    case invalidRequest(String)
    /// The store refused.
    case store(ObjectStoreError.Kind)
  }

  /// What went wrong.
  public var kind: Kind
  /// The file or folder that it is about; empty where there is none.
  public var path: String

  /// An error about a path.
  public init(_ kind: Kind, path: String = "") {
    self.kind = kind
    self.path = path
  }

  /// An error of the store below.
  public init(_ error: ObjectStoreError) { self.init(.store(error.kind), path: error.path) }
}

extension CatalogError: CustomStringConvertible {
  /// Athena's or the Glue API's word for it, if there is one.
  public var code: String? {
    switch kind {
    case .damaged, .laterFormat: "HIVE_METASTORE_ERROR"
    case .tableNotFound: "TABLE_NOT_FOUND"
    case .databaseNotFound: "SCHEMA_NOT_FOUND"
    case .conflict: "ConcurrentModificationException"
    case .versionNotFound: "EntityNotFoundException"
    case .invalidName, .invalidRequest, .nothingThere, .noTable, .store, .incompatible: nil
    }
  }

  /// One sentence: what is wrong.
  public var message: String {
    switch kind {
    case .damaged: "the catalog file '\(path)' is damaged"
    case .laterFormat(let found, let known):
      "the catalog file '\(path)' has format \(found), this release knows up to \(known)"
    case .invalidName(let name, let reason): "the name '\(name)' cannot be used: \(reason)"
    case .tableNotFound(let name): "table '\(name)' does not exist"
    case .databaseNotFound(let name): "database '\(name)' does not exist"
    case .versionNotFound(let name, let version, let newest):
      "table '\(name)' has no version \(version); the newest is \(newest)"
    case .conflict(let name, let attempts):
      "table '\(name)' was changed by others during each of \(attempts) attempts to change it"
    case .incompatible(let name, let mode, _):
      "the new schema of table '\(name)' is not \(mode) compatible"
    case .nothingThere: "there is nothing at '\(path)'"
    case .noTable: "nothing at '\(path)' can be a table"
    case .invalidRequest(let sentence): sentence
    case .store(.notFound): "'\(path)' is not there"
    case .store(.alreadyExists): "'\(path)' exists already"
    case .store(.full): "cannot write '\(path)': no room is left"
    case .store(.system(let call, let words)): "cannot \(call) '\(path)': \(words)"
    }
  }

  /// Where, and what was found there; one line each.
  public var details: [String] {
    switch kind {
    case .damaged(let fact): [fact]
    case .incompatible(_, _, let reasons), .noTable(let reasons): reasons
    default: []
    }
  }

  /// How to go on: one sentence.
  public var help: String? {
    switch kind {
    case .damaged where path.hasSuffix("lake.json"):
      "restore the file from a backup, or remove it: it only says which format the lake has"
    case .damaged:
      "restore the file from a backup; or remove the newest file in 'generations' to go back one"
        + " generation; or, where a crawl made the table, its folder in 'catalog', and crawl again"
    case .laterFormat: "use the release of lake that wrote it, or a later one"
    case .tableNotFound: "`lake catalog tables` lists the tables, `lake crawl` makes them"
    case .databaseNotFound: "`lake catalog databases` lists the databases"
    case .conflict: "run the command again"
    case .incompatible: "crawl with --compat NONE to accept the change"
    default: nil
    }
  }

  /// The message and its details in one line.
  public var description: String { ([message] + details).joined(separator: "; ") }
}
