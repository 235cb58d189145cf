/// What Firehose takes with one request (API reference: PutRecordBatch).
enum PutLimits {
  static let recordCountMax = 500
  /// The data of all records, before base64.
  static let byteCountMax = 4 << 20
  /// The data of one record, before base64.
  static let recordByteCountMax = 1_024_000
  /// What the API answers to a request that is over a limit; none of its records is taken.
  static let errorCode = "InvalidArgumentException"

  /// What of a request is over its limit, in words; nil for one that is taken.
  static func excess(_ records: [JSONValue]) -> String? {
    if records.isEmpty { return "no record, but it takes 1 to \(recordCountMax)" }
    if records.count > recordCountMax {
      return "\(records.count) records, more than the \(recordCountMax) that it takes"
    }
    let byteCount = records.reduce(0) { sum, record in
      sum + (record["Data"]?.stringValue.map(decodedByteCount) ?? 0)
    }
    if byteCount > byteCountMax {
      return "\(byteCount) bytes of data, more than the \(byteCountMax) that it takes"
    }
    return nil
  }

  /// How many bytes a text of base64 stands for.
  private static func decodedByteCount(_ text: String) -> Int {
    let digits = text.utf8.count { $0 != UInt8(ascii: "=") }
    return digits * 3 / 4
  }
}
