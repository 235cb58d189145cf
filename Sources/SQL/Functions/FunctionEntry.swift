/// One function of the catalog: what binds, documents and tests it.
struct FunctionEntry: Sendable {
  enum Kind: String, Sendable {
    case scalar, aggregate, window
    /// Reached by an operator's sign, not by name.
    case `operator`
  }

  /// A call that can be run, and its result as text (`NULL` for null).
  struct Example: Sendable, Equatable {
    var call: String
    var result: String
  }

  /// What a signature stands for.
  struct Overload: Sendable {
    /// As text: `substr(varchar, bigint) -> varchar`.
    var signature: String
    var implementation: Implementation
  }

  enum Implementation: Sendable {
    case scalar(@Sendable (SignatureMatch) -> ScalarFunction?)
    case aggregate(@Sendable (SignatureMatch) -> AggregateFunction?)
    /// Computed by the window operator.
    case window
  }

  var name: String
  var kind: Kind
  /// One line.
  var summary: String
  var overloads: [Overload]
  var examples: [Example]
  /// Chooses by code where signatures do not say enough; goes before the overloads.
  var resolve: (@Sendable ([SQLType]) -> ScalarFunction?)?
  var resolveAggregate: (@Sendable ([SQLType]) -> AggregateFunction?)?

  /// As text, for SHOW FUNCTIONS and messages.
  var signatures: [String] { overloads.map(\.signature) }
}

/// Collects the catalog's entries, family by family.
struct FunctionRegistry {
  private(set) var entries: [FunctionEntry] = []
  private var positions: [String: Int] = [:]

  private static func name(of signature: String) -> String {
    String(signature.prefix { $0 != "(" })
  }

  private mutating func entry(
    _ name: String,
    _ kind: FunctionEntry.Kind,
    _ summary: String,
    _ examples: KeyValuePairs<String, String>
  ) -> Int {
    let added = examples.map { FunctionEntry.Example(call: $0.key, result: $0.value) }
    if let position = positions[name] {
      entries[position].examples += added
      if entries[position].summary.isEmpty { entries[position].summary = summary }
      return position
    }
    positions[name] = entries.count
    entries.append(
      FunctionEntry(name: name, kind: kind, summary: summary, overloads: [], examples: added)
    )
    return entries.count - 1
  }

  /// Adds a scalar function, or another signature of one.
  ///
  /// - Parameters:
  ///   - signature: `substr(varchar, bigint) -> varchar`.
  ///   - summary: One line; only with the first signature of a name.
  ///   - examples: Calls and their results as text.
  ///   - nulls: Who deals with nulls.
  ///   - canFail: Whether a value can make it fail.
  ///   - isDeterministic: Whether equal arguments give equal results.
  ///   - kernel: Computes the rows.
  mutating func scalar(
    _ signature: String,
    _ summary: String = "",
    examples: KeyValuePairs<String, String> = [:],
    nulls: ScalarFunction.NullBehaviour = .propagates,
    canFail: Bool = true,
    isDeterministic: Bool = true,
    kernel: @escaping ScalarFunction.Kernel
  ) {
    make(
      signature,
      summary,
      examples: examples,
      nulls: nulls,
      canFail: canFail,
      isDeterministic: isDeterministic
    ) { _ in kernel }
  }

  /// Adds a scalar function whose kernel depends on the types.
  mutating func make(
    _ signature: String,
    _ summary: String = "",
    examples: KeyValuePairs<String, String> = [:],
    nulls: ScalarFunction.NullBehaviour = .propagates,
    canFail: Bool = true,
    isDeterministic: Bool = true,
    result: (@Sendable (SignatureMatch) -> SQLType?)? = nil,
    kernel: @escaping @Sendable (SignatureMatch) -> ScalarFunction.Kernel?
  ) {
    let name = FunctionRegistry.name(of: signature)
    let position = entry(name, .scalar, summary, examples)
    let implementation = FunctionEntry.Implementation.scalar { match in
      var match = match
      if let result {
        guard let type = result(match) else { return nil }
        match.resultType = type
      }
      guard let made = kernel(match) else { return nil }
      return ScalarFunction(
        name: name,
        argumentTypes: match.argumentTypes,
        resultType: match.resultType,
        nulls: nulls,
        isDeterministic: isDeterministic,
        canFail: canFail,
        kernel: made
      )
    }
    entries[position].overloads.append(
      FunctionEntry.Overload(signature: signature, implementation: implementation)
    )
  }

