/// A query: WITH, a body, and what orders and bounds the whole.
struct SyntaxQuery: Sendable {
  var with: [NamedQuery]
  var isRecursive: Bool
  var body: QueryBody
  var orderBy: [SortItem]
  var offset: SyntaxExpression?
  /// LIMIT or FETCH FIRST; nil for none and for LIMIT ALL.
  var limit: SyntaxExpression?
  /// FETCH FIRST … WITH TIES.
  var withTies: Bool
  var range: SourceRange
}

struct NamedQuery: Sendable {
  var name: Identifier
  var columns: [Identifier]
  var query: SyntaxQuery
}

indirect enum QueryBody: Sendable {
  case select(SelectClause)
  case setOperation(SetOperator, isAll: Bool, QueryBody, QueryBody, SourceRange)
  case values([[SyntaxExpression]], SourceRange)
  /// `TABLE t`
  case table([Identifier], SourceRange)
  /// A parenthesised query with its own ORDER BY or LIMIT.
  case nested(SyntaxQuery)
}

enum SetOperator: String, Sendable {
  case union = "UNION"
  case intersect = "INTERSECT"
  case except = "EXCEPT"
}

struct SelectClause: Sendable {
  var isDistinct: Bool
  var items: [SelectItem]
  var from: Relation?
  var filter: SyntaxExpression?
  var groupBy: GroupBy?
  var having: SyntaxExpression?
  var windows: [NamedWindow]
  var qualify: SyntaxExpression?
  var range: SourceRange
}

struct NamedWindow: Sendable {
  var name: Identifier
  var specification: WindowSpecification
}

enum SelectItem: Sendable {
  /// `*`, `t.*`, `row.*`
  case all(qualifier: SyntaxExpression?, aliases: [Identifier], SourceRange)
  case expression(SyntaxExpression, alias: Identifier?)
}

struct GroupBy: Sendable {
  var isDistinct: Bool
  var elements: [Element]

  enum Element: Sendable {
    case expression(SyntaxExpression)
    case groupingSets([[SyntaxExpression]])
    case rollup([[SyntaxExpression]])
    case cube([[SyntaxExpression]])
  }
}

/// What stands in FROM.
struct Relation: Sendable {
  var node: Node
  var range: SourceRange

  indirect enum Node: Sendable {
    /// A table, view or named query; one to three parts.
    case table([Identifier])
    /// `FROM 'path/*.parquet'`
    case file(String)
    case subquery(SyntaxQuery)
    case lateral(SyntaxQuery)
    case unnest([SyntaxExpression], withOrdinality: Bool)
    /// `alias` may be nil only with `columns` empty.
    case aliased(Relation, alias: Identifier, columns: [Identifier])
    case join(JoinKind, Relation, Relation, JoinCondition)
    case sampled(Relation, SampleMethod, SyntaxExpression)
  }
}

enum SampleMethod: String, Sendable {
  case bernoulli = "BERNOULLI"
  case system = "SYSTEM"
}

enum JoinKind: String, Sendable {
  case inner = "INNER"
  case left = "LEFT"
  case right = "RIGHT"
  case full = "FULL"
  case cross = "CROSS"
}

enum JoinCondition: Sendable {
  /// Comma and CROSS JOIN.
  case none
  case on(SyntaxExpression)
  case using([Identifier])
  case natural
}

/// A whole statement.
enum SyntaxStatement: Sendable {
  case query(SyntaxQuery)
  case explain(Explain)
  case showDatabases(like: String?)
  case showTables(database: Identifier?, like: String?)
  case showColumns(table: [Identifier], SourceRange)
  case showPartitions(table: [Identifier], SourceRange)
  case showFunctions(like: String?)
  case showViews(database: Identifier?, like: String?)
  case showTableProperties(table: [Identifier], key: String?, SourceRange)
  case showCreateTable([Identifier], SourceRange)
  case showCreateView([Identifier], SourceRange)
  case createDatabase(CreateDatabase)
  case dropDatabase(DropDatabase)
  case createTable(CreateTable)
  case dropTable([Identifier], ifExists: Bool, SourceRange)
  case alterTable(AlterTable)
  /// MSCK REPAIR TABLE
  case repairTable([Identifier], SourceRange)
  case createView(CreateView)
  case dropView([Identifier], ifExists: Bool, SourceRange)
  case describe(Describe)
  /// `DESCRIBE 'path'` and `SHOW COLUMNS FROM 'path'`: files instead of a table.
  case describeFile(String, SourceRange, namesOnly: Bool)
  /// PREPARE: the place of the statement, and how many `?` it has.
  case prepare(name: Identifier, SourceRange, parameterCount: Int)
  /// EXECUTE … USING …
  case execute(name: Identifier, parameters: [SyntaxExpression], SourceRange)
  /// EXECUTE IMMEDIATE '…' USING …
  case executeImmediate(String, parameters: [SyntaxExpression], SourceRange)
  /// DEALLOCATE PREPARE
  case deallocate(name: Identifier)
  /// CREATE TABLE AS, INSERT INTO, UNLOAD.
  case write(SyntaxWrite)
  /// Parsed as far as its name, and refused by it: `CREATE TABLE`, `GRANT`, …
  case unsupported(String, SourceRange)
}

struct Explain: Sendable {
  var query: SyntaxQuery
  /// The statement whose query it is, where that writes the rows.
  var write: SyntaxWrite?
  var isAnalyze: Bool
  /// TEXT or JSON.
  var isJSON: Bool
}
