/// Finds the names that somebody may have meant.
package enum NearestName {
  /// The candidate nearest to `name`, if it is near enough to be a slip; compared without case.
  package static func suggestion(for name: String, among candidates: some Collection<String>)
    -> String?
  {
    let wanted = Array(name.lowercased().utf8)
    // A third of the letters, one or two: `id` may become `ids` but not `no`, and of a name of one
    // letter nothing would be left.
    let limit = wanted.count < 2 ? 0 : max(1, min(2, wanted.count / 3))
    var best: (distance: Int, name: String)?
    for candidate in candidates {
      let other = Array(candidate.lowercased().utf8)
      if abs(other.count - wanted.count) > limit { continue }
      let distance = distance(wanted, other)
      if distance <= limit && distance < (best?.distance ?? .max) { best = (distance, candidate) }
    }
    if best == nil && wanted.count >= 3 {
      // `customer` for `customer_name`: one is the beginning or the end of the other.
      let near = candidates.filter {
        let other = $0.lowercased()
        return other.utf8.count >= 3
          && (other.hasPrefix(name.lowercased()) || other.hasSuffix(name.lowercased()))
      }
      if near.count == 1 { return near[0] }
    }
    return best?.name
  }

  /// How many letters must be put in, left out, replaced or swapped with their neighbour.
  ///
  /// The restricted Damerau-Levenshtein distance.
  static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
    var before: [Int] = []
    var previous = Array(0...right.count)
    for (row, a) in left.enumerated() {
      var current = [row + 1]
      current.reserveCapacity(right.count + 1)
      for (column, b) in right.enumerated() {
        var cost = min(previous[column + 1], current[column]) + 1
        cost = min(cost, previous[column] + (a == b ? 0 : 1))
        if row > 0 && column > 0 && a == right[column - 1] && left[row - 1] == b {
          cost = min(cost, before[column - 1] + 1)
        }
        current.append(cost)
      }
      before = previous
      previous = current
    }
    return previous[right.count]
  }
}
