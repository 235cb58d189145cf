import ColumnFormat

/// What all kinds of pages have in common, from header and index together.
struct PageFacts {
  var kind: String
  var encoding: String?
  /// Nulls and empty lists included.
  var valueCount: Int?
  var rowCount: Int?
  var nullCount: Int?

  init(_ page: PageDescription) {
    switch page.header.kind {
    case .data(let data):
      kind = "data"
      encoding = data.encoding.name
      valueCount = data.valueCount
    case .dataV2(let data):
      kind = "data v2"
      encoding = data.encoding.name
      valueCount = data.valueCount
      rowCount = data.rowCount
      nullCount = data.nullCount
    case .dictionary(let data):
      kind = "dictionary"
      encoding = data.encoding.name
      valueCount = data.valueCount
    case .other(let type): kind = "type \(type.rawValue)"
    }
    nullCount = nullCount ?? page.statistics?.nullCount
  }
}
