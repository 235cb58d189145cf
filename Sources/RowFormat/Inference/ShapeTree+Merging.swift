import ColumnFormat

extension ShapeTree {
  /// Takes in what another tree saw in records that come after this one's.
  ///
  /// The result is that of one tree over all records: fields in first-seen order, and for each
  /// field the value that forced its type.
  ///
  /// - Returns: Whether there was room for all fields; if not, records should have been rejected.
  func merge(_ later: ShapeTree) -> Bool {
    if later.hasStreamRecords { hasStreamRecords = true }
    guard merge(later.root, of: later, into: root) else { return false }
    noteFolded(later.foldedNames)
    return true
  }

  private func merge(_ source: ShapePointer, of later: ShapeTree, into target: ShapePointer)
    -> Bool
  {
    absorb(source, of: later, into: target)
    for member in later.fields(of: source) {
      guard let field = field(of: target, named: later.name(of: member)),
        merge(member, of: later, into: field)
      else { return false }
    }
    guard let element = source.pointee.element else { return true }
    guard let own = self.element(of: target) else { return false }
    return merge(element, of: later, into: own)
  }
}

extension Shape {
  /// Takes in what another shape of the same field saw.
  mutating func add(_ other: Shape) {
    kinds.formUnion(other.kinds)
    integerMin = min(integerMin, other.integerMin)
    integerMax = max(integerMax, other.integerMax)
    integerDigitCount = max(integerDigitCount, other.integerDigitCount)
    scale = max(scale, other.scale)
    significantDigitCount = max(significantDigitCount, other.significantDigitCount)
    timeDigitCount = max(timeDigitCount, other.timeDigitCount)
    isFarFromEpoch = isFarFromEpoch || other.isFarFromEpoch
  }
}
