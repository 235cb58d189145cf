/// An aggregate of the Kinesis Producer Library (awslabs/amazon-kinesis-producer, aggregation-format.md).
///
/// ```
///   F3 89 9A C2   protocol buffer AggregatedRecord   MD5 of it (16 bytes)
///   AggregatedRecord = { 1: partition keys }  { 2: hash keys }  { 3: Record }
///   Record           = 1: partition key's index, 2: hash key's index, 3: data, 4: tags
/// ```
enum KinesisAggregate {
  private static let magic: [UInt8] = [0xF3, 0x89, 0x9A, 0xC2]
  private static let digestByteCount = 16

  /// The data of the records; nil for a payload that is no aggregate.
  static func records(_ payload: [UInt8]) -> [[UInt8]]? {
    guard payload.starts(with: magic), payload.count >= magic.count + digestByteCount else {
      return nil
    }
    let body = payload[magic.count..<payload.count - digestByteCount]
    guard MD5.digest(Array(body)) == Array(payload.suffix(digestByteCount)) else { return nil }
    var records: [[UInt8]] = []
    guard
      let fields = fields(body)
    else { return nil }
    for (number, value) in fields where number == 3 {
      guard let members = self.fields(value), let data = members.last(where: { $0.number == 3 })
      else { return nil }
      records.append(Array(data.value))
    }
    return records
  }

  /// The fields with a length of a message; others are skipped.
  private static func fields(_ message: ArraySlice<UInt8>)
    -> [(number: Int, value: ArraySlice<UInt8>)]?
  {
    var found: [(number: Int, value: ArraySlice<UInt8>)] = []
    var rest = message
    while !rest.isEmpty {
      guard let tag = varint(&rest) else { return nil }
      switch tag & 7 {
      case 0: if varint(&rest) == nil { return nil }
      case 1: rest = rest.dropFirst(8)
      case 2:
        guard let count = varint(&rest), count <= rest.count else { return nil }
        found.append((tag >> 3, rest.prefix(count)))
        rest = rest.dropFirst(count)
      case 5: rest = rest.dropFirst(4)
      default: return nil
      }
    }
    return found
  }

  private static func varint(_ rest: inout ArraySlice<UInt8>) -> Int? {
    var value = 0
    var shift = 0
    while let byte = rest.popFirst(), shift < 56 {
      value |= Int(byte & 0x7F) << shift
      if byte < 0x80 { return value }
      shift += 7
    }
    return nil
  }
}