  /// Adds a function that takes lambdas.
  mutating func higherOrder(
    _ signature: String,
    _ summary: String = "",
    examples: KeyValuePairs<String, String> = [:],
    kernel: @escaping @Sendable (SignatureMatch) -> ScalarFunction.LambdaKernel
  ) {
    let name = FunctionRegistry.name(of: signature)
    let position = entry(name, .scalar, summary, examples)
    let implementation = FunctionEntry.Implementation.scalar { match in
      ScalarFunction(
        name: name,
        argumentTypes: match.argumentTypes,
        resultType: match.resultType,
        nulls: .custom,
        isDeterministic: true,
        canFail: true,
        kernel: { _, _, _ in
          throw SQLError(.notSupported, "\(name) needs a lambda")
        },
        lambdaKernel: kernel(match)
      )
    }
    entries[position].overloads.append(
      FunctionEntry.Overload(signature: signature, implementation: implementation)
    )
  }

  /// Adds an aggregate function, or another signature of one.
  mutating func aggregate(
    _ signature: String,
    _ summary: String = "",
    examples: KeyValuePairs<String, String> = [:],
    result: (@Sendable (SignatureMatch) -> SQLType?)? = nil,
    state: @escaping @Sendable (SignatureMatch) -> (@Sendable () -> any AggregateState)?
  ) {
    let name = FunctionRegistry.name(of: signature)
    let position = entry(name, .aggregate, summary, examples)
    let implementation = FunctionEntry.Implementation.aggregate { match in
      var match = match
      if let result {
        guard let type = result(match) else { return nil }
        match.resultType = type
      }
      guard let makeState = state(match) else { return nil }
      return AggregateFunction(
        name: name,
        argumentTypes: match.argumentTypes,
        resultType: match.resultType,
        makeState: makeState
      )
    }
    entries[position].overloads.append(
      FunctionEntry.Overload(signature: signature, implementation: implementation)
    )
  }

  /// Adds a function that only the window operator computes.
  mutating func window(
    _ signature: String,
    _ summary: String = "",
    examples: KeyValuePairs<String, String> = [:]
  ) {
    let position = entry(FunctionRegistry.name(of: signature), .window, summary, examples)
    entries[position].overloads.append(
      FunctionEntry.Overload(signature: signature, implementation: .window)
    )
  }

  /// Adds an operator or a function that chooses its implementation by code.
  mutating func custom(
    _ name: String,
    _ summary: String,
    kind: FunctionEntry.Kind = .scalar,
    signatures: [String],
    examples: KeyValuePairs<String, String> = [:],
    resolve: @escaping @Sendable ([SQLType]) -> ScalarFunction?
  ) {
    let position = entry(name, kind, summary, examples)
    entries[position].resolve = resolve
    entries[position].overloads += signatures.map {
      FunctionEntry.Overload(signature: $0, implementation: .scalar { _ in nil })
    }
  }

  /// Adds examples to functions that were made in a loop.
  mutating func examples(_ examples: [(name: String, call: String, result: String)]) {
    for (name, call, result) in examples {
      guard let position = positions[name] else {
        preconditionFailure("'\(name)' is not in the catalog")
      }
      entries[position].examples.append(FunctionEntry.Example(call: call, result: result))
    }
  }

  /// Lets a function go by a second name.
  mutating func alias(_ name: String, of original: String) {
    guard let source = positions[original] else {
      preconditionFailure("'\(original)' is not in the catalog")
    }
    var copy = entries[source]
    copy.name = name
    copy.examples = copy.examples.compactMap { example in
      guard example.call.hasPrefix(original + "(") else { return nil }
      let call = name + example.call.dropFirst(original.count)
      return FunctionEntry.Example(call: call, result: example.result)
    }
    copy.overloads = copy.overloads.map {
      var overload = $0
      overload.signature = name + String(overload.signature.drop { $0 != "(" })
      return overload
    }
    positions[name] = entries.count
    entries.append(copy)
  }
}
