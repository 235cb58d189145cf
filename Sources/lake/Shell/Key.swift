/// One press on the keyboard, or one paste.
enum Key: Equatable, Sendable {
  /// Characters as they were typed, without control characters.
  case text(String)
  /// Pasted text, which never runs anything by itself.
  case paste(String)
  /// A letter with Ctrl, in lower case.
  case control(Character)
  /// A character with Alt, in lower case.
  case meta(Character)
  case enter, metaEnter, tab, backTab, backspace, metaBackspace, delete, escape
  case up, down, left, right, wordLeft, wordRight, home, end, pageUp, pageDown
  /// A sequence that means nothing here.
  case unknown
}
