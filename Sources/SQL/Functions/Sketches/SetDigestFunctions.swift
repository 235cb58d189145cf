import ColumnFormat

/// Likeness of sets by sketches that can be kept and merged.
///
/// Source: Trino documentation, "Set Digest functions".
enum SetDigestFunctions {
  typealias Bytes = UnsafeRawBufferPointer

  static func register(_ functions: inout FunctionRegistry) {
    for type in [SQLType.bigint, .double, .text] {
      functions.aggregate(
        "make_set_digest(\(type)) -> setdigest",
        "A sketch of the set of values.",
        examples: type == .bigint
          ? ["cardinality(make_set_digest(x)) FROM (VALUES 1, 2, 2, 3) AS t(x)": "3"] : [:]
      ) { _ in
        {
          SketchState<SetDigest> { arguments in
            let hash = HyperLogLog.hashes(arguments[0], type)
            return { row, sketch in
              if sketch == nil { sketch = SetDigest() }
              sketch?.add(hash(row))
            }
          }
        }
      }
    }
    functions.aggregate(
      "merge_set_digest(setdigest) -> setdigest",
      "One sketch of all that several sketches have seen.",
      examples: [
        """
        cardinality(merge_set_digest(s)) FROM (SELECT make_set_digest(x) FROM (VALUES 1, 2) AS a(x) \
        UNION ALL SELECT make_set_digest(x) FROM (VALUES 2, 3) AS b(x)) AS t(s)
        """: "3"
      ]
    ) { _ in
      {
        SketchState<SetDigest> { arguments in
          let views = Operand<ByteView>(arguments[0])
          return { row, sketch in
            let other = try SetDigest.read((views.buffer.base + (row & views.mask)).bytes)
            if sketch == nil { sketch = other } else { try sketch?.merge(other) }
          }
        }
      }
    }
    functions.scalar("cardinality(setdigest) -> bigint") { a, n, _ in
      try Rowwise.map(a, n) { (bytes: Bytes) throws -> Int64? in
        try SetDigest.read(bytes).cardinality
      }
    }
    functions.scalar(
      "intersection_cardinality(setdigest, setdigest) -> bigint",
      "How many values are in both sets.",
      examples: [
        """
        intersection_cardinality(make_set_digest(v1), make_set_digest(v2)) \
        FROM (VALUES (1, 1), (NULL, 2), (2, 3), (3, 4)) AS t(v1, v2)
        """: "3"
      ]
    ) { a, n, _ in
      try Rowwise.map(a, n) { (left: Bytes, right: Bytes) throws -> Int64? in
        try SetDigest.sharedCount(try SetDigest.read(left), try SetDigest.read(right))
      }
    }
    functions.scalar(
      "jaccard_index(setdigest, setdigest) -> double",
      "The share of the values of both sets that are in both.",
      examples: [
        """
        jaccard_index(make_set_digest(v1), make_set_digest(v2)) \
        FROM (VALUES (1, 1), (NULL, 2), (2, 3), (NULL, 4)) AS t(v1, v2)
        """: "0.5"
      ]
    ) { a, n, _ in
      try Rowwise.map(a, n) { (left: Bytes, right: Bytes) throws -> Double? in
        SetDigest.similarity(try SetDigest.read(left), try SetDigest.read(right))
      }
    }
    functions.scalar(
      "hash_counts(setdigest) -> map(bigint, smallint)",
      "The hashes that the sketch keeps, and how often each came.",
      examples: [
        "hash_counts(make_set_digest(x)) FROM (VALUES 1, 1, 1, 2, 2) AS t(x)":
          "{-2447670524089286488=2, 19144387141682250=3}"
      ]
    ) { a, n, _ in
      var scalars: [Scalar] = []
      for row in 0..<n {
        guard a[0].isValid(row), case .bytes(let bytes) = a[0].scalar(at: row),
          let digest = SetDigest(serialized: bytes)
        else {
          scalars.append(.null)
          continue
        }
        let pairs = digest.counts.sorted { $0.key < $1.key }
        scalars.append(.list(pairs.map { .row([.int($0.key), .int(Int64($0.value))]) }))
      }
      return Column(scalars: scalars, type: .map(key: .bigint, value: .smallint))
    }
  }
}
