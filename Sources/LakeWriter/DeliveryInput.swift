import RowFormat

/// One input of a run, and from where it is to be delivered.
struct DeliveryInput: Sendable, Equatable {
  /// The input as the user named it; `-` is standard input.
  var path: String
  /// Which file it is; nil for standard input and other pipes, which can be read only once.
  var identity: InputIdentity?
  /// Where its bytes are kept while they are not delivered, relative to the stream's folder; only
  /// for inputs that can be read only once.
  var spool: String?
  /// Whether the sender has gone away, so that only the spool is left to read.
  var isSpoolOnly = false
  /// What was delivered before.
  var start = InputPosition()
  /// What the records are wrapped in.
  var envelope: InputEnvelope?
  /// How the records are written, once that is known.
  var format: RecordFormat?

  /// The rejects that the input was made from, in a replay.
  var replays: ReplayedFile?

  /// An input from its start.
  init(path: String, identity: InputIdentity?) {
    self.path = path
    self.identity = identity
  }

  /// The inputs that arguments of a command stand for.
  static func named(
    _ paths: [String],
    envelope: InputEnvelope?,
    growing: GrowingFiles? = nil
  ) throws(LakeWriterError) -> [DeliveryInput] {
    var inputs: [DeliveryInput] = []
    for path in paths {
      var input = DeliveryInput(
        path: path,
        identity: path == "-" ? nil : try InputIdentity(file: path)
      )
      if let growing, let identity = input.identity {
        let whole = try growing.whole(identity)
        // There is nothing yet that could be delivered.
        if whole.byteCount == 0 { continue }
        input.identity = whole
      }
      input.envelope = envelope
      if envelope != nil { input.identity?.isCompressed = true }
      inputs.append(input)
    }
    return inputs
  }
}

/// A place in the order of all inputs: everything before it is delivered, nothing after it is.
struct StreamPosition: Sendable, Equatable {
  /// The index of the input; the number of inputs when all are delivered.
  var input = 0
  /// The place within it.
  var place = InputPosition()
  /// How its records are written; nil before the first block.
  var format: RecordFormat?
}
