import ArgumentParser
import ColumnFormat
import RowFormat

#if canImport(Glibc)
  import Glibc
#endif

/// `lake inspect`: what is in a Parquet file.
struct InspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "Shows what is in a Parquet file: schema, row groups, columns, pages, first rows.",
    discussion: """
      Without --schema, --pages and --head it shows everything but the pages. A ~ marks a bound of \
      text that was cut when the file was written.
      """
  )

  @Argument(
    help: ArgumentHelp("The Parquet file.", valueName: "file"),
    completion: .file(extensions: ["parquet"])
  )
  var path: String
  @Flag(help: "Show the tree of columns.")
  var schema = false
  @Flag(help: "Show all pages.")
  var pages = false
  @Option(help: ArgumentHelp("Show the first rows.", valueName: "n"))
  var head: Int?
  @OptionGroup var global: GlobalOptions

  /// The rows shown when nothing is asked for in particular.
  private static let headRowCount = 5

  func validate() throws {
    if let head, head < 0 { throw ValidationError("--head must not be negative") }
  }

  func run() throws {
    let file: ParquetFile
    do { file = try ParquetFile(path: path) } catch {
      guard var failure = Failure(error), let suggestion else { throw error }
      failure.help = suggestion
      throw failure
    }
    try global.json ? writeJSON(file) : writeText(file)
  }

  /// The command for files of text, which have no inside.
  private var suggestion: String? {
    let endings = [".csv", ".tsv", ".json", ".ndjson", ".csv.gz", ".ndjson.gz"]
    guard access(path, R_OK) == 0, endings.contains(where: { path.hasSuffix($0) }) else {
      return nil
    }
    return "the columns of text are shown by: lake sql \"describe '\(path)'\""
  }

  /// Whether no part is asked for in particular.
  private var showsAll: Bool { !schema && !pages && head == nil }

  /// Writes part by part, so that damage to pages does not hide what the footer says.
  private func writeText(_ file: ParquetFile) throws {
    let text = InspectionText(file)
    var isFirst = true
    func write(_ part: String) throws {
      try StandardOutput.write(isFirst ? part : "\n" + part)
      isFirst = false
    }
    if showsAll { try write(text.summary) }
    if showsAll || schema { try write(text.schema) }
    if showsAll { try write(text.columns) }
    if showsAll && file.metadata.rowGroups.count > 1 { try write(text.rowGroups) }
    var damage: ColumnFormatError?
    if pages {
      let listing = text.pages()
      try write(listing.text)
      damage = listing.damage
    }
    let rowCount = head ?? (showsAll ? InspectCommand.headRowCount : 0)
    if rowCount > 0 { try write(try text.head(rowCount)) }
    if let damage { throw damage }
  }

  private func writeJSON(_ file: ParquetFile) throws {
    let json = InspectionJSON(file)
    var members = json.summary
    var damage: ColumnFormatError?
    if showsAll || schema { members.append(.init(name: "schema", value: json.schema)) }
    if showsAll || pages {
      let groups = json.rowGroups(withPages: pages)
      members.append(.init(name: "rowGroups", value: groups.value))
      damage = groups.damage
    }
    if let head {
      do throws(ColumnFormatError) {
        members.append(.init(name: "head", value: try json.head(head)))
      } catch {
        damage = damage ?? error
      }
    }
    try StandardOutput.write(JSONValue.object(JSONObject(members)).prettyText)
    if let damage { throw damage }
  }
}
