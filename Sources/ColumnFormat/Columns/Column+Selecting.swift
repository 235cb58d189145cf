/// Slices, gathers, joins and flattens columns; all keep nulls, and none copies long strings.
extension Column {
  /// The rows of `range`.
  public func slice(_ range: Range<Int>) -> Column {
    precondition(range.lowerBound >= 0 && range.upperBound <= count)
    if range.count == count { return self }
    let validity = self.validity?.slice(range)
    switch form {
    case .flat(let values):
      return Column(flat: values.slice(range), count: range.count, validity: validity)
    case .constant: return Column(form, count: range.count)
    case .dictionary(let codes, let dictionary):
      return Column(
        .dictionary(codes: codes.slice(range), dictionary),
        count: range.count,
        validity: validity
      )
    case .runs: return flattened().slice(range)
    }
  }

  /// The rows at `indices`, in that order; an index may repeat.
  public func taking(_ indices: Buffer<UInt32>) -> Column {
    let validity = self.validity?.taking(indices)
    switch form {
    case .flat(let values):
      return Column(flat: values.taking(indices), count: indices.count, validity: validity)
    case .constant: return Column(form, count: indices.count)
    case .dictionary(let codes, let dictionary):
      return Column(
        .dictionary(codes: gather(codes, indices), dictionary),
        count: indices.count,
        validity: validity
      )
    case .runs(let ends, let values):
      let runs = Column.runs(of: indices, ends)
      return Column(flat: values.taking(runs), count: indices.count, validity: validity)
    }
  }

  /// The runs that rows lie in.
  private static func runs(of rows: Buffer<UInt32>, _ ends: Buffer<UInt32>) -> Buffer<UInt32> {
    let runs = Buffer<UInt32>(count: rows.count)
    var run = 0
    for index in 0..<rows.count {
      let row = rows.base[index]
      // Rows mostly ascend.
      if run > 0 && row < ends.base[run &- 1] { run = 0 }
      while row >= ends.base[run] { run &+= 1 }
      runs.base[index] = UInt32(truncatingIfNeeded: run)
    }
    return runs
  }

  /// The same rows with one value each.
  public func flattened() -> Column {
    switch form {
    case .flat: return self
    case .constant(let values, let isNull):
      let zeros = Buffer<UInt32>(repeating: 0, count: count)
      return Column(
        flat: values.taking(zeros),
        count: count,
        validity: isNull ? .allNull(count: count) : nil
      )
    case .dictionary(let codes, let dictionary):
      return Column(flat: dictionary.values.taking(codes), count: count, validity: validity)
    case .runs(let ends, let values):
      let positions = Buffer<UInt32>(count: count)
      var row = 0
      for run in 0..<ends.count {
        let end = Int(ends.base[run])
        while row < end {
          positions.base[row] = UInt32(truncatingIfNeeded: run)
          row &+= 1
        }
      }
      return Column(flat: values.taking(positions), count: count, validity: validity)
    }
  }

  /// The same rows, with one value each instead of runs.
  public func expanded() -> Column {
    if case .runs = form { return flattened() }
    return self
  }

  /// The values with one entry a row, whatever form the column has.
  public var flatValues: Values {
    // The flattened column is flat by its contract.
    guard case .flat(let values) = flattened().form else { preconditionFailure("not flat") }
    return values
  }

  /// The rows of all columns one after the other; they share one physical type.
  public static func concatenate(_ columns: [Column]) -> Column {
    precondition(!columns.isEmpty, "nothing to concatenate")
    if columns.count == 1 { return columns[0] }
    if let shared = concatenateCodes(columns) { return shared }
    let flat = columns.map { $0.flattened() }
    let count = flat.reduce(0) { $0 + $1.count }
    return Column(
      flat: Values.concatenate(flat.map(\.flatValues), counts: flat.map(\.count)),
      count: count,
      validity: concatenateValidity(flat, count: count)
    )
  }

  /// The columns' codes one after the other, where all point into one dictionary.
  private static func concatenateCodes(_ columns: [Column]) -> Column? {
    guard case .dictionary(_, let dictionary) = columns[0].form else { return nil }
    var codes = BufferBuilder<UInt32>(capacity: columns.reduce(0) { $0 + $1.count })
    for column in columns {
      guard case .dictionary(let part, let other) = column.form, other === dictionary else {
        return nil
      }
      codes.append(from: part.base, count: part.count)
    }
    return Column(
      .dictionary(codes: codes.finish(), dictionary),
      count: codes.count,
      validity: concatenateValidity(columns, count: codes.count)
    )
  }

  private static func concatenateValidity(_ columns: [Column], count: Int) -> Validity? {
    if columns.allSatisfy({ $0.validity == nil }) { return nil }
    var builder = ValidityBuilder()
    for column in columns {
      if let validity = column.validity {
        for row in 0..<column.count { builder.append(validity.isValid(row)) }
      } else {
        builder.append(repeating: true, count: column.count)
      }
    }
    return builder.finish()
  }
}

extension Values {
  /// The values of `range` without copying them.
  public func slice(_ range: Range<Int>) -> Values {
    switch self {
    case .boolean(let values): .boolean(values.slice(range))
    case .int8(let values): .int8(values.slice(range))
    case .int16(let values): .int16(values.slice(range))
    case .int32(let values): .int32(values.slice(range))
    case .int64(let values): .int64(values.slice(range))
    case .int128(let values): .int128(values.slice(range))
    case .float32(let values): .float32(values.slice(range))
    case .float64(let values): .float64(values.slice(range))
    case .bytes(let values, let heap): .bytes(values.slice(range), heap: heap)
    case .list(let offsets, let elements):
      .list(
        offsets: offsets.slice(range.lowerBound..<(range.upperBound + 1)),
        elements: elements
      )
    case .row(let fields): .row(fields.map { $0.slice(range) })
    }
  }

