import ColumnFormat
import ObjectStore
import RowFormat
import TestSupport

@testable import LakeWriter

#if canImport(Glibc)
  import Glibc
#endif

/// A destination of one test, and what is in it.
final class TestLake: Sendable {
  let folder: String
  private let temporary: TemporaryDirectory?

  var data: String { "\(folder)/data/shop/orders" }
  var rejects: String { "\(folder)/rejects/shop/orders" }
  var streams: String { "\(folder)/streams" }

  init() {
    let temporary = TemporaryDirectory()
    folder = temporary.path
    self.temporary = temporary
  }

  /// A lake that someone else has made and removes.
  init(folder: String) {
    self.folder = folder
    temporary = nil
  }

  /// Writes an input file and returns its path.
  func write(_ text: String, to name: String) -> String { write(Array(text.utf8), to: name) }

  func write(_ bytes: [UInt8], to name: String) -> String {
    try? LocalFolder(folder).put(bytes, at: name)
    return "\(folder)/\(name)"
  }

  /// Settings with small blocks and buffers, so that short inputs see all of a stream's life.
  func settings(_ change: (inout DeliverySettings) -> Void = { _ in }) -> DeliverySettings {
    var settings = DeliverySettings(folder: data, rejectsFolder: rejects) { 1_700_000_000_000 }
    settings.streamName = "orders"
    settings.table = "shop.orders"
    settings.streamsFolder = streams
    settings.timeField = "at"
    settings.blockByteCount = 2000
    settings.hints = BufferingHints(byteCount: 3000)
    change(&settings)
    return settings
  }

  func deliver(
    _ inputs: [String],
    _ change: (inout DeliverySettings) -> Void = { _ in }
  ) -> DeliverySummary { DeliveryStream(settings(change)).deliver(inputs) }

  /// The ids of all visible rows, sorted; every visible file is read.
  func ids() throws -> [Int64] {
    var ids: [Int64] = []
    let store = LocalFolder(data)
    for info in (try? store.list("")) ?? [] {
      let file = try ParquetFile(path: store.systemPath(info.path))
      guard let field = file.schema.index(of: "id") else {
        throw TestFailure("there are no ids in \(info.path)")
      }
      for group in file.metadata.rowGroups.indices {
        let reader = try file.reader(rowGroup: group, fields: [field])
        while let batch = try reader.next(Batch.rowCountTarget) {
          guard case .int64(let values) = batch.columns[0].flattened().flatValues else {
            throw TestFailure("the ids of \(info.path) are no integers")
          }
          ids += values.values
        }
      }
    }
    return ids.sorted()
  }

  /// The raw text of all rejected records, sorted.
  func rejectedTexts() throws -> [String] {
    try RejectedDocuments.read(folder: rejects, errorType: nil, limit: .max).map {
      String(
        decoding: Base64.decode($0.document["rawData"]?.stringValue ?? "") ?? [],
        as: UTF8.self
      )
    }.sorted()
  }

  /// The files of the stream that are not visible.
  func unfinishedNames() -> [String] {
    [data, rejects].flatMap { root in
      ((try? LocalFolder(root).entries(of: "_unfinished-orders")) ?? []).map(\.name)
    }
  }

  /// The spools that are left.
  func spoolNames() -> [String] {
    ((try? LocalFolder(streams).entries(of: "orders/spool")) ?? []).map(\.name)
  }
}

struct TestFailure: Error {
  var words: String
  init(_ words: String) { self.words = words }
}

/// Numbered records over a few hours; every hundredth is broken.
enum TestRecords {
  static func isBroken(_ id: Int64) -> Bool { id % 100 == 99 }

  static func line(_ id: Int64) -> String {
    let hour = padded(id * 7 % 5, 2)
    let body = "\"id\":\(id),\"at\":\"2026-11-23T\(hour):00:00Z\",\"note\":\"n\(id * 31)\""
    return isBroken(id) ? "{\(body)" : "{\(body)}"
  }

  static func text(_ ids: Range<Int64>) -> String {
    ids.map { line($0) + "\n" }.joined()
  }

  static func sound(_ ids: Range<Int64>) -> [Int64] { ids.filter { !isBroken($0) } }
  static func broken(_ ids: Range<Int64>) -> [String] {
    ids.filter(isBroken).map(line).sorted()
  }
}
