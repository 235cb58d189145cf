/// Turns the values of pages into a column; one subclass for each way values lie in memory.
///
/// For each run of rows: ``begin(capacity:)``, then ``append(_:count:)`` for the values of each page
/// that the rows reach into, without gaps for nulls, and ``finish(count:validity:)``. A call is made
/// once a page and run of rows, so that a class costs nothing.
class LeafDecoder {
  /// Starts a column of about `capacity` rows.
  func begin(capacity: Int) {}

  /// Takes the entries of the column chunk's dictionary page.
  func setDictionary(_ page: inout PageValues, count: Int) throws(DecodingFailure) {
    throw DecodingFailure("a dictionary page of values that have none")
  }

  /// Appends the next `count` values of the page.
  func append(_ page: inout PageValues, count: Int) throws(DecodingFailure) {}

  /// Passes over the next `count` values of the page.
  func skip(_ page: inout PageValues, count: Int) throws(DecodingFailure) {}

  /// The column of `count` rows; those that `validity` has set are the values appended.
  func finish(count: Int, validity: Validity?) -> Column {
    Column.nulls(PhysicalType.boolean, count: count)
  }

  /// Whether columns point into the pages, so that a page's memory must not be used again.
  var keepsPages: Bool { false }
}

/// Finds the largest of the codes and refuses those that point behind the dictionary.
@inline(__always)
func checkCodes(_ codes: UnsafePointer<UInt32>, count: Int, entryCount: Int, bitWidth: Int)
  throws(DecodingFailure)
{
  // Codes of few bits cannot reach behind a full dictionary.
  if bitWidth < 32 && 1 &<< bitWidth <= entryCount { return }
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
