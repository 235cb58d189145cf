#if canImport(Glibc)
  import Glibc
#endif

/// What was typed before, across sessions.
///
/// The file has one entry a line, with `\n` for a line end and `\\` for a backslash. Every entry is
/// appended by one write, so that shells that run side by side do not lose each other's.
struct History {
  /// The oldest first.
  private(set) var entries: [String] = []
  /// Nil where nothing is kept.
  let path: String?

  static let entryCountMax = 5000

  /// Reads what earlier sessions left; a file that cannot be read is no reason to fail.
  init(path: String?) {
    self.path = path
    guard let path, let text = try? TextFile.read(path) else { return }
    entries = text.split(separator: "\n").map { History.decoded(String($0)) }
    guard entries.count > History.entryCountMax else { return }
    entries.removeFirst(entries.count - History.entryCountMax)
    // Rarely, so that the file does not grow for ever.
    rewrite(path)
  }

  /// `lake/history` in the XDG state folder; nil without a home.
  static var standardPath: String? {
    let state: String
    if let folder = GlobalOptions.environment("XDG_STATE_HOME"), folder.hasPrefix("/") {
      state = folder
    } else if let home = GlobalOptions.environment("HOME"), !home.isEmpty {
      state = home + "/.local/state"
    } else {
      return nil
    }
    return state + "/lake/history"
  }

  /// Keeps an entry; nothing that is blank, begins with a space, or repeats the last one.
  mutating func add(_ entry: String) {
    guard entry.first != " ", entry.contains(where: { !$0.isWhitespace }), entry != entries.last
    else { return }
    entries.append(entry)
    guard let path else { return }
    History.makeFolders(above: path)
    let file = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o600)
    guard file >= 0 else { return }
    var line = History.encoded(entry) + "\n"
    line.withUTF8 { _ = write(file, $0.baseAddress, $0.count) }
    close(file)
  }

  private func rewrite(_ path: String) {
    let temporary = path + ".new-\(getpid())"
    let file = open(temporary, O_WRONLY | O_TRUNC | O_CREAT | O_CLOEXEC, 0o600)
    guard file >= 0 else { return }
    var text = entries.map { History.encoded($0) + "\n" }.joined()
    let written = text.withUTF8 { write(file, $0.baseAddress, $0.count) }
    close(file)
    if written == text.utf8.count { rename(temporary, path) } else { unlink(temporary) }
  }

  private static func makeFolders(above path: String) {
    var folder = ""
    for part in path.split(separator: "/").dropLast() {
      folder += "/" + part
      mkdir(folder, 0o700)
    }
  }

  static func encoded(_ entry: String) -> String {
    var line = ""
    for character in entry.unicodeScalars {
      switch character {
      case "\n": line += "\\n"
      case "\\": line += "\\\\"
      default: line.unicodeScalars.append(character)
      }
    }
    return line
  }

  static func decoded(_ line: String) -> String {
    var entry = ""
    var isEscaped = false
    for character in line.unicodeScalars {
      if isEscaped {
        entry.unicodeScalars.append(character == "n" ? "\n" : character)
        isEscaped = false
      } else if character == "\\" {
        isEscaped = true
      } else {
        entry.unicodeScalars.append(character)
      }
    }
    return entry
  }

  // MARK: Searching

  /// The newest entry before `index` that contains a text, without regard to case.
  func search(_ text: String, before index: Int) -> Int? {
    let wanted = text.lowercased()
    return entries[..<max(0, min(index, entries.count))]
      .lastIndex { $0.lowercased().contains(wanted) }
  }

  /// What the newest entry that begins with a text goes on with.
  func suggestion(for text: String) -> String? {
    guard !text.isEmpty, let entry = entries.last(where: { $0.hasPrefix(text) && $0 != text })
    else { return nil }
    return String(entry.dropFirst(text.count))
  }
}
