/// When a change of an item happened, among the other changes of the item.
///
/// By creation time, as changes of DynamoDB that come through Kinesis may be out of order, then by the
/// sequence number, which orders those within the second that DynamoDB Streams tell. Sequence numbers
/// are numbers, not texts: DynamoDB's have 21 to 40 digits. A row that is no change, such as an item of
/// an export, comes before all changes.
struct ChangeOrder: Comparable, Sendable {
  private let millis: Int64
  private let digitCount: Int
  /// The first 38 digits, and up to 18 more.
  private let head: UInt128
  private let tail: UInt64

  private static let headDigitCount = 38
  private static let digitCountMax = 56

  /// An order.
  ///
  /// - Parameters:
  ///   - millis: The creation time; nil where there is none.
  ///   - sequenceNumber: Its digits; of more than 56 the first ones count.
  init(millis: Int64?, sequenceNumber: [UInt8]?) {
    let digits = (sequenceNumber ?? []).drop { $0 == UInt8(ascii: "0") }
    self.millis = millis ?? .min
    digitCount = digits.count
    head = digits.prefix(ChangeOrder.headDigitCount).reduce(0) {
      $0 &* 10 &+ UInt128($1 & 15)
    }
    tail = digits.prefix(ChangeOrder.digitCountMax).dropFirst(ChangeOrder.headDigitCount)
      .reduce(0) { $0 &* 10 &+ UInt64($1 & 15) }
  }

  static func < (one: ChangeOrder, other: ChangeOrder) -> Bool {
    (one.millis, one.digitCount, one.head, one.tail)
      < (other.millis, other.digitCount, other.head, other.tail)
  }
}
