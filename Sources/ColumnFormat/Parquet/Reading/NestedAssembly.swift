/// Puts lists and rows together from the levels of the columns below them.
///
/// Each node looks only at the slots where its parent has an instance: those that start no deeper
/// than the innermost list around it (`repetition <= outer`) and lie in one of its elements
/// (`definition >= threshold`).
struct NestedAssembly {
  /// The slots of each leaf below the field that was read, by the leaf's number.
  let slots: [Int: LeafSlots]
  let schema: FileSchema

  /// The column of a node.
  ///
  /// - Parameters:
  ///   - node: The node.
  ///   - outer: The repetition level of the innermost list around it.
  ///   - threshold: The definition level from which on that list has an element.
  /// - Returns: One row for each instance.
  /// - Throws: ``DecodingFailure`` when the levels of columns contradict each other.
  func column(_ node: ColumnNode, outer: Int = 0, threshold: Int = 0) throws(DecodingFailure)
    -> Column
  {
    guard let number = node.leaves.first, let first = slots[number] else {
      throw DecodingFailure("a group has no fields")
    }
    switch node {
    case .leaf: return first.column
    case .row(let level, let fields):
      var columns: [Column] = []
      for field in fields {
        columns.append(try column(field, outer: outer, threshold: threshold))
      }
      let count = columns.first?.count ?? 0
      for column in columns where column.count != count {
        throw DecodingFailure(
          "the fields of a row have \(count) and \(column.count) values for the same rows"
        )
      }
      var validity: Validity?
      if let level {
        validity = try rowValidity(first, count, outer, threshold, level)
      }
      return Column(flat: .row(columns), count: count, validity: validity)
    case .list(let levels, let element):
      let elements = try column(
        element,
        outer: levels.repetitionLevel,
        threshold: levels.elementDefinitionLevel
      )
      return try list(first, levels, elements, outer, threshold)
    }
  }

  private func rowValidity(
    _ slots: LeafSlots,
    _ count: Int,
    _ outer: Int,
    _ threshold: Int,
    _ level: Int
  ) throws(DecodingFailure) -> Validity? {
    let definition = slots.definition.base
    let flags = Buffer<UInt8>(count: slots.count + 1)
    let target = flags.base
    let present = UInt8(level)
    let lowest = UInt8(threshold)
    var next = 0
    if slots.repetition.count == 0 {
      for index in 0..<slots.count {
        target[next] = BranchFree.byte(definition[index] >= present)
        next &+= BranchFree.integer(definition[index] >= lowest)
      }
    } else {
      let repetition = slots.repetition.base
      let deepest = UInt8(outer)
      for index in 0..<slots.count {
        target[next] = BranchFree.byte(definition[index] >= present)
        next &+=
          BranchFree.integer(definition[index] >= lowest)
          & BranchFree.integer(repetition[index] <= deepest)
      }
    }
    guard next == count else {
      throw DecodingFailure("a row has \(next) instances, its fields \(count)")
    }
    return Validity.fromBytes(target, count: count)
  }

  private func list(
    _ slots: LeafSlots,
    _ levels: ListLevels,
    _ elements: Column,
    _ outer: Int,
    _ threshold: Int
  ) throws(DecodingFailure) -> Column {
    let definition = slots.definition.base
    let repetition = slots.repetition.base
    guard slots.repetition.count == slots.count else {
      throw DecodingFailure("a list has no repetition levels")
    }
    let offsets = Buffer<UInt32>(count: slots.count + 2)
    let flags = Buffer<UInt8>(count: slots.count + 1)
    let starts = offsets.base
    let target = flags.base
    let deepest = UInt8(outer)
    let lowest = UInt8(threshold)
    let own = UInt8(levels.repetitionLevel)
    let present = UInt8(levels.definitionLevel ?? 0)
    let filled = UInt8(levels.elementDefinitionLevel)
    var count = 0
    var elementCount: UInt32 = 0
    for index in 0..<slots.count {
      let depth = definition[index]
      let start = repetition[index]
      starts[count] = elementCount
      target[count] = BranchFree.byte(depth >= present)
      count &+= BranchFree.integer(start <= deepest) & BranchFree.integer(depth >= lowest)
      elementCount &+= UInt32(
        truncatingIfNeeded: BranchFree.integer(start <= own) & BranchFree.integer(depth >= filled)
      )
    }
    starts[count] = elementCount
    guard Int(elementCount) == elements.count else {
      throw DecodingFailure("lists of \(elementCount) elements have \(elements.count) values")
    }
    return Column(
      flat: .list(offsets: offsets.slice(0..<(count + 1)), elements: elements),
      count: count,
      validity: levels.definitionLevel == nil ? nil : Validity.fromBytes(target, count: count)
    )
  }
}
