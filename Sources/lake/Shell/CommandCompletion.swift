/// Completion within the shell's own commands: `\format cs▯`.
struct CommandCompletion {
  private let typed: String
  private let cursor: Int
  private let vocabulary: any CompletionVocabulary

  init(_ typed: String, _ cursor: Int, _ vocabulary: any CompletionVocabulary) {
    self.typed = typed
    self.cursor = cursor
    self.vocabulary = vocabulary
  }

  var completion: Completion {
    guard let space = typed.lastIndex(where: \.isWhitespace) else {
      let all = ShellCommand.Kind.allCases.map {
        Candidate(text: "\\" + $0.rawValue, detail: $0.help)
      }
      return Completion(prefix: typed, cursor: cursor, all.filter { $0.text.hasPrefix(typed) })
    }
    let prefix = String(typed[typed.index(after: space)...])
    let words = arguments.filter { $0.text.lowercased().hasPrefix(prefix.lowercased()) }
    return Completion(prefix: prefix, cursor: cursor, words)
  }

  private var arguments: [Candidate] {
    let name = typed.dropFirst().prefix { !$0.isWhitespace }
    guard let kind = ShellCommand.Kind(rawValue: String(name)) else { return [] }
    let prefix = String(typed.split(separator: " ", omittingEmptySubsequences: false).last ?? "")
    switch kind.argument {
    case .none, .text: return []
    case .table:
      let names = vocabulary.tables(in: nil)
      let others = vocabulary.databases().flatMap { database in
        vocabulary.tables(in: database).map { "\(database).\($0)" }
      }
      return (names + others).map { Candidate(text: $0) }
    case .database: return vocabulary.databases().map { Candidate(text: $0) }
    case .file: return vocabulary.files(startingWith: prefix).map { Candidate(text: $0) }
    case .words(let words): return words.map { Candidate(text: $0) }
    }
  }
}
