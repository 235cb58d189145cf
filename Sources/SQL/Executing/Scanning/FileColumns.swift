#if canImport(Glibc)
  import Glibc
#endif
import ColumnFormat
import RowFormat
import Synchronization

/// Where the columns of a scan come from in one file.
struct FileColumns {
  enum Origin {
    /// The same value in all rows: of the partition, of the file itself, or null where the file lacks
    /// the column.
    case constant(Column)
    /// Where each row stands: see ``RowLocator``.
    case rowLocator
    /// A column of the reader, cast where the file has a narrower type.
    case file(reader: Int, cast: (from: Field, to: Field)?)
  }

  /// For each column of the scan.
  let origins: [Origin]
  /// The fields and members to read.
  let paths: [FieldPath]

  /// - Parameters:
  ///   - scan: Of a table.
  ///   - file: One of the table's.
  ///   - schema: The file's.
  ///   - known: What remembers where the table's columns stand.
  /// - Throws: A ``ScanFailure`` where a column of the file has another type than the table says.
  init(
    _ scan: LogicalPlan.Scan,
    _ file: ScanFiles.File,
    _ schema: Schema,
    _ known: KnownPlaces
  ) throws {
    var origins: [Origin] = []
    var paths: [FieldPath] = []
    let places = known.places(scan.table, schema)
    for scanned in scan.columns {
      let column = scan.table.columns[scanned.tableColumn]
      if column.isHidden && column.name == RowLocator.columnName {
        origins.append(.rowLocator)
        continue
      }
      if let constant = FileColumns.constant(column, file) {
        origins.append(.constant(constant))
        continue
      }
      switch places.place(scanned) {
      case .missing: origins.append(.constant(scanned.column.type.nulls(count: 1)))
      case .mismatch(let field):
        throw ScanFailure.mismatch(column, table: scan.table.name, file: field, path: file.path)
      case .found(let place):
        var cast: (from: Field, to: Field)?
        if !FileColumns.isSame(place.stored.type, place.wanted.type) {
          guard FileColumns.canWiden(place.stored.type, place.wanted.type) else {
            throw ScanFailure.mismatch(
              column,
              table: scan.table.name,
              file: schema.fields[place.path.field],
              path: file.path
            )
          }
          cast = (place.stored, place.wanted)
        }
        // A field that is wanted twice is read twice, because readers only go forward.
        origins.append(.file(reader: paths.count, cast: cast))
        paths.append(place.path)
      }
    }
    self.origins = origins
    self.paths = paths
  }

  /// The reader's columns behind some of the scan's that have the table's own type.
  func readers(of positions: Set<Int>) -> Set<Int> {
    Set(
      positions.compactMap { position in
        if case .file(let reader, nil) = origins[position] { reader } else { nil }
      }
    )
  }

  /// Whether a column says where the rows stand.
  var locatesRows: Bool { origins.contains { if case .rowLocator = $0 { true } else { false } } }

  /// Where a table's columns stand in one file.
  struct Places {
    private let table: TableHandle
    private let schema: Schema
    /// Fields by their exact name, and by their lower-case name where that is not another's.
    private var positions: [String: Int] = [:]

    init(_ table: TableHandle, _ schema: Schema) {
      self.table = table
      self.schema = schema
      for (index, field) in schema.fields.enumerated() where positions[field.name] == nil {
        positions[field.name] = index
      }
      for (index, field) in schema.fields.enumerated() {
        let name = field.name.lowercased()
        if positions[name] == nil { positions[name] = index }
      }
    }

    /// Where a scan's column is.
    enum Place {
      /// The file lacks the column, or a member on the way.
      case missing
      /// This field of the file is no row where the table has one.
      case mismatch(Field)
      /// What the file has, and what the table says that it is.
      case found((path: FieldPath, stored: Field, wanted: Field))
    }

    /// Where a scan's column, or the member that is read of it, stands in the file.
    func place(_ scanned: LogicalPlan.ScanColumn) -> Place {
      guard let position = position(scanned.tableColumn) else { return .missing }
      var path = FieldPath(position)
      var stored = schema.fields[position]
      var type = table.columns[scanned.tableColumn].logicalType
      for member in scanned.members {
        guard case .row(let parts) = type, case .row(let storedParts) = stored.type else {
          return .mismatch(schema.fields[position])
        }
        guard let index = Schema(storedParts).index(of: parts[member].name) else { return .missing }
        path.members.append(index)
        stored = storedParts[index]
        type = parts[member].type
      }
      return .found((path, stored, Field(stored.name, type)))
    }

