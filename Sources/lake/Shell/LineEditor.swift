import SQL

/// The state of the line that is being typed: takes keys, says what is to be done.
///
/// It knows neither the terminal nor files, so that tests can type.
struct LineEditor {
  /// What a key asks the shell to do.
  enum Action: Equatable {
    case none
    /// The text is complete.
    case submit(String)
    /// Ctrl-C: the text is given up.
    case interrupt
    /// Ctrl-D on an empty line.
    case leave
    case suspend
    case clearScreen
    /// The key has no use here.
    case beep
  }

  var buffer = LineBuffer()
  var history: History
  private(set) var completion: Completion?
  /// The candidate that stands in the text, after more than one Tab.
  private(set) var selected: Int?
  private(set) var search: HistorySearch?
  /// The entry that is shown; nil for the text that is being typed.
  private var place: Int?
  private var draft = ""

  init(history: History) { self.history = history }

  // MARK: Keys

  /// Does what a key asks for.
  mutating func handle(_ key: Key, _ vocabulary: any CompletionVocabulary) -> Action {
    if search != nil, let action = handleInSearch(key) { return action }
    if key == .tab || (key == .backTab && completion != nil) {
      return complete(forward: key == .tab, vocabulary)
    }
    completion = nil
    selected = nil
    switch key {
    case .text(let text):
      buffer.insert(text)
    case .paste(let text): buffer.insert(text)
    case .enter: return enter()
    case .metaEnter: buffer.insert("\n")
    case .control("c"):
      finish()
      return .interrupt
    case .control("d"):
      if buffer.isEmpty { return .leave }
      buffer.deleteForward()
    case .control("z"): return .suspend
    case .control("l"): return .clearScreen
    case .control("r"): search = HistorySearch(history)
    case .control("p"): return earlier()
    case .control("n"): return later()
    case .up: if !buffer.moveUp() { return earlier() }
    case .down: if !buffer.moveDown() { return later() }
    case .control("f"), .right: moveRightOrAccept()
    case .control("e"), .end:
      if buffer.cursor == buffer.characters.count { acceptSuggestion() }
      buffer.moveToLineEnd()
    case .pageUp: buffer.move(to: 0)
    case .pageDown: buffer.move(to: buffer.characters.count)
    case .unknown, .backTab: return .beep
    default: edit(key)
    }
    return .none
  }

  /// The keys that only change the text or move in it, as in readline's Emacs mode.
  private mutating func edit(_ key: Key) {
    switch key {
    case .backspace: buffer.deleteBackward()
    case .delete: buffer.deleteForward()
    case .left, .control("b"): buffer.moveLeft()
    case .wordLeft, .meta("b"): buffer.moveWordLeft()
    case .wordRight, .meta("f"): buffer.moveWordRight()
    case .home, .control("a"): buffer.moveToLineStart()
    case .control("k"): buffer.killToLineEnd()
    case .control("u"): buffer.killToLineStart()
    case .control("w"): buffer.killBlankWordBackward()
    case .metaBackspace: buffer.killWordBackward()
    case .meta("d"): buffer.killWordForward()
    case .control("y"): buffer.yank()
    case .meta("y"): buffer.yankEarlier()
    case .control("t"): buffer.transpose()
    case .control("_"): buffer.undo()
    case .meta("u"): buffer.changeCase { $0.uppercased() }
    case .meta("l"): buffer.changeCase { $0.lowercased() }
    default: break
    }
  }

  private mutating func enter() -> Action {
    let text = buffer.text
    guard LineEditor.isComplete(text) else {
      buffer.insert("\n")
      return .none
    }
    buffer.move(to: buffer.characters.count)
    finish()
    return .submit(text)
  }

  /// Forgets where the history was looked at; the text stays until the shell has drawn it.
  private mutating func finish() {
    place = nil
    draft = ""
    search = nil
    completion = nil
  }

  // MARK: History

