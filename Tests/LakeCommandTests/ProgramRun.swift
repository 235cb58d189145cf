import TestSupport

#if canImport(Glibc)
  import Glibc
#endif

/// The program run as users run it: by a shell, in a folder of its own.
struct ProgramRun {
  let folder = TemporaryDirectory()
  private let exports: String

  init(program: String, environment: [String] = []) {
    let bin = folder("bin")
    mkdir(bin, 0o755)
    symlink(program, bin + "/lake")
    let variables = ["HOME=\(folder.path)", "LANG=C.UTF-8", "LC_ALL=C.UTF-8"] + environment
    exports =
      "cd \(folder.path); export PATH=\(bin):$PATH; "
      + "unset XDG_STATE_HOME XDG_CONFIG_HOME LAKE_HOME LAKE_CONFIG COLUMNS NO_COLOR CLICOLOR_FORCE; "
      + variables.map { "export '\($0)'; " }.joined()
  }

  /// Runs a command; `text` is what it writes to standard output, and with `both` to standard error.
  func run(_ command: String, both: Bool = true) -> (text: String, code: Int32) {
    folder.write(exports + "\n" + command + "\n", to: ".command")
    let pipe = popen("bash \(folder(".command"))\(both ? " 2>&1" : "") </dev/null", "r")
    guard let pipe else { return ("", -1) }
    var bytes: [UInt8] = []
    var block = [UInt8](repeating: 0, count: 16 << 10)
    while case let count = fread(&block, 1, block.count, pipe), count > 0 {
      bytes += block[..<count]
    }
    let status = pclose(pipe)
    let text = String(decoding: bytes, as: UTF8.self).replacing(folder.path, with: "FOLDER")
    return (text, status >> 8 & 0xFF)
  }
}

/// The files of a folder of test cases.
enum CaseFiles {
  static func names(in folder: String, suffix: String) -> [String] {
    guard let stream = opendir(TestPaths.repository + "/" + folder) else { return [] }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { tuple in
        tuple.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name.hasSuffix(suffix) { names.append(name) }
    }
    return names.sorted()
  }
}
