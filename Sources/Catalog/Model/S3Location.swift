/// Places in S3: `s3://bucket/key`, also with Hadoop's schemes, and what stands for them on a disk.
package enum S3Location {
  /// `bucket/key` of such a place, without slashes at the end; nil for other places.
  ///
  /// Parts `.` and `..` are names in S3, so they come out as ``literal(_:)`` writes them.
  package static func key(of location: String) -> String? {
    for scheme in ["s3://", "s3a://", "s3n://"] where location.hasPrefix(scheme) {
      var key = location.dropFirst(scheme.utf8.count)
      while key.hasSuffix("/") { key.removeLast() }
      return literal(String(key))
    }
    return nil
  }

  /// A path whose parts are all names: `.` and `..` become `%2E` and `%2E%2E`, which do not lead out
  /// of a folder.
  package static func literal(_ path: String) -> String {
    func leads(_ part: Substring) -> Bool { part == "." || part == ".." }
    let parts = path.split(separator: "/", omittingEmptySubsequences: false)
    if !parts.contains(where: leads) { return path }
    return parts.map { leads($0) ? String($0).replacing(".", with: "%2E") : String($0) }
      .joined(separator: "/")
  }
}
