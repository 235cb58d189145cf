import ColumnFormat

/// What a kernel may need besides its arguments; one for a query.
struct EvaluationContext: Sendable {
  /// Microseconds since 1970-01-01 UTC at the start of the query: `now()`, `current_date`.
  var queryStartMicros: Int64
  /// The session's zone: `UTC` unless set.
  var timeZone: String
  /// Where names without a database are looked up.
  var database: String
  /// Who asks.
  var user: String

  init(
    queryStartMicros: Int64 = 0,
    timeZone: String = "UTC",
    database: String = "default",
    user: String = ""
  ) {
    self.queryStartMicros = queryStartMicros
    self.timeZone = timeZone
    self.database = database
    self.user = user
  }
}

/// A scalar function chosen for argument types: everything that evaluation needs.
struct ScalarFunction: Sendable {
  /// Computes `rowCount` rows.
  ///
  /// Arguments are of the declared types, in any form; a kernel that can
  /// not use a constant or a dictionary flattens it. Throws ``SQLError`` for bad values.
  typealias Kernel =
    @Sendable (_ arguments: [Column], _ rowCount: Int, _ context: EvaluationContext) throws ->
    Column

  /// How nulls among the arguments are dealt with.
  enum NullBehaviour: Sendable {
    /// A null argument makes the row null. The evaluator unites the arguments' validity and sets it
    /// on the result; the kernel still has to survive the values behind null rows, and may itself
    /// return further nulls.
    case propagates
    /// The kernel sees to it.
    case custom
  }

  /// As Trino spells it; operators are named `$add`, `$equal`, `$like`, ….
  var name: String
  var argumentTypes: [SQLType]
  var resultType: SQLType
  var nulls: NullBehaviour
  /// Whether equal arguments always give equal results; lets constants fold and dictionaries be
  /// mapped entry by entry.
  var isDeterministic: Bool
  /// Whether a value can make it fail; a call that can't may be computed on rows nobody asked for.
  var canFail: Bool
  var kernel: Kernel
  /// Of a higher-order function; goes instead of `kernel`.
  var lambdaKernel: LambdaKernel?

  /// Computes the rows of a function that takes lambdas.
  ///
  /// `arguments` holds the other arguments in
  /// order; nulls are the kernel's business.
  typealias LambdaKernel =
    @Sendable (
      _ arguments: [Column], _ lambdas: [LambdaBody], _ rowCount: Int,
      _ context: EvaluationContext
    ) throws -> Column

  /// A lambda made ready: its parameters' values and, for each of them, the row of the call that
  /// it belongs to (in ascending order), give the body's value.
  typealias LambdaBody =
    (_ parameters: [Column], _ rows: Buffer<UInt32>) throws -> Column
}

/// The state of one aggregate for many groups, kept by one worker.
///
/// Groups are numbered from zero. All calls come from one thread at a time.
protocol AggregateState: AnyObject {
  /// Makes groups up to `count` exist, empty.
  func resize(groupCount: Int) throws
  /// Makes room for that many groups, where that is known; they do not exist yet.
  func reserve(groupCount: Int)
  /// Adds rows: row `i` belongs to group `groups[i]`. A null row of an argument counts as the
  /// function's rules say.
  func update(groups: UnsafePointer<UInt32>, arguments: [Column], rowCount: Int) throws
  /// Adds rows that all belong to one group, as without GROUP BY; sums and counts can keep their
  /// totals in registers here.
  func update(group: UInt32, arguments: [Column], rowCount: Int) throws
  /// Adds some groups of `other`, a state of the same function: for each `i` in `0..<count` its
  /// group `sources[i]` to `groups[i]`. Workers merge disjoint hash ranges of one `other` in
  /// parallel, so `other` is only read.
  func merge(
    _ other: any AggregateState,
    from sources: UnsafePointer<UInt32>,
    to groups: UnsafePointer<UInt32>,
    count: Int
  ) throws
  /// One row for each group.
  func finish() throws -> Column
  /// Whether ``finish()`` has no errors, and some groups alone may be merged into another state and
  /// finished there.
  var mayFinishLate: Bool { get }
  /// Memory held, roughly, for the query's budget.
  var byteCount: Int { get }
}

extension AggregateState {
  func reserve(groupCount: Int) {}

  var mayFinishLate: Bool { false }

  func update(group: UInt32, arguments: [Column], rowCount: Int) throws {
    let groups = Buffer<UInt32>(repeating: group, count: rowCount)
    try update(groups: groups.base, arguments: arguments, rowCount: rowCount)
  }
}

/// An aggregate function chosen for argument types.
struct AggregateFunction: Sendable {
  var name: String
  var argumentTypes: [SQLType]
  var resultType: SQLType
  var makeState: @Sendable () -> any AggregateState
}

/// Why no function fits a call.
enum FunctionFailure: Error, Sendable, Equatable {
  /// With the nearest names.
  case unknownName(suggestions: [String])
  /// The name exists; its signatures, as text: `substr(varchar, bigint)`.
  case noSignature([String])
  /// The catalog knows the name from Athena, and lake does not have it yet.
  case notSupported(help: String?)
}