    /// The field of a column of the table, or nil where the file lacks it.
    func position(_ column: Int) -> Int? {
      if table.readsByPosition { return column < schema.fields.count ? column : nil }
      let name = table.columns[column].name
      return positions[name] ?? positions[name.lowercased()]
    }
  }

  /// The places in the file that was looked at last: as a rule the files of a table have one schema, and
  /// to find names by text takes longer than to read the footer that is known of a small file.
  final class KnownPlaces: Sendable {
    private let last = Mutex<(schema: Schema, places: Places)?>(nil)

    /// Where columns of `table`, which is the same in all calls, stand in a file with `schema`.
    func places(_ table: TableHandle, _ schema: Schema) -> Places {
      if let known = last.withLock({ $0 }), known.schema == schema { return known.places }
      let places = Places(table, schema)
      last.withLock { $0 = (schema, places) }
      return places
    }
  }

  /// The value of a column that does not come out of the file; one row.
  static func constant(_ column: TableHandle.TableColumn, _ file: ScanFiles.File) -> Column? {
    if let index = column.partitionIndex {
      let value = file.partitionValues[index]
      return value.isNull
        ? column.type.nulls(count: 1)
        : .constant(value, column.type.physicalType, count: 1)
    }
    guard column.isHidden else { return nil }
    switch column.name {
    case "$path": return .constant(.text(file.path), .bytes, count: 1)
    case "$file_size": return .constant(.int(Int64(file.byteCount)), .int64, count: 1)
    case "$file_modified_time": return modifiedTime(file.path, column.type)
    default: return column.type.nulls(count: 1)
    }
  }

  private static func modifiedTime(_ path: String, _ type: SQLType) -> Column {
    var status = stat()
    guard stat(path, &status) == 0 else { return type.nulls(count: 1) }
    let millis = Int64(status.st_mtim.tv_sec) * 1000 + Int64(status.st_mtim.tv_nsec) / 1_000_000
    switch type {
    case .timestampWithTimeZone:
      // Zone key 0 is UTC.
      return .constant(.int128(Int128(millis) * 1000 * 65_536), .int128, count: 1)
    case .timestamp(let precision):
      let perSecond = TimeUnit(precision: precision).perSecond
      return .constant(.int(millis * (perSecond / 1000)), .int64, count: 1)
    default: return type.nulls(count: 1)
    }
  }

  /// Whether values of both types lie in memory and mean the same.
  static func isSame(_ file: LogicalType, _ table: LogicalType) -> Bool {
    switch (file, table) {
    case (.timestamp(let left, _), .timestamp(let right, _)): return left == right
    case (.list(let left), .list(let right)): return isSame(left.type, right.type)
    case (.map(let key, let value), .map(let otherKey, let otherValue)):
      return isSame(key.type, otherKey.type) && isSame(value.type, otherValue.type)
    case (.row(let left), .row(let right)):
      return left.count == right.count
        && zip(left, right).allSatisfy {
          $0.name.lowercased() == $1.name.lowercased() && isSame($0.type, $1.type)
        }
    case (.string, .json), (.json, .string), (.string, .binary), (.binary, .string): return true
    default: return file == table
    }
  }

  /// Whether a file's values may be read as the table's type: only without loss.
  static func canWiden(_ file: LogicalType, _ table: LogicalType) -> Bool {
    if isSame(file, table) || file == .unknown { return true }
    switch (file, table) {
    case (.list(let left), .list(let right)): return canWiden(left.type, right.type)
    case (.map(let key, let value), .map(let otherKey, let otherValue)):
      return canWiden(key.type, otherKey.type) && canWiden(value.type, otherValue.type)
    case (.row(let left), .row(let right)):
      return left.allSatisfy { field in
        right.first { $0.name.lowercased() == field.name.lowercased() }
          .map { canWiden(field.type, $0.type) } ?? true
      }
    default: return isSame(TypeLattice.unify(file, table), table)
    }
  }
}
