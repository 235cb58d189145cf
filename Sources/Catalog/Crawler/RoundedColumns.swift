import ColumnFormat

/// Columns whose whole numbers or decimals a table keeps as floating-point numbers.
///
/// Files keep their values, but who reads them as `double` gets the nearest number that has some 15
/// digits. That is what a table of both kinds of files is asked for, but never without saying so.
enum RoundedColumns {
  /// The most digits that a type of floating-point numbers always keeps.
  private static func digitCountMax(_ type: LogicalType) -> Int? {
    switch type {
    case .float32: 6
    case .float64: 15
    default: nil
    }
  }

  private static func digitCount(_ type: LogicalType) -> Int? {
    switch type {
    case .int8: 3
    case .int16: 5
    case .int32: 10
    case .int64: 19
    case .decimal(let precision, _): precision
    default: nil
    }
  }

  /// The columns that are rounded on the way from a file's schema to the table's, by dotted names.
  static func names(from file: [Field], to table: [Field]) -> [(column: String, type: LogicalType)]
  {
    var found: [(column: String, type: LogicalType)] = []
    for column in table {
      guard let field = file.first(where: { $0.name.lowercased() == column.name.lowercased() })
      else { continue }
      if let limit = digitCountMax(column.type), let count = digitCount(field.type), count > limit {
        found.append((column.name, field.type))
      }
      for nested in names(from: field.type.children, to: column.type.children) {
        found.append(("\(column.name).\(nested.column)", nested.type))
      }
    }
    return found
  }
}
