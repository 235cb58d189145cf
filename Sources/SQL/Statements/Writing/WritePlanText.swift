import ColumnFormat

extension WritePlan {
  /// The plan as EXPLAIN prints it: what is written, and below it where the rows come from.
  var lines: [String] {
    var lines = ["Write \(details)"]
    guard hasData else { return lines }
    for line in plan.text().split(separator: "\n") { lines.append("  " + line) }
    return lines
  }

  /// The plan as EXPLAIN (FORMAT JSON) prints it.
  func json() -> String {
    let child = hasData ? "[\n\(plan.json(depth: 2, from: 1))\n  ]" : "[]"
    var text: [UInt8] = []
    Array(details.utf8).withUnsafeBytes { JSONScanner.appendString($0, to: &text) }
    return """
      {
        "id": "0",
        "name": "Write",
        "details": [\(String(decoding: text, as: UTF8.self))],
        "outputs": [{"symbol": "rows", "type": "bigint"}],
        "children": \(child)
      }
      """
  }

  /// The target, how its files are laid out, and the columns of its folders.
  private var details: String {
    var text: String
    switch target {
    case .nothing: return "nothing: the table exists"
    case .create(let name, _, _): text = "new table \(name)"
    case .insert(let name): text = "table \(name)"
    case .unload(let folder): text = "folder \(folder)"
    }
    text += " as \(format.layout.title)"
    if format.codec != .uncompressed { text += ", \(format.codec.name)" }
    if !keys.isEmpty { text += ", by [\(keys.map(\.name).joined(separator: ", "))]" }
    if let buckets {
      let names = buckets.columns.map { fields[$0].name }.joined(separator: ", ")
      text += ", \(buckets.count) buckets of [\(names)]"
    }
    return text
  }
}

extension WriteFormat.Layout {
  /// The name that CREATE TABLE AS has for it, or that of the SerDe.
  fileprivate var title: String {
    switch self {
    case .parquet: "PARQUET"
    case .json: "JSON"
    case .delimited: "TEXTFILE"
    case .quoted: "OpenCSVSerde"
    case .csv: "CSV"
    }
  }
}