  private mutating func earlier() -> Action {
    let index = (place ?? history.entries.count) - 1
    guard index >= 0 else { return .beep }
    if place == nil { draft = buffer.text }
    show(index)
    return .none
  }

  private mutating func later() -> Action {
    guard let current = place else { return .beep }
    show(current + 1)
    return .none
  }

  private mutating func show(_ index: Int) {
    let isDraft = index >= history.entries.count
    place = isDraft ? nil : index
    buffer.replaceAll(isDraft ? draft : history.entries[index])
  }

  /// What the history would go on with; only at the end of a text.
  var suggestion: String? {
    guard completion == nil, search == nil, place == nil,
      buffer.cursor == buffer.characters.count
    else { return nil }
    return history.suggestion(for: buffer.text)
  }

  private mutating func moveRightOrAccept() {
    if buffer.cursor == buffer.characters.count {
      acceptSuggestion()
    } else {
      buffer.moveRight()
    }
  }

  private mutating func acceptSuggestion() {
    if let suggestion { buffer.insert(suggestion) }
  }

  private mutating func handleInSearch(_ key: Key) -> Action? {
    guard var current = search else { return nil }
    switch key {
    case .text(let text): current.extend(text)
    case .backspace: current.shorten()
    case .control("r"): current.next()
    case .control("g"), .control("c"):
      search = nil
      return Action.none
    case .escape, .tab, .right, .left, .home, .end, .control("a"), .control("e"), .enter:
      if let match = current.match { buffer.replaceAll(match) }
      search = nil
      // Enter runs what was found; the others leave it to be edited.
      return key == .enter ? nil : Action.none
    default:
      if let match = current.match { buffer.replaceAll(match) }
      search = nil
      return nil
    }
    search = current
    return Action.none
  }

  // MARK: Completion

  private mutating func complete(
    forward: Bool,
    _ vocabulary: any CompletionVocabulary
  ) -> Action {
    if let shown = completion, shown.candidates.count > 1 {
      select(shown, forward: forward)
      return .none
    }
    // At the beginning of a continued line Tab indents.
    if buffer.text.contains("\n"),
      buffer.characters[buffer.lineStart(of: buffer.cursor)..<buffer.cursor]
        .allSatisfy(\.isWhitespace)
    {
      buffer.insert("  ")
      return .none
    }
    let found = Completion(buffer, vocabulary)
    completion = nil
    guard let first = found.candidates.first else { return .beep }
    if found.candidates.count == 1 {
      buffer.replace(found.range, with: LineEditor.closed(first.text))
      return .none
    }
    let common = found.commonPrefix
    completion = found
    if common.count > found.range.count {
      buffer.replace(found.range, with: common)
      completion?.range = found.range.lowerBound..<buffer.cursor
    }
    return .none
  }

  private mutating func select(_ shown: Completion, forward: Bool) {
    let count = shown.candidates.count
    let index =
      selected.map { ($0 + (forward ? 1 : count - 1)) % count } ?? (forward ? 0 : count - 1)
    buffer.replace(shown.range, with: shown.candidates[index].text)
    completion?.range = shown.range.lowerBound..<buffer.cursor
    selected = index
  }

  /// A whole word gets a blank; what goes on does not.
  private static func closed(_ text: String) -> String {
    guard let last = text.last else { return text }
    return last.isLetter || last.isNumber || last == "_" ? text + " " : text
  }

  /// Whether Enter runs a text instead of going on in a new line.
  static func isComplete(_ text: String) -> Bool {
    let words = text.split(whereSeparator: \.isWhitespace).joined(separator: " ").lowercased()
    if words.isEmpty || ShellCommand.begins(words) { return true }
    return ShellWords.leaving.contains(words) || ShellWords.helping.contains(words)
      || Script(text).isComplete
  }
}

/// Words that are understood without a backslash.
enum ShellWords {
  static let leaving: Set = [
    "quit", "exit", "quit;", "exit;", "quit()", "exit()", ":q", "logout",
  ]
  static let helping: Set = ["help", "help;", "?"]
}
