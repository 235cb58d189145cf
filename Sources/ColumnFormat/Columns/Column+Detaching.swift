extension Column {
  /// The same rows, which keep none of the memory alive that they were taken from.
  ///
  /// Long values are views of whole pages: a few rows of each page would keep the whole file in memory
  /// for as long as somebody collects them. Rows that are many for their pages are better left alone.
  public func detached() -> Column {
    switch form {
    case .flat(let values):
      return Column(flat: values.detached(validity, count: count), count: count, validity: validity)
    case .constant(let values, let isNull):
      return Column(.constant(values.detached(nil, count: 1), isNull: isNull), count: count)
    case .dictionary(_, let dictionary):
      // What is small for its rows stays, because operators are faster on its codes.
      if dictionary.count <= 4 * count { return self }
      return flattened().detached()
    case .runs: return flattened().detached()
    }
  }
}

extension Values {
  fileprivate func detached(_ validity: Validity?, count: Int) -> Values {
    switch self {
    case .bytes(let views, let heap):
      if heap.owners.isEmpty { return self }
      let arena = ByteArena()
      let copies = Buffer<ByteView>(count: count)
      for row in 0..<count {
        let isNull = validity.map { !$0.isValid(row) } ?? false
        copies.base[row] = isNull ? ByteView() : arena.copy(views.base[row])
      }
      return .bytes(copies, heap: ByteHeap([arena]))
    case .list(let offsets, let elements):
      return .list(offsets: offsets, elements: elements.detached())
    case .row(let fields): return .row(fields.map { $0.detached() })
    default: return self
    }
  }
}
