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
  /// Paths that lead to files that are there already, and are left out.
  var repeated: [String] = []

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
  ///
  /// A file that several arguments, or links, lead to is there once.
  static func expand(_ arguments: [String]) throws -> InputPaths {
    var paths = InputPaths(files: [], totalByteCount: 0)
    var known: Set<String> = []
    for argument in arguments {
      if argument == "-" {
        paths.add(argument, byteCount: nil, known: &known)
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
        for file in listed {
          paths.add(base + file.path, byteCount: file.byteCount, known: &known)
        }
      } else {
        let isRegular = information.st_mode & S_IFMT == S_IFREG
        let byteCount = isRegular ? Int(information.st_size) : nil
        paths.add(argument, byteCount: byteCount, known: &known)
      }
    }
    return paths
  }

  private mutating func add(_ path: String, byteCount: Int?, known: inout Set<String>) {
    if let real = path == "-" ? nil : realpath(path, nil) {
      defer { free(real) }
      if !known.insert(String(cString: real)).inserted { return repeated.append(path) }
    }
    files.append(path)
    totalByteCount = totalByteCount.flatMap { total in byteCount.map { total + $0 } }
  }

  /// Says which files are left out, as one may have meant them to be delivered twice.
  func noteRepeated() {
    guard let first = repeated.first else { return }
    let others = repeated.count > 1 ? " and \(repeated.count - 1) more are" : " is"
    StandardError.note("'\(first)'\(others) named twice, or by a link, and delivered once")
  }
}
