/// A place in a query's text, as byte offsets of its UTF-8 form.
public struct SourceRange: Sendable, Hashable {
  /// The first byte.
  public var start: Int
  /// One past the last byte.
  public var end: Int

  /// The bytes `start..<end`.
  public init(_ start: Int, _ end: Int) {
    self.start = start
    self.end = end
  }

  /// From the start of one range to the end of another.
  public func joined(with other: SourceRange) -> SourceRange {
    SourceRange(min(start, other.start), max(end, other.end))
  }
}

/// Why a statement could not be answered.
public struct SQLError: Error, Sendable, Equatable {
  /// The words by which Athena and Trino name an error.
  public enum Code: String, Sendable {
    case syntaxError = "SYNTAX_ERROR"
    case columnNotFound = "COLUMN_NOT_FOUND"
    case ambiguousName = "AMBIGUOUS_NAME"
    case tableNotFound = "TABLE_NOT_FOUND"
    case schemaNotFound = "SCHEMA_NOT_FOUND"
    case functionNotFound = "FUNCTION_NOT_FOUND"
    case notFound = "NOT_FOUND"
    case invalidParameterUsage = "INVALID_PARAMETER_USAGE"
    case typeMismatch = "TYPE_MISMATCH"
    case typeNotFound = "TYPE_NOT_FOUND"
    case mismatchedColumnAliases = "MISMATCHED_COLUMN_ALIASES"
    case expressionNotAggregate = "EXPRESSION_NOT_AGGREGATE"
    case expressionNotScalar = "EXPRESSION_NOT_SCALAR"
    case nestedAggregation = "NESTED_AGGREGATION"
    case invalidColumnReference = "INVALID_COLUMN_REFERENCE"
    case expressionNotInDistinct = "EXPRESSION_NOT_IN_DISTINCT"
    case invalidWindowFrame = "INVALID_WINDOW_FRAME"
    case invalidWindowReference = "INVALID_WINDOW_REFERENCE"
    case duplicateWindowName = "DUPLICATE_WINDOW_NAME"
    case missingOver = "MISSING_OVER"
    case missingOrderBy = "MISSING_ORDER_BY"
    case functionNotWindow = "FUNCTION_NOT_WINDOW"
    case nestedWindow = "NESTED_WINDOW"
    case invalidLimit = "INVALID_LIMIT_CLAUSE"
    case invalidLiteral = "INVALID_LITERAL"
    case invalidCast = "INVALID_CAST_ARGUMENT"
    case invalidArgument = "INVALID_FUNCTION_ARGUMENT"
    case invalidPath = "INVALID_PATH"
    case pathEvaluation = "PATH_EVALUATION_ERROR"
    case jsonInput = "JSON_INPUT_CONVERSION_ERROR"
    case jsonOutput = "JSON_OUTPUT_CONVERSION_ERROR"
    case jsonValueResult = "JSON_VALUE_RESULT_ERROR"
    case missingColumnAliases = "MISSING_COLUMN_ALIASES"
    case duplicateNamedQuery = "DUPLICATE_NAMED_QUERY"
    case subqueryMultipleRows = "SUBQUERY_MULTIPLE_ROWS"
    case divisionByZero = "DIVISION_BY_ZERO"
    case numericOutOfRange = "NUMERIC_VALUE_OUT_OF_RANGE"
    case notSupported = "NOT_SUPPORTED"
    case hiveBadData = "HIVE_BAD_DATA"
    case hiveCannotOpen = "HIVE_CANNOT_OPEN_SPLIT"
    case hiveMetastore = "HIVE_METASTORE_ERROR"
    case tableAlreadyExists = "TABLE_ALREADY_EXISTS"
    case hivePathExists = "HIVE_PATH_ALREADY_EXISTS"
    case hiveColumnOrder = "HIVE_COLUMN_ORDER_MISMATCH"
    case hiveWriter = "HIVE_WRITER_DATA_ERROR"
    case hiveFileSystem = "HIVE_FILESYSTEM_ERROR"
    case invalidTableProperty = "INVALID_TABLE_PROPERTY"
    case missingColumnName = "MISSING_COLUMN_NAME"
    case duplicateColumnName = "DUPLICATE_COLUMN_NAME"
    case columnTypeUnknown = "COLUMN_TYPE_UNKNOWN"
    case hiveCursor = "HIVE_CURSOR_ERROR"
    case hivePartitionLimit = "HIVE_EXCEEDED_PARTITION_LIMIT"
    case constraintViolation = "CONSTRAINT_VIOLATION"
    /// What Hive refuses in a definition.
    case semantic = "SemanticException"
    /// Glue's word.
    case alreadyExists = "AlreadyExistsException"
    case viewIsStale = "VIEW_IS_STALE"
    case viewIsRecursive = "VIEW_IS_RECURSIVE"
    case invalidView = "INVALID_VIEW"
    case exceededMemory = "EXCEEDED_MEMORY_LIMIT"
    case exceededScan = "EXCEEDED_SCAN_LIMIT"
    case userCanceled = "USER_CANCELED"
    case internalError = "GENERIC_INTERNAL_ERROR"
  }

  /// The error's name.
  public var code: Code
  /// One sentence without the code, lower case, without a full stop.
  public var message: String
  /// Where in the query.
  public var range: SourceRange?
  /// Where in the data: file, row, column; one line each.
  public var details: [String]
  /// How to go on: one sentence.
  public var help: String?

  /// An error, with its place and help where they are known.
  public init(
    _ code: Code,
    _ message: String,
    at range: SourceRange? = nil,
    details: [String] = [],
    help: String? = nil
  ) {
    self.code = code
    self.message = message
    self.range = range
    self.details = details
    self.help = help
  }
}
