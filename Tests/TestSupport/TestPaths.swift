/// Where the repository's test data lie, found from this file's own place.
public enum TestPaths {
  /// The root of the checkout.
  public static let repository: String = {
    var parts = #filePath.split(separator: "/", omittingEmptySubsequences: false)
    parts.removeLast(3)
    return parts.joined(separator: "/")
  }()

  /// The folder `fixtures`.
  public static var fixtures: String { repository + "/fixtures" }

  /// The folder `Tests/Scripts`.
  public static var scripts: String { repository + "/Tests/Scripts" }
}
