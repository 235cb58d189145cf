/// Places in S3: `s3://bucket/key`, also with Hadoop's schemes.
package enum S3Location {
  /// `bucket/key` of such a place, without slashes at the end; nil for other places.
  package static func key(of location: String) -> String? {
    for scheme in ["s3://", "s3a://", "s3n://"] where location.hasPrefix(scheme) {
      var key = location.dropFirst(scheme.utf8.count)
      while key.hasSuffix("/") { key.removeLast() }
      return String(key)
    }
    return nil
  }
}
