import ColumnFormat

/// Arrays of numbers, and maps of words to weights, as vectors.
enum VectorFunctions {
  /// What two vectors of one row add up to.
  private struct Products {
    var dot = 0.0
    var leftSquare = 0.0
    var rightSquare = 0.0
    var distanceSquare = 0.0

    func cosine() throws -> Double {
      if leftSquare == 0 || rightSquare == 0 {
        throw SQLError(.invalidArgument, "Vector magnitude cannot be zero")
      }
      return dot / (leftSquare.squareRoot() * rightSquare.squareRoot())
    }
  }

  static func register(_ functions: inout FunctionRegistry) {
    pair(
      &functions,
      "cosine_similarity",
      "The cosine of the angle between two vectors.",
      ["cosine_similarity(ARRAY[1.0, 2.0], ARRAY[3.0, 4.0])": "0.9838699100999074"]
    ) { try $0.cosine() }
    pair(
      &functions,
      "cosine_distance",
      "One minus the cosine of the angle between two vectors.",
      ["cosine_distance(ARRAY[1.0, 0.0], ARRAY[0.0, 1.0])": "1.0"]
    ) { 1 - (try $0.cosine()) }
    pair(
      &functions,
      "dot_product",
      "The sum of the products of two vectors' numbers.",
      ["dot_product(ARRAY[1.0, 2.0], ARRAY[3.0, 4.0])": "11.0"]
    ) { $0.dot }
    pair(
      &functions,
      "euclidean_distance",
      "The straight distance between two vectors.",
      ["euclidean_distance(ARRAY[0.0, 0.0], ARRAY[3.0, 4.0])": "5.0"]
    ) { $0.distanceSquare.squareRoot() }
    functions.scalar(
      "cosine_similarity(map(varchar, double), map(varchar, double)) -> double",
      canFail: false
    ) { a, n, _ in sparseSimilarity(a, n) }
  }

  private static func pair(
    _ functions: inout FunctionRegistry,
    _ name: String,
    _ summary: String,
    _ examples: KeyValuePairs<String, String>,
    _ result: @escaping @Sendable (Products) throws -> Double
  ) {
    functions.scalar(
      "\(name)(array(double), array(double)) -> double",
      summary,
      examples: examples
    ) { a, n, _ in
      let lists = a.map { ListOperand($0) }
      let left = Operand<Double>(lists[0].elements)
      let right = Operand<Double>(lists[1].elements)
      let validity = Column.unitedValidity(a)
      let values = Buffer<Double>(repeating: 0, count: n)
      let known = Buffer<UInt8>(repeating: 1, count: n)
      for row in 0..<n where validity?.isValid(row) ?? true {
        guard lists[0][row].count == lists[1][row].count else {
          throw SQLError(.invalidArgument, "The arguments must have the same length")
        }
        var sums = Products()
        for (i, j) in zip(lists[0][row], lists[1][row]) {
          guard left.validity?.isValid(i) ?? true, right.validity?.isValid(j) ?? true else {
            known.base[row] = 0
            break
          }
          let (x, y) = (left[i], right[j])
          sums.dot += x * y
          sums.leftSquare += x * x
          sums.rightSquare += y * y
          sums.distanceSquare += (x - y) * (x - y)
        }
        if known.base[row] == 1 { values.base[row] = try result(sums) }
      }
      return Column(
        values,
        validity: Validity.intersection(validity, Validity.fromBytes(known.base, count: n))
      )
    }
  }

  /// Words that only one side has count with weight zero on the other.
  private static func sparseSimilarity(_ arguments: [Column], _ rowCount: Int) -> Column {
    let lists = arguments.map { ListOperand($0) }
    let sides = lists.map { list -> (keys: Operand<ByteView>, values: Operand<Double>) in
      let (keys, values) = list.pairs
      return (Operand<ByteView>(keys), Operand<Double>(values))
    }
    let validity = Column.unitedValidity(arguments)
    let result = Buffer<Double>(repeating: 0, count: rowCount)
    let known = Buffer<UInt8>(repeating: 0, count: rowCount)
    for row in 0..<rowCount where validity?.isValid(row) ?? true {
      var weights: [[UInt8]: Double] = [:]
      var squares = [0.0, 0.0]
      var dot = 0.0
      var hasNull = false
      for side in 0..<2 {
        for place in lists[side][row] {
          guard sides[side].values.validity?.isValid(place) ?? true else {
            hasNull = true
            continue
          }
          let weight = sides[side].values[place]
          let key = Array((sides[side].keys.buffer.base + place).bytes)
          squares[side] += weight * weight
          if side == 0 { weights[key] = weight } else { dot += (weights[key] ?? 0) * weight }
        }
      }
      if hasNull || squares[0] == 0 || squares[1] == 0 { continue }
      known.base[row] = 1
      result.base[row] = dot / (squares[0].squareRoot() * squares[1].squareRoot())
    }
    return Column(result, validity: Validity.fromBytes(known.base, count: rowCount))
  }
}
