import SQL

/// What a query read and took, for people and for machines.
enum StatisticsText {
  /// One line: `12 rows, 0.034 s, 1.2 MB of 48.0 MB scanned, 2 of 720 files, 5 of 30 row groups`.
  static func summary(_ statistics: QueryStatistics) -> String {
    var parts = [count(statistics.rowCount, "row"), seconds(statistics.seconds)]
    if statistics.fileCountTotal > 0 {
      parts.append(
        "\(ByteSize.text(statistics.byteCountRead)) of \(ByteSize.text(statistics.byteCountTotal))"
          + " scanned"
      )
      parts.append("\(statistics.fileCountRead) of \(count(statistics.fileCountTotal, "file"))")
      if statistics.rowGroupCountTotal > 0 {
        parts.append(
          "\(statistics.rowGroupCountRead) of \(count(statistics.rowGroupCountTotal, "row group"))"
        )
      }
    }
    return parts.joined(separator: ", ")
  }

  /// Everything, a line each.
  static func lines(_ statistics: QueryStatistics) -> String {
    var lines = [
      "rows          \(grouped(statistics.rowCount))",
      "time          \(seconds(statistics.seconds))"
        + " (planning \(seconds(statistics.planningSeconds)),"
        + " execution \(seconds(statistics.executionSeconds)))",
    ]
    if statistics.fileCountTotal > 0 {
      lines += [
        "bytes         \(ByteSize.text(statistics.byteCountRead))"
          + " of \(ByteSize.text(statistics.byteCountTotal)) scanned",
        "rows scanned  \(grouped(statistics.rowCountScanned))",
        "files         \(statistics.fileCountRead) of \(statistics.fileCountTotal) read",
      ]
      if statistics.partitionCountTotal > 0 {
        lines.append(
          "partitions    \(statistics.partitionCountRead) of \(statistics.partitionCountTotal) read"
        )
      }
      if statistics.rowGroupCountTotal > 0 {
        lines.append(
          "row groups    \(statistics.rowGroupCountRead) of \(statistics.rowGroupCountTotal) read"
        )
      }
    }
    lines.append("peak memory   \(ByteSize.text(statistics.peakMemoryByteCount))")
    if statistics.spilledByteCount > 0 {
      lines.append("spilled       \(ByteSize.text(statistics.spilledByteCount))")
    }
    return lines.joined(separator: "\n")
  }

  static func json(_ statistics: QueryStatistics) -> String {
    let numbers: [(String, Int)] = [
      ("rows", statistics.rowCount), ("rowsScanned", statistics.rowCountScanned),
      ("bytesScanned", statistics.byteCountRead), ("bytesTotal", statistics.byteCountTotal),
      ("filesRead", statistics.fileCountRead), ("filesTotal", statistics.fileCountTotal),
      ("partitionsRead", statistics.partitionCountRead),
      ("partitionsTotal", statistics.partitionCountTotal),
      ("rowGroupsRead", statistics.rowGroupCountRead),
      ("rowGroupsTotal", statistics.rowGroupCountTotal),
      ("peakMemoryBytes", statistics.peakMemoryByteCount),
      ("spilledBytes", statistics.spilledByteCount),
    ]
    let times = [
      ("seconds", statistics.seconds), ("planningSeconds", statistics.planningSeconds),
      ("executionSeconds", statistics.executionSeconds),
    ]
    let members =
      numbers.map { "\"\($0.0)\": \($0.1)" } + times.map { "\"\($0.0)\": \(decimal($0.1, 6))" }
    return "{" + members.joined(separator: ", ") + "}"
  }

  static func seconds(_ value: Double) -> String { decimal(value, 3) + " s" }

  /// A number that is not negative with a fixed number of decimals.
  static func decimal(_ value: Double, _ places: Int) -> String {
    var scale = 1.0
    for _ in 0..<places { scale *= 10 }
    let whole = Int((max(0, value) * scale).rounded())
    let digits = String(whole % Int(scale))
    let zeros = String(repeating: "0", count: places - digits.utf8.count)
    return "\(whole / Int(scale)).\(zeros)\(digits)"
  }

  private static func count(_ number: Int, _ noun: String) -> String {
    "\(grouped(number)) \(noun)\(number == 1 ? "" : "s")"
  }

  /// Digits in groups of three: `1,234,567`.
  static func grouped(_ number: Int) -> String {
    let digits = Array(String(number.magnitude))
    var text = number < 0 ? "-" : ""
    for (index, digit) in digits.enumerated() {
      if index > 0 && (digits.count - index) % 3 == 0 { text += "," }
      text.append(digit)
    }
    return text
  }
}
