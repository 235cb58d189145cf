import ColumnFormat
import LakeWriter
import ObjectStore
import TestSupport
import Testing

@testable import lake

#if canImport(Glibc)
  import Glibc
#endif

/// Orders whose fields change midway (`lake generate orders --drift`), delivered.
@Suite struct DriftDeliveryTests {
  private static func deliver(_ shape: OrderText.Shape) throws -> (
    summary: DeliverySummary, files: [Schema]
  ) {
    let folder = TemporaryDirectory()
    let input = "\(folder.path)/orders.ndjson"
    let descriptor = open(input, O_WRONLY | O_CREAT, 0o644)
    try #require(descriptor >= 0)
    var source = OrderSource(
      stream: OrderEventStream(
        OrderEventStream.Settings(count: 4000, seed: 7, startMillis: 1_767_225_600_000, days: 2)
      ),
      text: OrderText(shape: shape, drifts: true),
      rate: nil
    )
    #expect(source.send(to: descriptor).failure == nil)
    close(descriptor)
    var settings = DeliverySettings(
      folder: "\(folder.path)/data",
      rejectsFolder: "\(folder.path)/rejects"
    ) { 1_767_500_000_000 }
    settings.timeField = "updated_at"
    let summary = DeliveryStream(settings).deliver([input])
    let store = LocalFolder(settings.folder)
    let files = try store.list("").filter { $0.path.hasSuffix(".parquet") }.map {
      Schema(try ParquetFile(path: store.systemPath($0.path)).schema.fields)
    }
    return (summary, files)
  }

  @Test func `new fields are new columns, others become null, and no record is lost`() throws {
    let (summary, files) = try DriftDeliveryTests.deliver(.json)
    #expect(summary.failure == nil)
    #expect(summary.recordCount == 4000)
    #expect(summary.deliveredRowCount == 4000)
    #expect(summary.schema.index(of: "channel") != nil)
    #expect(summary.schema.index(of: "loyalty_tier") != nil)
    // A field keeps its number in all files.
    var numbers: [String: Set<Int>] = [:]
    for field in files.flatMap(\.fields) {
      if let id = field.id { numbers[field.name, default: []].insert(Int(id)) }
    }
    #expect(!numbers.isEmpty)
    #expect(numbers.values.allSatisfy { $0.count == 1 })
  }

  @Test func `changes of DynamoDB drift as well`() throws {
    let (summary, _) = try DriftDeliveryTests.deliver(.dynamodb)
    #expect(summary.failure == nil)
    #expect(summary.deliveredRowCount == 4000)
    #expect(summary.rejectedCount == 0)
    #expect(summary.schema.index(of: "loyalty_tier") != nil)
  }
}
