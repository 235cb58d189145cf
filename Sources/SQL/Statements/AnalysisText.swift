/// The report of EXPLAIN ANALYZE.
enum AnalysisText {
  static func lines(_ statistics: ExecutionStatistics) -> [String] {
    var lines: [String] = []
    for report in statistics.operators {
      let indent = String(repeating: "  ", count: report.depth)
      let detail = report.detail.isEmpty ? "" : " " + report.detail
      lines.append("\(indent)\(report.name)\(detail)")
      lines.append(
        "\(indent)    rows in \(report.rowCountIn), out \(report.rowCountOut); "
          + "\(milliseconds(report.nanoseconds)) ms"
      )
    }
    lines.append(
      "scanned \(statistics.byteCountRead) of \(statistics.byteCountTotal) bytes, "
        + "\(statistics.fileCountRead) of \(statistics.fileCountTotal) files, "
        + "\(statistics.rowGroupCountRead) of \(statistics.rowGroupCountTotal) row groups, "
        + "\(statistics.partitionCountRead) of \(statistics.partitionCountTotal) partitions"
    )
    lines.append("peak memory \(statistics.peakMemoryByteCount) bytes")
    return lines
  }

  private static func milliseconds(_ nanoseconds: Int) -> String {
    let tenths = nanoseconds / 100_000
    return "\(tenths / 10).\(tenths % 10)"
  }
}
