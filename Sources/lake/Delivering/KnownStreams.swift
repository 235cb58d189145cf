import Catalog
import LakeWriter
import SQL

#if canImport(Glibc)
  import Glibc
#endif

/// The streams that have delivered into a lake or folder before, to tell a name that is misspelt.
struct KnownStreams {
  let folder: String
  let destination: String

  init(_ target: DeliveryTarget) {
    folder = target.streamsFolder
    destination = target.table?.description ?? "."
  }

  /// Looks for a stream that is to be gone on with.
  ///
  /// - Parameters:
  ///   - name: The stream.
  ///   - isNewAllowed: Whether there are inputs that a new stream can deliver; then only a note says
  ///     that it is new.
  ///   - isNamed: Whether the user has typed the name, and wants notes.
  /// - Throws: When there is nothing to go on with.
  func expect(_ name: String, isNewAllowed: Bool, isNamed: Bool) throws {
    // A stream that was killed before its first record has a folder and nothing else.
    if access("\(folder)/\(name)", F_OK) == 0 { return }
    let streams = try StreamReport.all(streamsFolder: folder)
    let near = NearestName.suggestion(for: name, among: streams.map(\.name))
    if isNewAllowed {
      let others = streams.filter { $0.destination == destination }.map(\.name)
      if isNamed, let other = near ?? others.first {
        StandardError.note(
          "the stream '\(name)' is new and delivers all inputs; "
            + (near == nil ? "so far there was '\(other)'" : "did you mean '\(other)'?")
        )
      }
      return
    }
    throw Failure(
      code: "STREAM_NOT_FOUND",
      message: "there is no stream '\(name)' to go on with in \(folder)",
      help: near.map { "did you mean '\($0)'?" }
        ?? (streams.isEmpty
          ? "nothing was delivered there; name inputs, or the lake with --lake"
          : "`lake status` lists the streams; name one with --stream")
    )
  }
}
