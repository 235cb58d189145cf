import RowFormat

/// The inputs of a run in their order, and those that were delivered before; written once a run.
struct InputLedger: Sendable, Equatable {
  var run = 0
  /// Where the stream delivers to; a stream has one destination for life.
  var destination: String
  /// Files whose records are all delivered.
  var delivered: [InputIdentity] = []
  var inputs: [DeliveryInput] = []

  static let formatVersion = 1

  /// What of this run is left after a checkpoint, in the order in which it is to be read.
  func remaining(after checkpoint: Checkpoint) -> [DeliveryInput] {
    var left: [DeliveryInput] = []
    for place in checkpoint.damaged where inputs.indices.contains(place.input) {
      left.append(started(inputs[place.input], at: place))
    }
    let next = checkpoint.position
    for (index, input) in inputs.enumerated().dropFirst(next.input) where !checkpoint.isComplete {
      left.append(index == next.input && next.format != nil ? started(input, at: next) : input)
    }
    // Whoever sent the bytes is gone.
    for index in left.indices where left[index].spool != nil { left[index].isSpoolOnly = true }
    return left
  }

  private func started(_ input: DeliveryInput, at position: StreamPosition) -> DeliveryInput {
    var input = input
    input.start = position.place
    input.format = position.format
    return input
  }

  /// The files that are delivered to their end after a checkpoint.
  func finished(after checkpoint: Checkpoint) -> [InputIdentity] {
    let left = Set(remaining(after: checkpoint).compactMap(\.identity?.path))
    var finished: [String: InputIdentity] = [:]
    var order: [String] = []
    for identity in delivered + inputs.compactMap(\.identity) where !left.contains(identity.path) {
      if finished.updateValue(identity, forKey: identity.path) == nil {
        order.append(identity.path)
      }
    }
    return order.compactMap { finished[$0] }
  }

  /// The ledger of the next run.
  ///
  /// - Parameters:
  ///   - checkpoint: How far this run came.
  ///   - named: The inputs that were asked for.
  ///   - resumes: Whether to go on: first with what is left, then with those of the named inputs
  ///     that are not delivered yet. Otherwise all named inputs are delivered from their start.
  /// - Returns: What to deliver, each input from where.
  /// - Throws: When a file that is to be read on has changed.
  func next(
    after checkpoint: Checkpoint,
    named: [DeliveryInput],
    resumes: Bool
  ) throws(LakeWriterError) -> InputLedger {
    var next = InputLedger(run: checkpoint.run + 1, destination: destination)
    next.delivered = finished(after: checkpoint)
    guard resumes else {
      let again = Set(named.compactMap(\.identity?.path))
      next.delivered.removeAll { again.contains($0.path) }
      next.inputs = named
      next.nameSpools()
      return next
    }
    let files = named.compactMap(\.identity)
    next.delivered = InputLedger.moved(next.delivered, among: files)
    var replays: [String: ReplayedFile] = [:]
    var byteCounts: [String: Int] = [:]
    for input in named {
      guard let identity = input.identity else { continue }
      replays[identity.path] = input.replays
      byteCounts[identity.path] = identity.byteCount
    }
    for var input in remaining(after: checkpoint) {
      if let identity = input.identity?.moved(among: files) {
        if identity.path != input.identity?.path { input.path = identity.path }
        input.identity = try identity.current(byteCountMax: byteCounts[identity.path])
        input.replays = replays[identity.path]
      }
      next.inputs.append(input)
    }
    let left = Set(next.inputs.compactMap(\.identity?.path))
    var known: [String: InputIdentity] = [:]
    for identity in next.delivered { known[identity.path] = identity }
    for var input in named {
      if let identity = input.identity {
        if left.contains(identity.path) { continue }
        if let before = known[identity.path] {
          let now = try before.current(byteCountMax: identity.byteCount)
          if now.byteCount == before.byteCount { continue }
          if before.isCompressed { throw before.changed }
          input.identity = now
          // Bytes were appended since: only they are new.
          input.start = InputPosition(byteOffset: before.byteCount)
          next.delivered.removeAll { $0.path == identity.path }
        }
      }
      next.inputs.append(input)
    }
    next.nameSpools()
    return next
  }

