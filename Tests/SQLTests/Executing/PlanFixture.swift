import Catalog
import ColumnFormat
import Testing

@testable import SQL

/// Tables in memory, plans over them, and their rows as plain values to compare with.
struct PlanFixture {
  struct Table {
    var plan: LogicalPlan
    var columns: [PlanColumn]
    var rows: [[Scalar]]
  }

  private(set) var batches: [String: [Batch]] = [:]
  private var nextID = 0

  mutating func column(_ name: String, _ type: SQLType) -> PlanColumn {
    nextID += 1
    return PlanColumn(id: ColumnID(number: nextID), name: name, type: type)
  }

  /// A table of the given rows, in batches of `batchRowCount`.
  mutating func table(
    _ name: String,
    _ fields: [(name: String, type: SQLType)],
    _ rows: [[Scalar]],
    batchRowCount: Int = 100,
    filters: ([PlanColumn]) -> [BoundExpression] = { _ in [] }
  ) -> Table {
    let columns = fields.map { column($0.name, $0.type) }
    var parts: [Batch] = []
    for start in stride(from: 0, to: rows.count, by: batchRowCount) {
      let slice = rows[start..<min(start + batchRowCount, rows.count)]
      parts.append(
        Batch(
          columns: fields.indices.map { field in
            PlanFixture.columnOf(slice.map { $0[field] }, fields[field].type)
          },
          rowCount: slice.count
        )
      )
    }
    batches[name] = parts
    let handle = TableHandle(
      name: name,
      columns: fields.map {
        TableHandle.TableColumn(name: $0.name, type: $0.type, logicalType: .unknown)
      },
      partitions: [],
      format: .parquet
    )
    let scan = LogicalPlan.Scan(
      table: handle,
      columns: columns.enumerated().map {
        LogicalPlan.ScanColumn(column: $0.element, tableColumn: $0.offset)
      },
      filters: filters(columns),
      rowLimit: nil
    )
    return Table(plan: .scan(scan), columns: columns, rows: rows)
  }

  static func columnOf(_ values: [Scalar], _ type: SQLType) -> Column {
    let grown = GrowingColumn(type)
    for value in values {
      grown.append(
        value.isNull ? type.nulls(count: 1) : .constant(value, of: type, count: 1)
      )
    }
    return grown.finish()
  }

  /// The rows of a plan.
  func run(
    _ plan: LogicalPlan,
    _ output: [PlanColumn],
    threads: Int = 3,
    memory: Int = 1 << 32,
    cancellation: Cancellation = Cancellation()
  ) throws -> [[Scalar]] {
    var execution = Execution(
      plan: plan,
      output: output,
      settings: ExecutionSettings(
        threads: threads,
        memoryByteCount: memory,
        cancellation: cancellation
      )
    )
    execution.memoryTables = batches
    var rows: [[Scalar]] = []
    _ = try execution.run { batch in
      for row in 0..<batch.rowCount { rows.append(batch.columns.map { $0.scalar(at: row) }) }
    }
    return rows
  }

  static func aggregate(_ name: String, _ types: [SQLType]) throws -> AggregateFunction {
    try FunctionCatalog.standard.aggregate(name, types)
  }

  /// A call of an operator or function on expressions whose types it takes as they are.
  static func call(_ name: String, _ arguments: [BoundExpression]) throws -> BoundExpression {
    .call(try FunctionCatalog.standard.scalar(name, arguments.map(\.type)), arguments)
  }
}

/// Rows in an order of their own, so that two results can be compared as sets.
func sorted(_ rows: [[Scalar]]) -> [[Scalar]] {
  rows.map { (key: plainText($0), row: $0) }.sorted { $0.key < $1.key }.map(\.row)
}

/// A row as text, the same for equal rows; NaN is equal to itself.
func plainText(_ row: [Scalar]) -> String {
  var text = ""
  for value in row {
    switch value {
    case .null: text += "null"
    case .boolean(let value): text += value ? "true" : "false"
    case .int(let value): text += String(value)
    case .int128(let value): text += String(value)
    case .float(let value): text += value.description
    case .double(let value): text += value.description
    case .bytes(let value): text += String(decoding: value, as: UTF8.self)
    case .list(let values), .row(let values): text += "[" + plainText(values) + "]"
    }
    text += "|"
  }
  return text
}

/// Numbers that are the same in every run.
struct SeededNumbers: RandomNumberGenerator {
  private var state: UInt64

  init(_ seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed &>> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed &>> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed &>> 31)
  }

  /// Below `bound`.
  mutating func int(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }

  /// An integer below `bound`, or null once in `nullEvery`.
  mutating func scalar(_ bound: Int, nullEvery: Int = 7) -> Scalar {
    int(nullEvery) == 0 ? .null : .int(Int64(int(bound)))
  }

  /// Text of some length, a longer one for every third value.
  mutating func text(_ bound: Int, nullEvery: Int = 7) -> Scalar {
    if int(nullEvery) == 0 { return .null }
    let number = int(bound)
    return .text(number % 3 == 0 ? "a longer text with number \(number)" : "t\(number)")
  }
}

/// Collects the values of its argument as they come, nulls too: shows the order of rows.
final class CollectingState: AggregateState {
  private var values: [[Scalar]] = []

  static func function(_ type: SQLType) -> AggregateFunction {
    AggregateFunction(
      name: "collect",
      argumentTypes: [type],
      resultType: .array(type),
      makeState: { CollectingState() }
    )
  }

  func resize(groupCount: Int) {
    values += Array(repeating: [], count: groupCount - values.count)
  }

  func update(groups: UnsafePointer<UInt32>, arguments: [Column], rowCount: Int) {
    for row in 0..<rowCount { values[Int(groups[row])].append(arguments[0].scalar(at: row)) }
  }

  func merge(
    _ other: any AggregateState,
    from sources: UnsafePointer<UInt32>,
    to groups: UnsafePointer<UInt32>,
    count: Int
  ) {
    guard let other = other as? CollectingState else { return }
    for index in 0..<count {
      values[Int(groups[index])] += other.values[Int(sources[index])]
    }
  }

  func finish() -> Column {
    let elements = PlanFixture.columnOf(values.flatMap { $0 }, .bigint)
    var offsets: [UInt32] = [0]
    for list in values { offsets.append(offsets[offsets.count - 1] + UInt32(list.count)) }
    var validity = ValidityBuilder()
    for list in values { validity.append(!list.isEmpty) }
    return Column(
      flat: .list(offsets: Buffer(offsets), elements: elements),
      count: values.count,
      validity: validity.finish()
    )
  }

  var byteCount: Int { 0 }
}
