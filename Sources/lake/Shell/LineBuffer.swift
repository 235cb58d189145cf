/// A text that is being edited, with a cursor, the texts that were cut, and what undo brings back.
///
/// Everything counts in characters as people see them: a letter with its combining marks is one.
struct LineBuffer: Equatable, Sendable {
  private(set) var characters: [Character] = []
  /// How many characters stand before the cursor.
  private(set) var cursor = 0
  /// What was cut, the newest last.
  private(set) var kills: [String] = []

  private var undone: [Snapshot] = []
  private var isTyping = false
  private var lastKill: KillDirection?
  private var yanked: (range: Range<Int>, index: Int)?

  private struct Snapshot: Equatable, Sendable {
    var characters: [Character]
    var cursor: Int
  }

  private enum KillDirection { case forward, backward }

  static let killCountMax = 30
  static let undoCountMax = 500

  init(_ text: String = "") {
    characters = Array(text)
    cursor = characters.count
  }

  static func == (left: LineBuffer, right: LineBuffer) -> Bool {
    left.characters == right.characters && left.cursor == right.cursor
  }

  var text: String { String(characters) }
  var isEmpty: Bool { characters.isEmpty }
  var beforeCursor: String { String(characters[..<cursor]) }

  // MARK: Changing

  /// Makes the text another one, with the cursor at its end; undo brings the old one back.
  mutating func replaceAll(_ text: String) {
    save()
    characters = Array(text)
    cursor = characters.count
  }

  /// Empties everything but what was cut.
  mutating func clear() {
    characters = []
    cursor = 0
    undone = []
    endRuns()
  }

  /// Puts a text before the cursor; marks join the character before them.
  mutating func insert(_ text: String) {
    // A word that is typed is undone as a whole.
    if !isTyping || text.contains(where: \.isWhitespace) || text.count > 1 { save() }
    endRuns()
    isTyping = true
    if cursor > 0 {
      let joined = Array(String(characters[cursor - 1]) + text)
      characters.replaceSubrange((cursor - 1)..<cursor, with: joined)
      cursor += joined.count - 1
    } else {
      let added = Array(text)
      characters.insert(contentsOf: added, at: 0)
      cursor = added.count
    }
  }

  /// Puts a text in the place of some characters, with the cursor behind it.
  mutating func replace(_ range: Range<Int>, with text: String) {
    save()
    endRuns()
    let added = Array(text)
    characters.replaceSubrange(range, with: added)
    cursor = range.lowerBound + added.count
  }

  mutating func deleteBackward() {
    guard cursor > 0 else { return }
    remove((cursor - 1)..<cursor)
  }

  mutating func deleteForward() {
    guard cursor < characters.count else { return }
    remove(cursor..<(cursor + 1))
  }

  private mutating func remove(_ range: Range<Int>) {
    save()
    endRuns()
    characters.removeSubrange(range)
    cursor = range.lowerBound
  }

  /// Exchanges the two characters before the cursor, or around it.
  mutating func transpose() {
    guard cursor > 0, characters.count > 1 else { return }
    save()
    endRuns()
    let right = min(cursor, characters.count - 1)
    characters.swapAt(right - 1, right)
    cursor = right + 1
  }

  /// Makes the word after the cursor upper or lower case, and moves behind it.
  mutating func changeCase(_ change: (String) -> String) {
    let end = wordEnd(from: cursor)
    guard end > cursor else { return }
    replace(cursor..<end, with: change(String(characters[cursor..<end])))
  }

  // MARK: Undo

  private mutating func save() {
    undone.append(Snapshot(characters: characters, cursor: cursor))
    if undone.count > LineBuffer.undoCountMax { undone.removeFirst() }
  }

  /// Takes the last change back.
  mutating func undo() {
    guard let last = undone.popLast() else { return }
    endRuns()
    characters = last.characters
    cursor = last.cursor
  }

  private mutating func endRuns() {
    isTyping = false
    lastKill = nil
    yanked = nil
  }

  // MARK: Moving

