import ObjectStore
import RowFormat

/// The version of a stream's configuration, which its objects carry in their names: 1, and one more
/// whenever a run has other settings than the last one, as Firehose counts updates of a destination.
///
/// Kept in `streams/STREAM/version.json` with the settings as text.
struct StreamVersion: Sendable, Equatable {
  var number = 1
  var configuration: String

  private static let path = "version.json"

  /// The version of a run that begins.
  ///
  /// - Parameters:
  ///   - settings: The run's settings.
  ///   - store: The stream's folder.
  ///   - keeps: Whether it is the stream's from now on.
  /// - Returns: The version.
  /// - Throws: When the disk refuses.
  static func next(
    _ settings: DeliverySettings,
    _ store: LocalFolder,
    keeps: Bool
  ) throws(LakeWriterError) -> StreamVersion {
    var version = StreamVersion(configuration: settings.configuration)
    if let last = load(store) {
      version.number = last.number + (last.configuration == version.configuration ? 0 : 1)
      if last == version { return version }
    }
    if !keeps { return version }
    let json: JSONValue = [
      "version": .integer(version.number), "configuration": .string(version.configuration),
    ]
    do throws(ObjectStoreError) {
      try store.put(Array((json.prettyText + "\n").utf8), at: path)
    } catch {
      throw LakeWriterError(destination: error, path: store.systemPath(path))
    }
    return version
  }

  /// The version of the last run; nil where nobody knows it, as nothing but names depends on it.
  private static func load(_ store: LocalFolder) -> StreamVersion? {
    guard let bytes = try? store.read(path), let json = try? JSONValue.parse(bytes),
      let number = json["version"]?.integerValue, number > 0,
      let configuration = json["configuration"]?.stringValue
    else { return nil }
    return StreamVersion(number: number, configuration: configuration)
  }
}
