/// Turns the bytes of an input into lines of records, piece by piece.
enum RecordUnwrapping {
  case documents(DocumentSplitting)
  case kinesis(KinesisUnwrapping)

  init(_ envelope: InputEnvelope) {
    switch envelope {
    case .documents: self = .documents(DocumentSplitting(opensArrays: true))
    case .kinesis: self = .kinesis(KinesisUnwrapping())
    }
  }

  mutating func take(_ bytes: UnsafeRawBufferPointer, into output: inout [UInt8]) {
    switch self {
    case .documents(var splitting):
      splitting.take(bytes, into: &output)
      self = .documents(splitting)
    case .kinesis(var unwrapping):
      // Not to be copied while it is changed.
      self = .documents(DocumentSplitting(opensArrays: false))
      unwrapping.take(bytes, into: &output)
      self = .kinesis(unwrapping)
    }
  }

  mutating func finish(into output: inout [UInt8]) {
    switch self {
    case .documents(var splitting):
      splitting.finish(into: &output)
      self = .documents(splitting)
    case .kinesis(var unwrapping):
      unwrapping.finish(into: &output)
      self = .kinesis(unwrapping)
    }
  }
}
