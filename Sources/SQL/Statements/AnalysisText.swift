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
      if report.peakMemoryByteCount > 0 || report.spilledByteCount > 0 {
        lines.append(
          "\(indent)    memory \(report.peakMemoryByteCount) bytes, "
            + "spilled \(report.spilledByteCount) bytes"
        )
      }
      if let scan = report.scan, scan.fileCountTotal > 0 {
        lines.append("\(indent)    read \(what(scan))")
      }
    }
    let sum = statistics.operators.reduce(0) { $0 + $1.nanoseconds }
    lines.append(
      "\(milliseconds(statistics.nanoseconds)) ms by the clock, "
        + "\(milliseconds(sum)) ms of work on \(statistics.threads) threads"
    )
    lines.append("scanned \(what(statistics.scans))")
    lines.append("peak memory \(statistics.peakMemoryByteCount) bytes")
    if statistics.spilledByteCount > 0 {
      lines.append("spilled \(statistics.spilledByteCount) bytes")
    }
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

  static func milliseconds(_ nanoseconds: Int) -> String {
    let tenths = nanoseconds / 100_000
    return "\(tenths / 10).\(tenths % 10)"
  }
}
