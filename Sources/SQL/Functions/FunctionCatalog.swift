/// The functions, operators and aggregates by name, as Trino resolves them.
struct FunctionCatalog: Sendable {
  /// All that lake has.
  static let standard = FunctionCatalog()

  /// Everything, in the order of the families.
  let entries: [FunctionEntry]
  private let positions: [String: Int]

  private init() {
    var registry = FunctionRegistry()
    for family in FunctionCatalog.families { family(&registry) }
    entries = registry.entries
    positions = Dictionary(
      registry.entries.enumerated().map { ($0.element.name, $0.offset) },
      uniquingKeysWith: { first, _ in first }
    )
  }

  /// The entry of a name, compared without case.
  func entry(_ name: String) -> FunctionEntry? {
    (positions[name] ?? positions[name.lowercased()]).map { entries[$0] }
  }

  /// Whether the name is an aggregate function's.
  func isAggregate(_ name: String) -> Bool { entry(name)?.kind == .aggregate }

  /// Whether the name is a function that only works over a window: `rank`, `lag`, ….
  func isWindow(_ name: String) -> Bool { entry(name)?.kind == .window }

  /// The scalar function or operator for argument types.
  ///
  /// Arguments are to be cast to its `argumentTypes`. For a lambda, which `takesLambda` says is
  /// among them, the type is that of its body.
  func scalar(
    _ name: String,
    _ types: [SQLType],
    takesLambda: Bool = false
  ) throws(FunctionFailure) -> ScalarFunction {
    let entry = try known(name)
    // The signatures of such an entry are for readers only.
    if let resolve = entry.resolve {
      guard let found = resolve(types) else { throw .noSignature(entry.signatures) }
      return found
    }
    var best: (cost: Int, function: ScalarFunction)?
    for overload in entry.overloads {
      guard case .scalar(let make) = overload.implementation,
        overload.signature.contains("function(") == takesLambda,
        let match = FunctionSignature(overload.signature).match(types),
        match.cost < best?.cost ?? .max, let function = make(match)
      else { continue }
      best = (match.cost, function)
    }
    guard let best else { throw .noSignature(entry.signatures) }
    return best.function
  }

  /// The aggregate function for argument types.
  func aggregate(_ name: String, _ types: [SQLType]) throws(FunctionFailure) -> AggregateFunction {
    let entry = try known(name)
    if let resolve = entry.resolveAggregate, let found = resolve(types) { return found }
    var best: (cost: Int, function: AggregateFunction)?
    for overload in entry.overloads {
      guard case .aggregate(let make) = overload.implementation,
        let match = FunctionSignature(overload.signature).match(types),
        match.cost < best?.cost ?? .max, let function = make(match)
      else { continue }
      best = (match.cost, function)
    }
    guard let best else { throw .noSignature(entry.signatures) }
    return best.function
  }

  /// The parameter types of each lambda among the arguments of a call.
  ///
  /// - Parameters:
  ///   - name: The function.
  ///   - types: The types of the other arguments; nil where a lambda stands.
  /// - Returns: For each argument nil, or its lambda's parameter types. Nil where no signature of
  ///   the name takes lambdas there.
  /// - Throws: A name that is unknown or not supported.
  func lambdaParameters(_ name: String, _ types: [SQLType?]) throws(FunctionFailure)
    -> [[SQLType]?]?
  {
    let entry = try known(name)
    if entry.resolve != nil { return nil }
    for overload in entry.overloads {
      let signature = FunctionSignature(overload.signature)
      guard let patterns = signature.patterns(for: types.count) else { continue }
      var variables: [String: SQLType] = [:]
      var fits = true
      for (pattern, type) in zip(patterns, types) {
        if case .function = pattern {
          fits = fits && type == nil
        } else if let type {
          fits = fits && pattern.unify(type, &variables)
        } else {
          fits = false
        }
      }
      guard fits else { continue }
      return zip(patterns, types).map { pattern, _ in
        guard case .function(let parameters, _) = pattern else { return nil }
        return parameters.map { $0.substituted(variables) ?? .unknown }
      }
    }
    return nil
  }

  private func known(_ name: String) throws(FunctionFailure) -> FunctionEntry {
    if let entry = entry(name) { return entry }
    let lowered = name.lowercased()
    let missing = FunctionCatalog.missing(lowered)
    if missing.isMissing { throw .notSupported(help: missing.help) }
    throw .unknownName(suggestions: suggestions(for: lowered))
  }

  /// The nearest names, at most three.
  private func suggestions(for name: String) -> [String] {
    let limit = max(1, name.utf8.count / 3)
    var near: [(distance: Int, name: String)] = []
    for entry in entries where entry.kind != .operator {
      let distance = EditDistance.between(entry.name, name)
      if distance <= limit { near.append((distance, entry.name)) }
    }
    near.sort { $0 < $1 }
    return near.prefix(3).map { $0.name }
  }
}

/// How many edits make one name of another, for suggestions.
enum EditDistance {
  /// The Levenshtein distance over UTF-8 bytes.
  static func between(_ left: String, _ right: String) -> Int {
    let a = Array(left.utf8)
    let b = Array(right.utf8)
    var row = Array(0...b.count)
    for (i, x) in a.enumerated() {
      var diagonal = row[0]
      row[0] = i + 1
      for (j, y) in b.enumerated() {
        let above = row[j + 1]
        row[j + 1] = min(above + 1, row[j] + 1, diagonal + (x == y ? 0 : 1))
        diagonal = above
      }
    }
    return row[b.count]
  }
}
