/// Where the lines of one record of Kinesis begin in the unwrapped input, and its sequence number.
struct SequencePlace: Sendable, Hashable {
  var byteOffset: Int
  /// Nil where the envelope has none.
  var number: String?
}

extension RecordBlock {
  /// The sequence number of the envelope that a record came in.
  ///
  /// - Parameter byteOffset: Where the record starts in the unwrapped input.
  /// - Returns: The number; nil for records that came in none, or in one without a number.
  package func sequenceNumber(at byteOffset: Int) -> String? {
    var low = 0
    var high = sequencePlaces.count
    while low < high {
      let middle = (low + high) / 2
      if sequencePlaces[middle].byteOffset <= byteOffset { low = middle + 1 } else { high = middle }
    }
    return low == 0 ? nil : sequencePlaces[low - 1].number
  }
}
