import TestSupport

#if canImport(Glibc)
  import Glibc
#endif

/// A session with the shell in a text file: keys to type, and the screens that must come.
///
/// ```
/// size 60x12
/// setup lake generate orders --count 10 > orders.ndjson
/// keys select 1;<Enter>
/// screen
/// lake> select 1;
/// ----
/// ```
/// Keys are tmux's names in angle brackets; `<lt>` is the bracket itself, `<Paste:…>` a paste with
/// `\n` for line ends. `see TEXT` waits until a text is somewhere on the screen, for what does not
/// stay or differs from run to run. `command` names what runs instead of `lake sql`. Times, versions
/// and the test's folder are masked.
struct ScreenScript {
  enum Step: Equatable {
    case setup(String)
    case keys(String)
    case resize(String)
    case see(String)
    case screen([String])
  }

  var head: [String] = []
  var size = "80x24"
  var command = "lake sql"
  var environment: [String] = []
  var steps: [Step] = []

  /// How many times something is typed.
  var interactionCount: Int {
    steps.count { if case .keys = $0 { true } else { false } }
  }

  init(_ text: String) {
    var screen: [String]?
    for line in text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) {
      if screen != nil {
        if line == "----" {
          steps.append(.screen(screen ?? []))
          screen = nil
        } else {
          screen?.append(line)
        }
        continue
      }
      let word = line.prefix { $0 != " " }
      let rest = String(line.dropFirst(word.count + 1))
      switch word {
      case "size": size = rest
      case "command": command = rest
      case "see": steps.append(.see(rest))
      case "env": environment.append(rest)
      case "setup": steps.append(.setup(rest))
      case "keys": steps.append(.keys(rest))
      case "resize": steps.append(.resize(rest))
      case "screen": screen = []
      default: head.append(line)
      }
    }
  }

  /// The file's text with these steps.
  var text: String {
    var lines = head.filter { !$0.isEmpty } + ["", "size \(size)"]
    lines += environment.map { "env " + $0 }
    if command != "lake sql" { lines.append("command " + command) }
    for step in steps {
      switch step {
      case .setup(let command): lines.append("setup " + command)
      case .keys(let keys): lines += ["", "keys " + keys]
      case .resize(let size): lines += ["", "resize " + size]
      case .see(let text): lines.append("see " + text)
      case .screen(let screen): lines += ["screen"] + screen + ["----"]
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }
}

/// A tmux server of one test, with the shell in its only window.
final class ScreenSession {
  private let folder: TemporaryDirectory
  private let program: String
  private var environment: [String]
  private let tmux: String

  /// Whether these tests can run at all.
  static let isTmuxInstalled = ["/usr/bin/tmux", "/usr/local/bin/tmux", "/bin/tmux"]
    .contains { (path: String) in access(path, X_OK) == 0 }

  /// The program that was built beside the tests.
  static let program: String? = {
    var buffer = [CChar](repeating: 0, count: 4096)
    let count = readlink("/proc/self/exe", &buffer, buffer.count)
    guard count > 0 else { return nil }
    let own = String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    let folder = own.split(separator: "/").dropLast().map { "/" + $0 }.joined()
    let program = folder + "/lake"
    return access(program, X_OK) == 0 ? program : nil
  }()

  init(program: String, environment: [String]) {
    folder = TemporaryDirectory()
    self.program = program
    self.environment = environment
    // A socket in the test's own folder: its server is nobody else's.
    tmux = "tmux -S \(folder("socket")) -f /dev/null"
    let bin = folder("bin")
    mkdir(bin, 0o755)
    symlink(program, bin + "/lake")
  }

  deinit { _ = shell("\(tmux) kill-server 2>/dev/null") }

  private var exports: String {
    (["HOME=\(folder.path)", "LANG=C.UTF-8", "LAKE_HOME=./lake", "TERM=screen"]
      + ["PATH=\(folder("bin")):$PATH"] + environment)
      .map { "export '\($0)'; " }.joined()
      .replacing("'PATH=\(folder("bin")):$PATH'", with: "PATH=\"\(folder("bin")):$PATH\"")
      + "unset XDG_STATE_HOME XDG_CONFIG_HOME NO_COLOR COLUMNS LC_ALL LC_CTYPE; "
  }

  func setUp(_ command: String) {
    _ = shell("cd \(folder.path); \(exports) { \(command); } >>log 2>&1")
  }

  func start(_ command: String, size: String) {
    let parts = size.split(separator: "x")
    folder.write(
      "cd \(folder.path); \(exports)\(environment.map { "export '\($0)'; " }.joined())"
        + "\(command)\necho \"left with $?\"\nsleep 1000\n",
      to: "start"
    )
    _ = shell(
      "\(tmux) new-session -d -x \(parts[0]) -y \(parts[1]) 'bash --norc --noprofile \(folder("start"))'"
    )
  }

  func resize(_ size: String) {
    let parts = size.split(separator: "x")
    _ = shell("\(tmux) resize-window -x \(parts[0]) -y \(parts[1])")
  }

  func type(_ keys: String) {
    var rest = keys[...]
    while let character = rest.first {
      if character == "<", let end = rest.firstIndex(of: ">") {
        send(key: String(rest[rest.index(after: rest.startIndex)..<end]))
        rest = rest[rest.index(after: end)...]
      } else {
        let text = rest.prefix { $0 != "<" }
        send(text: String(text))
        rest = rest.dropFirst(text.count)
      }
    }
  }

  private func send(key: String) {
    if key == "lt" { return send(text: "<") }
    if key.hasPrefix("Paste:") {
      folder.write(String(key.dropFirst(6)).replacing("\\n", with: "\n"), to: "paste")
      _ = shell("\(tmux) load-buffer \(folder("paste"))")
      _ = shell("\(tmux) paste-buffer -p")
      return
    }
    _ = shell("\(tmux) send-keys \(key)")
  }

  private func send(text: String) {
    // As hexadecimal bytes: no quoting, and tmux takes no semicolon for its own.
    let bytes = text.utf8.map { String($0, radix: 16) }.joined(separator: " ")
    _ = shell("\(tmux) send-keys -H \(bytes)")
  }

  /// The lines on the screen, without blanks after them and empty lines below them.
  func screen() -> [String] {
    var lines = shell("\(tmux) capture-pane -p").split(
      separator: "\n",
      omittingEmptySubsequences: false
    )
    .map { line in
      var line = String(line)
      while line.last == " " { line.removeLast() }
      return mask(line)
    }
    while lines.last == "" { lines.removeLast() }
    return lines
  }

  /// What differs from run to run.
  private func mask(_ line: String) -> String {
    line.replacing(/[0-9]+\.[0-9]+ s\b/, with: "0.0 s")
      .replacing(/[0-9]+ ms\b/, with: "0.0 s")
      .replacing(/[0-9.]+ [kMG]?B\/s/, with: "0 MB/s")
      .replacing(/lake [0-9]+\.[0-9]+\.[0-9]+[^:]*:/, with: "lake 0.0.0:")
      .replacing(/[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]+Z/, with: "2026-01-01T00:00:00Z")
      .replacing(folder.path, with: "HOME")
  }

  private func shell(_ command: String) -> String {
    guard let pipe = popen(command, "r") else { return "" }
    defer { pclose(pipe) }
    var bytes: [UInt8] = []
    var block = [UInt8](repeating: 0, count: 4096)
    while case let count = fread(&block, 1, block.count, pipe), count > 0 {
      bytes += block[..<count]
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
