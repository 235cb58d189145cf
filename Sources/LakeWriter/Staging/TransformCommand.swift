import RowFormat

/// A command that gives records another form, by the contract of Firehose's transforms.
///
/// ```
/// standard input    {"invocationId": …, "deliveryStreamArn": …, "region": "local", "records": [
///                     {"recordId": …, "approximateArrivalTimestamp": MILLIS, "data": BASE64}, …]}
/// standard output   {"records": [{"recordId": …, "result": "Ok" | "Dropped" | "ProcessingFailed",
///                     "data": BASE64, "metadata": {"partitionKeys": {NAME: TEXT}}}, …]}
/// ```
/// Every record comes back once. A run that fails or takes too long is tried again; then, and when the
/// reply breaks the contract, all records of the batch are rejected.
public struct TransformCommand: Sendable, Equatable {
  /// What the shell runs.
  public var command: String
  /// How long one run may take.
  public var timeoutSeconds = 300
  /// How often a run is tried again.
  public var retryCount = 3

  /// The most records of a batch, and the bytes after which it is full.
  static let recordCountMax = 500
  static let byteCountMax = 1 << 20

  /// A command with Firehose's timeout and retries.
  public init(_ command: String) { self.command = command }

  /// What became of a record.
  enum Result: Equatable {
    case delivered([UInt8], keys: [String: String])
    case dropped
    case failed(Fault)
  }

  /// Why a record, or a batch, is rejected: an error code of Firehose, and words.
  struct Fault: Error, Equatable {
    var code: String
    var words: String
    /// How often the command was run for it.
    var attemptCount = 1
  }

  /// Runs the command for a batch.
  ///
  /// - Parameters:
  ///   - records: The records.
  ///   - stream: The name of the delivery stream.
  ///   - nowMillis: When the records arrived.
  /// - Returns: A result for each record.
  /// - Throws: Why there are none.
  func run(_ records: [[UInt8]], stream: String, nowMillis: Int64) throws(Fault) -> [Result] {
    var random = SystemRandomNumberGenerator()
    let event: JSONValue = [
      "invocationId": .string(ObjectName.uuid(&random)),
      "deliveryStreamArn": .string("lake:deliverystream/\(stream)"),
      "region": "local",
      "records": .array(
        records.enumerated().map { index, bytes in
          var data: [UInt8] = []
          Base64.append(bytes, to: &data)
          return [
            "recordId": .string("\(index)"),
            "approximateArrivalTimestamp": .integer(nowMillis),
            "data": .string(String(decoding: data, as: UTF8.self)),
          ]
        }
      ),
    ]
    let (output, attemptCount) = try reply(Array(event.compactText.utf8))
    do throws(Fault) {
      return try TransformCommand.results(output, count: records.count).map { result in
        guard case .failed(var fault) = result else { return result }
        fault.attemptCount = attemptCount
        return .failed(fault)
      }
    } catch {
      throw Fault(code: error.code, words: error.words, attemptCount: attemptCount)
    }
  }

  /// What the command answers, and at which attempt.
  private func reply(_ input: [UInt8]) throws(Fault) -> ([UInt8], Int) {
    var last = Fault(code: "Lambda.FunctionError", words: "")
    for attempt in 1...retryCount + 1 {
      let outcome = ChildProcess.run(
        command,
        input: input,
        timeoutMillis: Int64(timeoutSeconds) * 1000
      )
      switch outcome {
      case .exited(0, let output, _): return (output, attempt)
      case .exited(let code, _, let errors):
        let words = errors.split(separator: "\n").last.map { ": \($0)" } ?? ""
        last = Fault(
          code: "Lambda.FunctionError",
          words: "the transform ended with exit code \(code)\(words)"
        )
      case .timedOut:
        last = Fault(
          code: "Lambda.FunctionTimedOut",
          words: "the transform took longer than \(timeoutSeconds) s, or gave too much output"
        )
      case .notStarted(let words):
        last = Fault(code: "Lambda.InvokeAccessDenied", words: "sh cannot be started: \(words)")
      }
    }
    last.words += ", \(retryCount + 1) times"
    last.attemptCount = retryCount + 1
    throw last
  }

  /// Reads a reply.
  static func results(_ output: [UInt8], count: Int) throws(Fault) -> [Result] {
    let json: JSONValue
    do throws(JSONError) { json = try JSONValue.parse(output) } catch {
      throw Fault(
        code: "Lambda.JsonProcessingException",
        words: "the transform's reply is not JSON: \(error)"
      )
    }
    guard let replies = json["records"]?.arrayValue else {
      throw Fault(
        code: "Lambda.JsonProcessingException",
        words: "the transform's reply has no array 'records'"
      )
    }
    var results = [Result?](repeating: nil, count: count)
    for reply in replies {
      guard let id = reply["recordId"]?.stringValue, let index = Int(id),
        results.indices.contains(index)
      else {
        throw Fault(
          code: "Lambda.MissingRecordId",
          words: "the transform's reply has a record that was not sent"
        )
      }
      if results[index] != nil {
        throw Fault(
          code: "Lambda.DuplicatedRecordId",
          words: "the transform's reply has the record \(id) twice"
        )
      }
      results[index] = result(reply)
    }
    var whole: [Result] = []
    for (index, result) in results.enumerated() {
      guard let result else {
        throw Fault(
          code: "Lambda.MissingRecordId",
          words: "the transform's reply lacks the record \(index)"
        )
      }
      whole.append(result)
    }
    return whole
  }

  private static func result(_ reply: JSONValue) -> Result {
    switch reply["result"]?.stringValue {
    case "Ok":
      guard let data = reply["data"]?.stringValue.flatMap(Base64.decode) else {
        return .failed(
          Fault(code: "Lambda.JsonProcessingException", words: "the transform's data are no base64")
        )
      }
      var keys: [String: String] = [:]
      for member in reply["metadata"]?["partitionKeys"]?.objectValue?.members ?? [] {
        keys[member.name] = member.value.stringValue
      }
      return .delivered(data, keys: keys)
    case "Dropped": return .dropped
    case "ProcessingFailed":
      return .failed(
        Fault(code: "Lambda.FunctionError", words: "the transform could not process the record")
      )
    default:
      return .failed(
        Fault(
          code: "Lambda.JsonProcessingException",
          words: "the transform's result is none of Ok, Dropped and ProcessingFailed"
        )
      )
    }
  }
}
