import ArgumentParser
import ColumnFormat
import RowFormat

/// `lake inspect`: what is in a Parquet file.
struct InspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "Shows what is in a Parquet file: schema, row groups, columns, pages, first rows.",
    discussion: """
      Without --schema, --pages and --head it shows everything but the pages. A ~ marks a bound of
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
    let file = try ParquetFile(path: path)
    try StandardOutput.write(global.json ? json(file) : text(file))
  }

  /// Whether no part is asked for in particular.
  private var showsAll: Bool { !schema && !pages && head == nil }

  private func text(_ file: ParquetFile) throws -> String {
    let text = InspectionText(file)
    var parts: [String] = []
    if showsAll { parts.append(text.summary) }
    if showsAll || schema { parts.append(text.schema) }
    if showsAll { parts.append(text.columns) }
    if showsAll && file.metadata.rowGroups.count > 1 { parts.append(text.rowGroups) }
    if pages { parts.append(try text.pages()) }
    let rowCount = head ?? (showsAll ? InspectCommand.headRowCount : 0)
    if rowCount > 0 { parts.append(try text.head(rowCount)) }
    return parts.joined(separator: "\n")
  }

  private func json(_ file: ParquetFile) throws -> String {
    let json = InspectionJSON(file)
    var members = json.summary
    if showsAll || schema { members.append(.init(name: "schema", value: json.schema)) }
    if showsAll || pages {
      members.append(.init(name: "rowGroups", value: try json.rowGroups(withPages: pages)))
    }
    if let head { members.append(.init(name: "head", value: try json.head(head))) }
    return JSONValue.object(JSONObject(members)).prettyText
  }
}
