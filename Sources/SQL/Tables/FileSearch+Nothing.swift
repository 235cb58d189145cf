import ObjectStore

#if canImport(Glibc)
  import Glibc
#endif

extension FileSearch {
  /// Why a path gives no table: what is missing, and what may have been meant.
  static func nothing(_ pattern: String) -> SQLError {
    if GlobPattern.isPattern(pattern) {
      return SQLError(.tableNotFound, "no file fits '\(pattern)'", help: nearest(pattern))
    }
    var status = stat()
    if stat(pattern, &status) == 0 {
      return SQLError(
        .tableNotFound,
        "the folder '\(pattern)' holds no files",
        help: "names that begin with _ or . are passed over"
      )
    }
    return SQLError(.tableNotFound, "'\(pattern)' does not exist", help: nearest(pattern))
  }

  /// The first part of the path that is not there, and a name beside it that is nearly the same.
  private static func nearest(_ path: String) -> String? {
    var folder = path.hasPrefix("/") ? "/" : ""
    for part in path.split(separator: "/").map(String.init) {
      if GlobPattern.isPattern(part) { return nil }
      var status = stat()
      if stat(folder + part, &status) == 0 {
        folder += part + "/"
        continue
      }
      let entries = (try? LocalFolder(folder.isEmpty ? "." : folder).entries(of: "")) ?? []
      let names = entries.map(\.name).sorted()
      if let near = NearestName.suggestion(for: part, among: names) {
        return "did you mean '\(folder)\(near)'?"
      }
      return folder + part == path ? nil : "'\(folder)\(part)' does not exist"
    }
    return nil
  }
}
