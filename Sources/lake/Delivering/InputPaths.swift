import ObjectStore

#if canImport(Glibc)
  import Glibc
#endif

/// The files that the arguments of a command stand for.
struct InputPaths {
  /// Files in the order of the arguments, those of a folder sorted by name; `-` stays.
  var files: [String]
  /// Their size; nil when one of them has none, as standard input.
  var totalByteCount: Int?

  /// A path that means the same whatever the current folder is.
  static func absolute(_ path: String) throws -> String {
    if path.hasPrefix("/") { return path }
    guard let current = getcwd(nil, 0) else {
      throw Failure(message: "cannot tell the current folder: \(String(cString: strerror(errno)))")
    }
    defer { free(current) }
    return "\(String(cString: current))/\(path)"
  }

  /// Replaces folders by the files in them, without names that begin with `_` or `.`.
  static func expand(_ arguments: [String]) throws -> InputPaths {
    var files: [String] = []
    var total: Int? = 0
    for argument in arguments {
      if argument == "-" {
        files.append(argument)
        total = nil
        continue
      }
      var information = stat()
      guard stat(argument, &information) == 0 else {
        throw Failure(
          message: "cannot read '\(argument)': \(String(cString: strerror(errno)))",
          help: "name a file, a folder, or - for standard input"
        )
      }
      if information.st_mode & S_IFMT == S_IFDIR {
        let listed = try LocalFolder(argument).list("")
        if listed.isEmpty {
          throw Failure(message: "there are no files in the folder '\(argument)'")
        }
        let base = argument.hasSuffix("/") ? argument : argument + "/"
        files += listed.map { base + $0.path }
        total = total.map { $0 + listed.reduce(0) { $0 + $1.byteCount } }
      } else {
        files.append(argument)
        let isRegular = information.st_mode & S_IFMT == S_IFREG
        total = isRegular ? total.map { $0 + Int(information.st_size) } : nil
      }
    }
    return InputPaths(files: files, totalByteCount: total)
  }
}