  /// The values at `indices`, in that order.
  public func taking(_ indices: Buffer<UInt32>) -> Values {
    switch self {
    case .boolean(let values): .boolean(gather(values, indices))
    case .int8(let values): .int8(gather(values, indices))
    case .int16(let values): .int16(gather(values, indices))
    case .int32(let values): .int32(gather(values, indices))
    case .int64(let values): .int64(gather(values, indices))
    case .int128(let values): .int128(gather(values, indices))
    case .float32(let values): .float32(gather(values, indices))
    case .float64(let values): .float64(gather(values, indices))
    case .bytes(let values, let heap): .bytes(gather(values, indices), heap: heap)
    case .list(let offsets, let elements): takingLists(offsets, elements, indices)
    case .row(let fields): .row(fields.map { $0.taking(indices) })
    }
  }

  private func takingLists(
    _ offsets: Buffer<UInt32>,
    _ elements: Column,
    _ indices: Buffer<UInt32>
  ) -> Values {
    let taken = Buffer<UInt32>(count: indices.count + 1)
    var rows = BufferBuilder<UInt32>(capacity: indices.count)
    taken.base[0] = 0
    for index in 0..<indices.count {
      let row = Int(indices.base[index])
      for element in offsets.base[row]..<max(offsets.base[row + 1], offsets.base[row]) {
        rows.append(element)
      }
      taken.base[index + 1] = UInt32(rows.count)
    }
    return .list(offsets: taken, elements: elements.taking(rows.finish()))
  }

  /// The values of all parts one after the other; they share one physical type.
  static func concatenate(_ parts: [Values], counts: [Int]) -> Values {
    switch parts[0] {
    case .boolean:
      return .boolean(join(parts) { if case .boolean(let part) = $0 { part } else { nil } })
    case .int8: return .int8(join(parts) { if case .int8(let part) = $0 { part } else { nil } })
    case .int16: return .int16(join(parts) { if case .int16(let part) = $0 { part } else { nil } })
    case .int32: return .int32(join(parts) { if case .int32(let part) = $0 { part } else { nil } })
    case .int64: return .int64(join(parts) { if case .int64(let part) = $0 { part } else { nil } })
    case .int128:
      return .int128(join(parts) { if case .int128(let part) = $0 { part } else { nil } })
    case .float32:
      return .float32(join(parts) { if case .float32(let part) = $0 { part } else { nil } })
    case .float64:
      return .float64(join(parts) { if case .float64(let part) = $0 { part } else { nil } })
    case .bytes:
      let heaps = parts.compactMap { if case .bytes(_, let heap) = $0 { heap } else { nil } }
      return .bytes(
        join(parts) { if case .bytes(let part, _) = $0 { part } else { nil } },
        heap: ByteHeap.union(heaps)
      )
    case .list: return concatenateLists(parts, counts: counts)
    case .row(let first):
      let fields = first.indices.map { field in
        Column.concatenate(
          parts.map {
            guard case .row(let columns) = $0 else { preconditionFailure("mixed physical types") }
            return columns[field]
          }
        )
      }
      return .row(fields)
    }
  }

  private static func concatenateLists(_ parts: [Values], counts: [Int]) -> Values {
    var offsets = BufferBuilder<UInt32>(capacity: counts.reduce(1, +))
    offsets.append(0)
    var elements: [Column] = []
    var template: Column?
    var end: UInt32 = 0
    for (part, count) in zip(parts, counts) {
      guard case .list(let own, let column) = part else {
        preconditionFailure("mixed physical types")
      }
      let first = own.base[0]
      for row in 0..<count { offsets.append(end + own.base[row + 1] - first) }
      // An empty list made from scalars does not know its elements' type.
      let isEmpty = own.base[count] == first
      if !isEmpty { elements.append(column.slice(Int(first)..<Int(own.base[count]))) }
      template = template ?? column.slice(0..<0)
      end += own.base[count] - first
    }
    if elements.isEmpty, let template { elements.append(template) }
    return .list(offsets: offsets.finish(), elements: Column.concatenate(elements))
  }

  private static func join<Element: BitwiseCopyable>(
    _ parts: [Values],
    _ buffer: (Values) -> Buffer<Element>?
  ) -> Buffer<Element> {
    let buffers = parts.map { part in
      guard let own = buffer(part) else { preconditionFailure("mixed physical types") }
      return own
    }
    let joined = Buffer<Element>(count: buffers.reduce(0) { $0 + $1.count })
    var next = joined.base
    for own in buffers {
      next.update(from: own.base, count: own.count)
      next += own.count
    }
    return joined
  }
}

/// The values at `indices`.
@inline(__always)
func gather<Element: BitwiseCopyable>(_ values: Buffer<Element>, _ indices: Buffer<UInt32>)
  -> Buffer<Element>
{
  let taken = Buffer<Element>(count: indices.count)
  let source = values.base
  let target = taken.base
  let positions = indices.base
  for index in 0..<indices.count { target[index] = source[Int(positions[index])] }
  return taken
}
