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
      if let scan = report.scan, scan.fileCountTotal > 0 {
        lines.append("\(indent)    read \(what(scan))")
      }
    }
    lines.append("scanned \(what(statistics.scans))")
    lines.append("peak memory \(statistics.peakMemoryByteCount) bytes")
    return lines
  }

  /// What was read, of how much.
  private static func what(_ scan: ScanCounts) -> String {
    "\(scan.byteCountRead) of \(scan.byteCountTotal) bytes, "
      + "\(scan.fileCountRead) of \(scan.fileCountTotal) files, "
      + "\(scan.rowGroupCountRead) of \(scan.rowGroupCountTotal) row groups, "
      + "\(scan.partitionCountRead) of \(scan.partitionCountTotal) partitions"
      + (scan.rowCountSkipped > 0 ? "; \(scan.rowCountSkipped) rows left out unread" : "")
  }

  private static func milliseconds(_ nanoseconds: Int) -> String {
    let tenths = nanoseconds / 100_000
    return "\(tenths / 10).\(tenths % 10)"
  }
}
