#if canImport(Glibc)
  import Glibc
#endif

/// `$VISUAL` or `$EDITOR` on a temporary file.
enum ExternalEditor {
  /// Lets a text be edited; returns it without line ends after it.
  static func edit(_ text: String) throws -> String {
    let folder = GlobalOptions.environment("TMPDIR") ?? "/tmp"
    var template = Array("\(folder)/lake-XXXXXX.sql".utf8CString)
    let descriptor = mkstemps(&template, 4)
    let path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    guard descriptor >= 0 else {
      throw Failure(message: "cannot create a file in '\(folder)'")
    }
    defer { unlink(path) }
    var bytes = text + "\n"
    bytes.withUTF8 { _ = write(descriptor, $0.baseAddress, $0.count) }
    close(descriptor)
    let editor =
      [GlobalOptions.environment("VISUAL"), GlobalOptions.environment("EDITOR")]
      .compactMap { $0 }.first { !$0.isEmpty } ?? "vi"
    // The setting may have arguments, as `code --wait` has.
    let code = system("\(editor) '\(path)'")
    guard code == 0 else {
      throw Failure(
        message: "the editor '\(editor)' did not end well",
        help: "set $EDITOR to the editor to use"
      )
    }
    var edited = try TextFile.read(path)
    while edited.last?.isWhitespace == true { edited.removeLast() }
    return edited
  }
}
