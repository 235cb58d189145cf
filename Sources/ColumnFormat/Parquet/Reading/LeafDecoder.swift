/// Turns the values of pages into a column; one subclass for each way values lie in memory.
///
/// For each run of rows: ``begin(capacity:)``, then ``append(_:count:)`` for the values of each page
/// that the rows reach into, without gaps for nulls, and ``finish(count:validity:)``. A call is made
/// once a page and run of rows, so that a class costs nothing.
class LeafDecoder {
  /// Whether rows that come as few runs of a dictionary's codes are to stay runs.
  var keepsRuns = false

  /// Starts a column of about `capacity` rows.
  func begin(capacity: Int) {}

  /// Takes the entries of the column chunk's dictionary page.
  func setDictionary(_ page: inout PageValues, count: Int) throws(DecodingFailure) {
    throw DecodingFailure("a dictionary page of values that have none")
  }

  /// Appends the next `count` values of the page.
  func append(_ page: inout PageValues, count: Int) throws(DecodingFailure) {}

  /// Appends some of the next `total` values of the page and passes over the others.
  func append(_ page: inout PageValues, chosen: ChosenValues, of total: Int)
    throws(DecodingFailure)
  {
    try chosen.appendRuns(
      of: total,
      append: { (count) throws(DecodingFailure) in try append(&page, count: count) },
      skip: { (count) throws(DecodingFailure) in try skip(&page, count: count) }
    )
  }

  /// Passes over the next `count` values of the page.
  func skip(_ page: inout PageValues, count: Int) throws(DecodingFailure) {}

  /// The column of `count` rows; those that `validity` has set are the values appended.
  func finish(count: Int, validity: Validity?) -> Column {
    Column.nulls(PhysicalType.boolean, count: count)
  }

  /// Whether columns point into the pages, so that a page's memory must not be used again.
  var keepsPages: Bool { false }
}

/// Positions among the next values of a page, ascending.
struct ChosenValues {
  var positions: UnsafePointer<UInt32>
  var count: Int

  /// Calls `append` for chosen values that follow each other and `skip` for those between them, until
  /// `total` values have been seen.
  @inline(__always)
  func appendRuns(
    of total: Int,
    append: (Int) throws(DecodingFailure) -> Void,
    skip: (Int) throws(DecodingFailure) -> Void
  ) throws(DecodingFailure) {
    var next = 0
    var index = 0
    while index < count {
      let first = Int(positions[index])
      var run = 1
      while index &+ run < count && Int(positions[index &+ run]) == first &+ run { run &+= 1 }
      if first > next { try skip(first &- next) }
      try append(run)
      next = first &+ run
      index &+= run
    }
    if next < total { try skip(total &- next) }
  }
}

/// Refuses codes that point behind the dictionary.
@inline(__always)
func checkCodes(_ codes: UnsafePointer<UInt32>, count: Int, entryCount: Int, bitWidth: Int)
  throws(DecodingFailure)
{
  // Codes of few bits cannot reach behind a full dictionary.
  if bitWidth < 32 && 1 &<< bitWidth <= entryCount { return }
  if bitWidth < 32 && entryCount > 0 {
    // The sign of what is left tells: without SSE 4.1 a maximum takes five times as long.
    let last = Int32(truncatingIfNeeded: entryCount - 1)
    var signs: Int32 = 0
    for index in 0..<count { signs |= last &- Int32(bitPattern: codes[index]) }
    if signs >= 0 { return }
  }
  var highest: UInt32 = 0
  for index in 0..<count { highest = max(highest, codes[index]) }
  if Int(highest) >= entryCount && count > 0 { throw codeTooLarge(highest, entryCount) }
}

/// The refusal of a code that points behind the dictionary.
func codeTooLarge(_ code: UInt32, _ entryCount: Int) -> DecodingFailure {
  DecodingFailure("the dictionary code \(code) is not among its \(entryCount) entries")
}

/// Reads columns that have only nulls, whatever they would be stored as.
final class NullLeafDecoder: LeafDecoder {
  override func setDictionary(_ page: inout PageValues, count: Int) throws(DecodingFailure) {}

  override func append(_ page: inout PageValues, count: Int) throws(DecodingFailure) {
    if count > 0 { throw DecodingFailure("a column of unknown type has values") }
  }

  override func finish(count: Int, validity: Validity?) -> Column {
    Column.nulls(PhysicalType.boolean, count: count)
  }
}
