import ColumnFormat
import RowFormat

/// The attributes that tell the items of a DynamoDB table apart: each stream record names them.
enum ItemKeys {
  /// The names of the key attributes, from the first stream record of a block; nil where it has none.
  static func find(in block: RecordBlock, nestingDepthMax: Int) -> [String]? {
    let places = RecordPlaces.all(of: block, format: .dynamodb, nestingDepthMax: nestingDepthMax)
    for place in places {
      let record = RecordValue.parse(
        UnsafeBufferPointer(rebasing: block.bytes.values[place.bytes]),
        format: .dynamodb,
        columnNames: nil
      )
      let keys = record?["dynamodb"]?["Keys"]?.objectValue?.members.map(\.name) ?? []
      if !keys.isEmpty { return keys.sorted() }
    }
    return nil
  }
}
