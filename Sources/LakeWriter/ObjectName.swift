/// Names of delivered objects, as Firehose forms them:
/// `STREAM-VERSION-yyyy-MM-dd-HH-mm-ss-UUID.EXTENSION`.
struct ObjectName {
  var stream: String
  /// Grows by one with each change of the stream's settings.
  var version: Int

  /// The names of a shard's objects; of all objects where there are no shards.
  func of(shard: Int?) -> ObjectName {
    guard let shard else { return self }
    return ObjectName(stream: "\(stream).\(HashKeyRanges.id(shard))", version: version)
  }

  /// A name; the time is the arrival of the file's oldest record, in UTC.
  func next(openedMillis: Int64, extension suffix: String) -> String {
    var random = SystemRandomNumberGenerator()
    let seconds = floorDivide(openedMillis, 1000)
    let days = floorDivide(seconds, 86_400)
    let date = civilDate(daysSinceEpoch: days)
    let rest = seconds - days * 86_400
    let time = [
      padded(date.year, 4), padded(date.month, 2), padded(date.day, 2), padded(rest / 3600, 2),
      padded(rest / 60 % 60, 2), padded(rest % 60, 2),
    ].joined(separator: "-")
    return "\(stream)-\(version)-\(time)-\(ObjectName.uuid(&random))\(suffix)"
  }

  /// How long names are at most, for versions of up to six digits.
  func byteCount(extension suffix: String) -> Int {
    stream.utf8.count + 6 + "-".utf8.count * 3 + "yyyy-MM-dd-HH-mm-ss".utf8.count + 36
      + suffix.utf8.count
  }

  /// A random UUID (RFC 9562, version 4) in lower case.
  static func uuid(_ random: inout some RandomNumberGenerator) -> String {
    let high = (random.next() as UInt64) & 0xFFFF_FFFF_FFFF_0FFF | 0x4000
    let low = (random.next() as UInt64) & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000
    let text = hex(high) + hex(low)
    var parts: [Substring] = []
    var rest = text[...]
    for length in [8, 4, 4, 4, 12] {
      parts.append(rest.prefix(length))
      rest = rest.dropFirst(length)
    }
    return parts.joined(separator: "-")
  }

  private static func hex(_ value: UInt64) -> String {
    let text = String(value, radix: 16)
    return String(repeating: "0", count: 16 - text.utf8.count) + text
  }
}
