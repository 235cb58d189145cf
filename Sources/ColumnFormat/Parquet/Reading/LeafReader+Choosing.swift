extension LeafReader {
  /// Some of the next `total` rows of a flat column; the others are passed over.
  ///
  /// Pages without a chosen row are not decompressed, and of the others only the chosen values are
  /// decoded: of one row in a hundred this takes little more than the decompression.
  ///
  /// - Parameters:
  ///   - rows: The positions of the rows, ascending and below `total`.
  ///   - total: The number of rows to choose from.
  /// - Returns: As many rows as were chosen.
  /// - Throws: ``DecodingFailure`` when the pages are damaged.
  func read(_ rows: Buffer<UInt32>, of total: Int) throws(DecodingFailure) -> Column {
    decoder.begin(capacity: rows.count)
    validity.begin(capacity: rows.count)
    let positions = Buffer<UInt32>(count: rows.count)
    var done = 0
    var index = 0
    while index < rows.count {
      let ahead = Int(rows[index]) &- done
      if ahead >= slotsLeft && ahead > 0 {
        try skip(ahead)
        done += ahead
      }
      if slotsLeft == 0 { try beginPage() }
      let taken = min(total &- done, slotsLeft)
      let end = done &+ taken
      var count = 0
      while index &+ count < rows.count && Int(rows[index &+ count]) < end {
        positions.base[count] = rows[index &+ count] &- UInt32(truncatingIfNeeded: done)
        count &+= 1
      }
      let values = try appendValidity(positions, count: count, of: taken)
      // A page of nulls only may lack a dictionary.
      if values.total > 0 {
        try decoder.append(
          &page,
          chosen: ChosenValues(positions: positions.base, count: values.chosen),
          of: values.total
        )
      }
      slotsLeft &-= taken
      row += taken
      done = end
      index &+= count
    }
    if done < total { try skip(total - done) }
    return finish(count: rows.count, validity: validity.finish())
  }

  /// Decodes the definition levels of the next `total` rows, appends those of the chosen rows, and
  /// turns `positions` from those of rows to those of values.
  ///
  /// - Returns: How many of the chosen rows, and of all of these rows, have a value.
  private func appendValidity(_ positions: Buffer<UInt32>, count: Int, of total: Int)
    throws(DecodingFailure) -> (chosen: Int, total: Int)
  {
    guard leaf.definitionLevelMax > 0 else {
      validity.appendValid(count)
      return (count, total)
    }
    if try definitionLevels?.skipValid(total) == true {
      validity.appendValid(count)
      return (count, total)
    }
    var bits = ValidityBits()
    bits.begin(capacity: total)
    let valid = try definitionLevels?.decodeValidity(count: total, into: &bits) ?? 0
    guard let part = bits.finish() else {
      validity.appendValid(count)
      return (count, total)
    }
    let words = part.words.base
    var chosen = 0
    // The values in front of the current word of the bitmap.
    var word = 0
    var before = 0
    for index in 0..<count {
      let position = Int(positions[index])
      while word < position &>> 6 {
        before &+= words[word].nonzeroBitCount
        word &+= 1
      }
      let bit = UInt64(1) &<< UInt64(position & 63)
      if words[word] & bit != 0 {
        let rank = before &+ (words[word] & (bit &- 1)).nonzeroBitCount
        positions.base[chosen] = UInt32(truncatingIfNeeded: rank)
        chosen &+= 1
        validity.appendValid(1)
      } else {
        validity.appendNull(1)
      }
    }
    return (chosen, valid)
  }
}
