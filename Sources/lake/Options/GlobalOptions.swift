import ArgumentParser

#if canImport(Glibc)
  import Glibc
#endif

/// When to use something that only makes sense before human eyes.
enum When: String, ExpressibleByArgument, CaseIterable, Sendable {
  case auto, always, never
}

extension When {
  /// Whether to colour what goes to a file descriptor: https://no-color.org, https://bixense.com/clicolors.
  func usesColor(on descriptor: Int32) -> Bool {
    switch self {
    case .always: return true
    case .never: return false
    case .auto:
      if let none = GlobalOptions.environment("NO_COLOR"), !none.isEmpty { return false }
      if let force = GlobalOptions.environment("CLICOLOR_FORCE"), force != "0" { return true }
      if GlobalOptions.environment("TERM") == "dumb" { return false }
      if GlobalOptions.environment("CLICOLOR") == "0" { return false }
      return isatty(descriptor) != 0
    }
  }
}

/// The options that every command understands.
struct GlobalOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The lake's folder.",
      discussion: "Default: $LAKE_HOME, or ./lake.",
      valueName: "dir"
    )
  )
  var lake: String?

  @Option(
    help: ArgumentHelp(
      "A file of options.",
      discussion: "Default: $LAKE_CONFIG, or lake/lake.conf in the XDG configuration folder.",
      valueName: "file"
    )
  )
  var config: String?

  @Option(
    help: ArgumentHelp("How many threads to use; default: one for each core.", valueName: "n")
  )
  var threads: Int?

  @Option(
    help: ArgumentHelp(
      "How much memory to use: 512MB, 2GiB; default: 70 % of the machine.",
      valueName: "size"
    )
  )
  var memory: ByteSize?

  @Option(
    help: ArgumentHelp(
      "The folder that holds the buckets of s3:// locations.",
      discussion: "Default: $LAKE_S3_ROOT.",
      valueName: "dir"
    )
  )
  var s3Root: String?

  @Option(help: "Colours on standard error and in tables.")
  var color: When = .auto

  @Option(help: "Progress of long work on standard error.")
  var progress: When = .auto

  @Flag(name: [.customShort("q"), .long], help: "Print only results and errors.")
  var quiet = false

  @Flag(help: "Add inner causes to errors.")
  var debug = false

  @Flag(help: "Report in JSON.")
  var json = false

  mutating func validate() throws {
    if let threads, !(1...1024).contains(threads) {
      throw ValidationError("--threads must be 1 to 1024, not \(threads)")
    }
    if let memory, memory.byteCount < 16 << 20 {
      throw ValidationError("--memory must be at least 16MiB, not \(memory.byteCount) bytes")
    }
    var info = stat()
    if stat(lakeFolder, &info) == 0, info.st_mode & S_IFMT != S_IFDIR, needsLake {
      throw ValidationError("'\(lakeFolder)' is no folder; --lake and $LAKE_HOME name a folder")
    }
  }
}

extension GlobalOptions {
  /// The lake's folder as asked, from the environment, or `./lake`.
  var lakeFolder: String {
    if let lake { return lake }
    if let home = GlobalOptions.environment("LAKE_HOME"), !home.isEmpty { return home }
    return "./lake"
  }

  /// Whether a lake must be there or be made: the program itself may lie in the current folder under
  /// the name that a lake has when none is named.
  private var needsLake: Bool {
    let isNamed = lake != nil || !(GlobalOptions.environment("LAKE_HOME") ?? "").isEmpty
    let command = Lake.globalOptionsLast(Array(CommandLine.arguments.dropFirst())).first ?? ""
    return isNamed || !["generate", "inspect", "sql"].contains(command)
  }

  /// How many threads may work.
  var threadCount: Int { threads ?? GlobalOptions.coreCount }

  /// How many bytes may be used.
  var memoryByteCount: Int { memory?.byteCount ?? GlobalOptions.physicalByteCount / 10 * 7 }

  /// Whether to colour what goes to a file descriptor.
  func usesColor(on descriptor: Int32) -> Bool { color.usesColor(on: descriptor) }

  /// Whether long work shows how far it is.
  var showsProgress: Bool {
    switch progress {
    case .always: true
    case .never: false
    case .auto: !quiet && isatty(STDERR_FILENO) != 0 && GlobalOptions.canMoveCursor
    }
  }

  /// Whether the terminal understands more than text and line ends.
  static var canMoveCursor: Bool {
    let terminal = environment("TERM") ?? ""
    return !terminal.isEmpty && terminal != "dumb"
  }

  static func environment(_ name: String) -> String? {
    getenv(name).map { String(cString: $0) }
  }

  /// The cores that are switched on.
  static var coreCount: Int { max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))) }

  /// The machine's memory, or the control group's limit where that is lower.
  static var physicalByteCount: Int {
    let machine = Int(sysconf(Int32(_SC_PHYS_PAGES))) * Int(sysconf(Int32(_SC_PAGESIZE)))
    guard let file = fopen("/sys/fs/cgroup/memory.max", "r") else { return machine }
    defer { fclose(file) }
    var limit = 0
    // The file says `max` where there is no limit, which is not a number.
    return withUnsafeMutablePointer(to: &limit) {
      withVaList([$0]) { vfscanf(file, "%ld", $0) }
    } == 1 ? min(machine, limit) : machine
  }
}
