import RowFormat

/// The zone in which folders and names tell the time: UTC unless set (Firehose, *CustomTimeZone*).
public struct PrefixZone: Sendable, Equatable {
  /// The zone's name: `Asia/Tokyo`.
  public let name: String
  private let file: TimeZoneFile?

  /// Coordinated Universal Time.
  public static let utc = PrefixZone()

  private init() {
    name = "UTC"
    file = nil
  }

  /// A zone by its name in the IANA data base.
  ///
  /// - Throws: `invalidSettings` where there is no such zone.
  public init(_ name: String) throws(LakeWriterError) {
    // As Firehose bounds it.
    let isPlain = name.utf8.allSatisfy {
      ($0 | 0x20 >= 97 && $0 | 0x20 <= 122) || $0 == 47 || $0 == 95
    }
    guard name.utf8.count <= 50, isPlain, let file = TimeZoneFile(name: name) else {
      throw LakeWriterError(
        .invalidSettings("--time-zone: there is no zone '\(name)'"),
        path: "",
        help: "write an IANA name such as Asia/Tokyo; names are told apart by case"
      )
    }
    self.name = name
    self.file = name == "UTC" ? nil : file
  }

  /// Whether two zones have one name.
  public static func == (left: PrefixZone, right: PrefixZone) -> Bool { left.name == right.name }

  /// What the clock on the wall shows at an instant, in milliseconds as if it were UTC.
  func local(millis: Int64) -> Int64 {
    guard let file else { return millis }
    return millis + Int64(file.offsetSeconds(utcSeconds: floorDivide(millis, 1000))) * 1000
  }
}
