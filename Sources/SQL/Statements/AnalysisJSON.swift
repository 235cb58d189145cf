/// The report of EXPLAIN ANALYZE (FORMAT JSON).
enum AnalysisJSON {
  /// One document: the totals, and the operators as a tree.
  static func text(_ statistics: ExecutionStatistics) -> String {
    var next = 0
    let members = [
      "\"milliseconds\": \(AnalysisText.milliseconds(statistics.nanoseconds))",
      "\"threads\": \(statistics.threads)",
      "\"rows\": \(statistics.rowCount)",
      "\"peakMemoryBytes\": \(statistics.peakMemoryByteCount)",
      "\"spilledBytes\": \(statistics.spilledByteCount)",
      "\"operators\": [\n\(list(statistics.operators, depth: 0, &next))\n  ]",
    ]
    return "{\n  " + members.joined(separator: ",\n  ") + "\n}"
  }

  /// The operators at a depth from `next` on, with what stands below them.
  private static func list(_ operators: [OperatorReport], depth: Int, _ next: inout Int) -> String {
    var objects: [String] = []
    while next < operators.count, operators[next].depth >= depth {
      objects.append(object(operators, &next))
    }
    return objects.joined(separator: ",\n")
  }

  private static func object(_ operators: [OperatorReport], _ next: inout Int) -> String {
    let report = operators[next]
    next += 1
    let margin = String(repeating: "  ", count: report.depth + 2)
    var members = [
      "\"name\": \(quoted(report.name))", "\"details\": \(quoted(report.detail))",
      "\"rowsIn\": \(report.rowCountIn)", "\"rowsOut\": \(report.rowCountOut)",
      "\"milliseconds\": \(AnalysisText.milliseconds(report.nanoseconds))",
      "\"memoryBytes\": \(report.peakMemoryByteCount)",
      "\"spilledBytes\": \(report.spilledByteCount)",
    ]
    if let scan = report.scan, scan.fileCountTotal > 0 {
      members.append("\"scan\": \(object(scan))")
    }
    let children = list(operators, depth: report.depth + 1, &next)
    members.append(
      children.isEmpty ? "\"children\": []" : "\"children\": [\n\(children)\n\(margin)]"
    )
    return "\(margin){" + members.joined(separator: ", ") + "}"
  }

  private static func object(_ scan: ScanCounts) -> String {
    let numbers = [
      ("bytesRead", scan.byteCountRead), ("bytesTotal", scan.byteCountTotal),
      ("filesRead", scan.fileCountRead), ("filesTotal", scan.fileCountTotal),
      ("rowGroupsRead", scan.rowGroupCountRead), ("rowGroupsTotal", scan.rowGroupCountTotal),
      ("partitionsRead", scan.partitionCountRead), ("partitionsTotal", scan.partitionCountTotal),
      ("rowsSkipped", scan.rowCountSkipped), ("rowsScanned", scan.rowCountScanned),
    ]
    return "{" + numbers.map { "\"\($0.0)\": \($0.1)" }.joined(separator: ", ") + "}"
  }

  private static func quoted(_ text: String) -> String {
    var bytes: [UInt8] = []
    Array(text.utf8).withUnsafeBytes { JSONScanner.appendString($0, to: &bytes) }
    return String(decoding: bytes, as: UTF8.self)
  }
}
