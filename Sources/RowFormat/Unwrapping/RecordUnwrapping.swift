/// Turns the bytes of an input into lines of records, piece by piece.
struct RecordUnwrapping {
  private enum Kind {
    case lines(LineUnwrapping)
    case documents(DocumentSplitting)
    case kinesis(KinesisUnwrapping)
  }

  private var kind: Kind

  init(_ envelope: InputEnvelope) {
    switch envelope.wrapping {
    case .lines: kind = .lines(LineUnwrapping(envelope.subRecords))
    case .documents: kind = .documents(DocumentSplitting(opensArrays: true))
    case .kinesis: kind = .kinesis(KinesisUnwrapping(envelope.subRecords))
    }
  }

  /// Appends the records of some more text to `lines`.
  mutating func take(_ bytes: UnsafeRawBufferPointer, into lines: inout UnwrappedLines) {
    changing { kind in
      switch kind {
      case .lines(var unwrapping):
        unwrapping.take(bytes, into: &lines)
        return .lines(unwrapping)
      case .documents(var splitting):
        splitting.take(bytes, into: &lines.bytes)
        return .documents(splitting)
      case .kinesis(var unwrapping):
        unwrapping.take(bytes, into: &lines)
        return .kinesis(unwrapping)
      }
    }
  }

  /// The text has ended.
  mutating func finish(into lines: inout UnwrappedLines) {
    changing { kind in
      switch kind {
      case .lines(var unwrapping):
        unwrapping.finish(into: &lines)
        return .lines(unwrapping)
      case .documents(var splitting):
        splitting.finish(into: &lines.bytes)
        return .documents(splitting)
      case .kinesis(var unwrapping):
        unwrapping.finish(into: &lines)
        return .kinesis(unwrapping)
      }
    }
  }

  /// Replaces the state by what becomes of it, without a copy of what it holds.
  private mutating func changing(_ body: (consuming Kind) -> Kind) {
    let before = kind
    kind = .documents(DocumentSplitting(opensArrays: false))
    kind = body(before)
  }
}
