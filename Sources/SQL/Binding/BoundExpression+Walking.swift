import ColumnFormat

extension BoundExpression {
  /// The parts directly below.
  var children: [BoundExpression] {
    switch self {
    case .column, .constant: []
    case .call(_, let arguments), .and(let arguments), .or(let arguments),
      .coalesce(let arguments, _):
      arguments
    case .cast(let inner, _, _), .not(let inner), .isNull(let inner), .inConstants(let inner, _),
      .tryCatch(let inner), .field(let inner, _, _), .lambda(_, let inner):
      [inner]
    case .caseWhen(let branches, let otherwise, _):
      branches.flatMap { [$0.when, $0.then] } + [otherwise]
    }
  }

  /// The same expression with each part directly below replaced.
  func mapChildren<Failure: Error>(
    _ transform: (BoundExpression) throws(Failure) -> BoundExpression
  ) throws(Failure) -> BoundExpression {
    func all(_ parts: [BoundExpression]) throws(Failure) -> [BoundExpression] {
      var result: [BoundExpression] = []
      result.reserveCapacity(parts.count)
      for part in parts { result.append(try transform(part)) }
      return result
    }
    switch self {
    case .column, .constant: return self
    case .call(let function, let arguments): return .call(function, try all(arguments))
    case .cast(let inner, let type, let isTry):
      return .cast(try transform(inner), to: type, isTry: isTry)
    case .and(let parts): return .and(try all(parts))
    case .or(let parts): return .or(try all(parts))
    case .not(let inner): return .not(try transform(inner))
    case .isNull(let inner): return .isNull(try transform(inner))
    case .caseWhen(let branches, let otherwise, let type):
      var mapped: [(when: BoundExpression, then: BoundExpression)] = []
      for branch in branches {
        mapped.append((try transform(branch.when), try transform(branch.then)))
      }
      return .caseWhen(mapped, otherwise: try transform(otherwise), type)
    case .coalesce(let parts, let type): return .coalesce(try all(parts), type)
    case .inConstants(let inner, let values): return .inConstants(try transform(inner), values)
    case .tryCatch(let inner): return .tryCatch(try transform(inner))
    case .field(let inner, let index, let type):
      return .field(try transform(inner), index: index, type)
    case .lambda(let parameters, let body):
      return .lambda(parameters: parameters, body: try transform(body))
    }
  }

  /// The expression rebuilt from the leaves up.
  func rewritten(_ transform: (BoundExpression) -> BoundExpression) -> BoundExpression {
    transform(mapChildren { $0.rewritten(transform) })
  }

  /// Whether a part, or the whole, fulfils the condition.
  func contains(where condition: (BoundExpression) -> Bool) -> Bool {
    condition(self) || children.contains { $0.contains(where: condition) }
  }

  /// The columns that the value depends on; a lambda's own parameters are not among them.
  var columnIDs: Set<ColumnID> {
    var found: Set<ColumnID> = []
    collectColumns { found.insert($0.id) }
    return found
  }

  /// Reports every use of a column.
  func collectColumns(_ report: (PlanColumn) -> Void) {
    switch self {
    case .column(let column): report(column)
    case .lambda(let parameters, let body):
      let own = Set(parameters.map(\.id))
      body.collectColumns { if !own.contains($0.id) { report($0) } }
    default: for child in children { child.collectColumns(report) }
    }
  }

  /// The expression with columns replaced by what they stand for.
  func substituting(_ values: [ColumnID: BoundExpression]) -> BoundExpression {
    if values.isEmpty { return self }
    return rewritten { part in
      if case .column(let column) = part, let value = values[column.id] { return value }
      return part
    }
  }

  /// Whether equal input always gives an equal value.
  var isDeterministic: Bool {
    !contains {
      if case .call(let function, _) = $0 { return !function.isDeterministic }
      return false
    }
  }

  /// Whether a value of the data can make it fail, so that it must not run on rows that a filter
  /// or a join would have taken away.
  var canFail: Bool {
    switch self {
    case .tryCatch: return false
    case .call(let function, let arguments):
      return function.canFail || arguments.contains(where: \.canFail)
    case .cast(let inner, let type, let isTry):
      return inner.canFail || (!isTry && !inner.type.alwaysCasts(to: type))
    default: return children.contains(where: \.canFail)
    }
  }

  /// Whether the value is the same in all rows.
  var isConstant: Bool { columnIDs.isEmpty && isDeterministic && !containsLambda }

  private var containsLambda: Bool {
    contains {
      if case .lambda = $0 { return true }
      return false
    }
  }

