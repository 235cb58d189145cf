import ColumnFormat

/// The time zones that the program carries, for systems that have no `/usr/share/zoneinfo`.
enum CarriedZones {
  /// The contents of a zone's TZif file; nil where there is no such zone.
  static func contents(_ name: String) -> [UInt8]? {
    files[name].map { Array(bytes[$0]) }
  }

  /// Everything, unpacked when it is first needed: some 230 KB.
  private static let bytes: [UInt8] = {
    guard let packed = Base64.decode(ZoneTables.packed) else { return [] }
    var whole = [UInt8](repeating: 0, count: ZoneTables.byteCount)
    let isSound = whole.withUnsafeMutableBytes { target in
      packed.withUnsafeBytes { source in
        (try? Decompressor().decompress(.gzip, source, into: target)) != nil
      }
    }
    return isSound ? whole : []
  }()

  /// Where each zone's file lies in `bytes`.
  private static let files: [String: Range<Int>] = {
    var files: [String: Range<Int>] = [:]
    let lines = bytes.split(separator: 10, omittingEmptySubsequences: false).prefix { !$0.isEmpty }
    guard var start = lines.last.map({ $0.endIndex + 2 }) else { return [:] }
    for line in lines {
      let words = String(decoding: line, as: UTF8.self).split(separator: " ")
      guard let size = words.first.flatMap({ Int($0) }) else { return [:] }
      for name in words.dropFirst() { files[String(name)] = start..<(start + size) }
      start += size
    }
    return files
  }()
}