  mutating func move(to position: Int) {
    endRuns()
    cursor = max(0, min(position, characters.count))
  }

  mutating func moveLeft() { move(to: cursor - 1) }
  mutating func moveRight() { move(to: cursor + 1) }
  mutating func moveWordLeft() { move(to: wordStart(from: cursor)) }
  mutating func moveWordRight() { move(to: wordEnd(from: cursor)) }
  mutating func moveToLineStart() { move(to: lineStart(of: cursor)) }
  mutating func moveToLineEnd() { move(to: lineEnd(of: cursor)) }

  /// Moves to the line above, into the same column where it is long enough; false on the first line.
  mutating func moveUp() -> Bool {
    let start = lineStart(of: cursor)
    guard start > 0 else { return false }
    let above = lineStart(of: start - 1)
    move(to: min(above + cursor - start, start - 1))
    return true
  }

  /// Moves to the line below; false on the last line.
  mutating func moveDown() -> Bool {
    let end = lineEnd(of: cursor)
    guard end < characters.count else { return false }
    let column = cursor - lineStart(of: cursor)
    move(to: min(end + 1 + column, lineEnd(of: end + 1)))
    return true
  }

  func lineStart(of position: Int) -> Int {
    (characters[..<position].lastIndex(of: "\n") ?? -1) + 1
  }

  func lineEnd(of position: Int) -> Int {
    characters[position...].firstIndex(of: "\n") ?? characters.count
  }

  private static func isWord(_ character: Character) -> Bool {
    character.isLetter || character.isNumber || character == "_"
  }

  private func wordStart(from position: Int) -> Int {
    var index = position
    while index > 0 && !LineBuffer.isWord(characters[index - 1]) { index -= 1 }
    while index > 0 && LineBuffer.isWord(characters[index - 1]) { index -= 1 }
    return index
  }

  private func wordEnd(from position: Int) -> Int {
    var index = position
    while index < characters.count && !LineBuffer.isWord(characters[index]) { index += 1 }
    while index < characters.count && LineBuffer.isWord(characters[index]) { index += 1 }
    return index
  }

  // MARK: Cutting

  /// Cuts to the end of the line, or the line end itself.
  mutating func killToLineEnd() {
    let end = lineEnd(of: cursor)
    kill(cursor..<(end == cursor ? min(end + 1, characters.count) : end), .forward)
  }

  mutating func killToLineStart() { kill(lineStart(of: cursor)..<cursor, .backward) }
  mutating func killWordForward() { kill(cursor..<wordEnd(from: cursor), .forward) }
  mutating func killWordBackward() { kill(wordStart(from: cursor)..<cursor, .backward) }

  /// Cuts back to a blank, as Ctrl-W does.
  mutating func killBlankWordBackward() {
    var index = cursor
    while index > 0 && characters[index - 1].isWhitespace { index -= 1 }
    while index > 0 && !characters[index - 1].isWhitespace { index -= 1 }
    kill(index..<cursor, .backward)
  }

  /// Cuts in a row make one text.
  private mutating func kill(_ range: Range<Int>, _ direction: KillDirection) {
    guard !range.isEmpty else { return }
    let text = String(characters[range])
    let joins = lastKill == direction && !kills.isEmpty
    remove(range)
    if joins {
      let before = kills.removeLast()
      kills.append(direction == .forward ? before + text : text + before)
    } else {
      kills.append(text)
      if kills.count > LineBuffer.killCountMax { kills.removeFirst() }
    }
    lastKill = direction
  }

  /// Puts in what was cut last.
  mutating func yank() {
    guard let last = kills.last else { return }
    let start = cursor
    replace(start..<start, with: last)
    yanked = (start..<cursor, kills.count - 1)
  }

  /// Right after ``yank()``: puts in what was cut before that instead.
  mutating func yankEarlier() {
    guard let (range, index) = yanked else { return }
    let earlier = (index + kills.count - 1) % kills.count
    replace(range, with: kills[earlier])
    yanked = (range.lowerBound..<cursor, earlier)
  }
}