  /// Whether it is the constant NULL.
  var isNullConstant: Bool { constantValue?.isNull == true }

  /// The constant, if it is one already.
  var constantValue: Scalar? {
    if case .constant(let value, _) = self { return value }
    return nil
  }

  /// The column, if it is nothing but one.
  var asColumn: PlanColumn? {
    if case .column(let column) = self { return column }
    return nil
  }

  /// The operands of an AND at any depth, or the expression itself.
  var conjuncts: [BoundExpression] {
    if case .and(let parts) = self { return parts.flatMap(\.conjuncts) }
    return [self]
  }

  /// The operands of an OR at any depth, or the expression itself.
  var disjuncts: [BoundExpression] {
    if case .or(let parts) = self { return parts.flatMap(\.disjuncts) }
    return [self]
  }

  /// All parts AND-ed; true for none.
  static func conjunction(_ parts: [BoundExpression]) -> BoundExpression {
    parts.isEmpty
      ? .constant(.boolean(true), .boolean) : parts.count == 1 ? parts[0] : .and(parts)
  }

  /// Whether both compute the same from the same columns.
  func isSame(as other: BoundExpression) -> Bool {
    switch (self, other) {
    case (.column(let left), .column(let right)): return left.id == right.id
    case (.constant(let left, let type), .constant(let right, let otherType)):
      return left == right && type == otherType
    case (.call(let left, let arguments), .call(let right, let others)):
      return left.name == right.name && left.argumentTypes == right.argumentTypes
        && left.resultType == right.resultType && arguments.isSame(as: others)
    case (.cast(let left, let type, let isTry), .cast(let right, let otherType, let otherIsTry)):
      return type == otherType && isTry == otherIsTry && left.isSame(as: right)
    case (.and(let left), .and(let right)), (.or(let left), .or(let right)):
      return left.isSame(as: right)
    case (.not(let left), .not(let right)), (.isNull(let left), .isNull(let right)),
      (.tryCatch(let left), .tryCatch(let right)):
      return left.isSame(as: right)
    case (
      .caseWhen(let left, let leftRest, let type),
      .caseWhen(let right, let rightRest, let otherType)
    ):
      return type == otherType && left.count == right.count && leftRest.isSame(as: rightRest)
        && zip(left, right).allSatisfy {
          $0.when.isSame(as: $1.when) && $0.then.isSame(as: $1.then)
        }
    case (.coalesce(let left, let type), .coalesce(let right, let otherType)):
      return type == otherType && left.isSame(as: right)
    case (.inConstants(let left, let values), .inConstants(let right, let others)):
      return values == others && left.isSame(as: right)
    case (.field(let left, let index, _), .field(let right, let otherIndex, _)):
      return index == otherIndex && left.isSame(as: right)
    case (.lambda(let parameters, let body), .lambda(let others, let otherBody)):
      guard parameters.count == others.count else { return false }
      var renamed: [ColumnID: BoundExpression] = [:]
      for (parameter, other) in zip(parameters, others) {
        guard parameter.type == other.type else { return false }
        renamed[other.id] = .column(parameter)
      }
      return body.isSame(as: otherBody.substituting(renamed))
    default: return false
    }
  }
}

extension [BoundExpression] {
  /// Whether both have the same parts in the same order.
  func isSame(as others: [BoundExpression]) -> Bool {
    count == others.count && zip(self, others).allSatisfy { $0.isSame(as: $1) }
  }
}

extension SQLType {
  /// Whether a cast to the type cannot fail, whatever the value.
  func alwaysCasts(to type: SQLType) -> Bool {
    if self == type { return true }
    switch (self, type) {
    case (.unknown, _): return true
    case (.varchar, .varchar), (.char, .varchar): return true
    case (.boolean, .varchar(nil)), (.date, .varchar(nil)), (.timestamp, .varchar(nil)):
      return true
    case (.date, .timestamp), (.timestamp, .date): return true
    case (_, .real) where isNumeric, (_, .double) where isNumeric,
      (_, .varchar(nil)) where isNumeric:
      return true
    case (.decimal(let p, let s), .decimal(let toP, let toS)):
      return toS >= s && toP - toS >= p - s
    default:
      if let digits = integerDigits {
        if case .decimal(let precision, let scale) = type { return precision - scale >= digits }
        if let wide = type.integerDigits { return wide >= digits }
      }
      return false
    }
  }

  /// The decimal digits that the largest value of an integer type has.
  var integerDigits: Int? {
    switch self {
    case .tinyint: 3
    case .smallint: 5
    case .integer: 10
    case .bigint: 19
    default: nil
    }
  }
}