  /// Delivered files under the names that they have now, as logs are renamed when they are rotated.
  ///
  /// One whose name went to another of them is gone.
  private static func moved(_ delivered: [InputIdentity], among files: [InputIdentity])
    -> [InputIdentity]
  {
    let now = delivered.map { $0.moved(among: files) }
    let taken = Set(zip(now, delivered).filter { $0.path != $1.path }.map(\.0.path))
    return zip(now, delivered).filter { $0.path != $1.path || !taken.contains($0.path) }.map(\.0)
  }

  /// Gives every input that can be read only once a place for its bytes.
  private mutating func nameSpools() {
    for index in inputs.indices where inputs[index].identity == nil && inputs[index].spool == nil {
      inputs[index].spool = "spool/\(run)-\(index)"
    }
  }
}

extension InputLedger {
  var json: JSONValue {
    [
      "formatVersion": .integer(InputLedger.formatVersion),
      "run": .integer(run),
      "destination": .string(destination),
      "inputs": .array(inputs.map(\.json)),
      "delivered": .array(delivered.map { .object($0.json) }),
    ]
  }

  /// Reads a ledger; nil for anything that is none.
  init?(_ json: JSONValue) {
    guard json["formatVersion"]?.integerValue == InputLedger.formatVersion,
      let run = json["run"]?.integerValue, let destination = json["destination"]?.stringValue,
      let inputs = json["inputs"]?.arrayValue, let delivered = json["delivered"]?.arrayValue
    else { return nil }
    self.run = run
    self.destination = destination
    for entry in inputs {
      guard let input = DeliveryInput(entry) else { return nil }
      self.inputs.append(input)
    }
    for entry in delivered {
      guard let identity = InputIdentity(entry) else { return nil }
      self.delivered.append(identity)
    }
  }
}

extension InputIdentity {
  var json: JSONObject {
    var object: JSONObject = [
      "file": .string(path), "byteCount": .integer(byteCount),
      "head": .string(String(head, radix: 16)), "isCompressed": .boolean(isCompressed),
    ]
    object["fileNumber"] = fileNumber.map { .string($0) }
    return object
  }

  init?(_ json: JSONValue) {
    guard let path = json["file"]?.stringValue, let byteCount = json["byteCount"]?.integerValue,
      byteCount >= 0, let head = json["head"]?.stringValue.flatMap({ UInt64($0, radix: 16) }),
      let isCompressed = json["isCompressed"]?.booleanValue
    else { return nil }
    self.init(path: path, byteCount: byteCount, head: head, isCompressed: isCompressed)
    fileNumber = json["fileNumber"]?.stringValue
  }
}

extension DeliveryInput {
  var json: JSONValue {
    var object = identity?.json ?? JSONObject()
    object["path"] = .string(path)
    object["spool"] = spool.map { .string($0) }
    object["envelope"] = envelope.map { .string($0.rawValue) }
    if isSpoolOnly { object["isSpoolOnly"] = true }
    if start != InputPosition() || format != nil {
      object["start"] = StreamPosition(input: 0, place: start, format: format).json
    }
    return .object(object)
  }

  init?(_ json: JSONValue) {
    guard let path = json["path"]?.stringValue else { return nil }
    self.init(path: path, identity: InputIdentity(json))
    spool = json["spool"]?.stringValue
    envelope = json["envelope"]?.stringValue.flatMap(InputEnvelope.init)
    isSpoolOnly = json["isSpoolOnly"]?.booleanValue ?? false
    if let spool, spool.hasPrefix("/") || spool.split(separator: "/").contains("..") { return nil }
    if identity == nil && spool == nil { return nil }
    if let start = json["start"].flatMap(StreamPosition.init) {
      self.start = start.place
      format = start.format
    }
  }
}
