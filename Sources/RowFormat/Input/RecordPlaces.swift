import ColumnFormat

/// Where the records of a block stand, before anybody decodes them.
package enum RecordPlaces {
  /// A record, whether it is sound or not.
  package struct Place: Sendable {
    /// Its bytes in the block, without the line end.
    package var bytes: Range<Int>
    /// Its number, from the block's first record.
    package var number: Int
  }

  /// The records of a block, in order; what is no record is one up to the end of its line.
  package static func all(
    of block: RecordBlock,
    format: RecordFormat,
    nestingDepthMax: Int
  ) -> [Place] {
    if case .csv(let layout) = format { return delimited(block, layout) }
    return lines(block, nestingDepthMax)
  }

  private static func lines(_ block: RecordBlock, _ depthMax: Int) -> [Place] {
    var places: [Place] = []
    let start = UnsafePointer(block.bytes.base)
    let end = start + block.bytes.count
    var at = start
    var line = 0
    while at < end {
      let byte = at.pointee
      if byte == 0x0A { line += 1 }
      if byte == 0x0A || byte == 0x20 || byte == 0x09 || byte == 0x0D {
        at += 1
        continue
      }
      var stop = at
      var scanner = JSONScanner(start: at, depthMax: depthMax)
      if byte == UInt8(ascii: "{"), let after = scanner.skipObject(at, depth: 0) {
        stop = after
      } else {
        while stop < end && stop.pointee != 0x0A { stop += 1 }
      }
      var last = stop
      if last > at && last[-1] == 0x0D { last -= 1 }
      places.append(Place(bytes: at - start..<last - start, number: line))
      at = stop
    }
    return places
  }

  private static func delimited(_ block: RecordBlock, _ layout: CSVLayout) -> [Place] {
    var places: [Place] = []
    let start = UnsafePointer(block.bytes.base)
    var tokenizer = CSVTokenizer(
      start: start,
      end: start + block.bytes.count,
      layout: layout,
      fieldCapacity: 0
    )
    defer { tokenizer.free() }
    var number = -1
    while true {
      number += 1
      switch tokenizer.next() {
      case .end: return places
      case .empty: continue
      default:
        places.append(
          Place(
            bytes: tokenizer.recordStart - start..<tokenizer.recordEnd - start,
            number: number
          )
        )
      }
    }
  }
}
