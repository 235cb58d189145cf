/// Ctrl-R: the newest entry that contains what is typed.
struct HistorySearch: Equatable {
  private let entries: [String]
  private(set) var text = ""
  private var index: Int?
  /// Whether there is nothing (more) that contains the text.
  private(set) var isFailing = false

  init(_ history: History) { entries = history.entries }

  /// The entry that is found.
  var match: String? { index.map { entries[$0] } }

  mutating func extend(_ added: String) {
    text += added
    find(before: (index ?? entries.count - 1) + 1)
  }

  mutating func shorten() {
    guard !text.isEmpty else { return }
    text.removeLast()
    isFailing = false
    if text.isEmpty { index = nil } else { find(before: entries.count) }
  }

  /// Goes on to an older entry.
  mutating func next() {
    guard !text.isEmpty else { return }
    find(before: index ?? entries.count)
  }

  private mutating func find(before end: Int) {
    let wanted = text.lowercased()
    let current = match
    let found = entries[..<max(0, min(end, entries.count))].lastIndex {
      $0.lowercased().contains(wanted) && (end > (index ?? end) || $0 != current)
    }
    isFailing = found == nil
    if let found { index = found }
  }
}
