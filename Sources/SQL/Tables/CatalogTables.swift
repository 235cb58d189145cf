import Catalog
import ColumnFormat
import ObjectStore

/// The tables of a lake's catalog.
struct CatalogTables: Sendable {
  let catalog: TableCatalog

  /// The table, or nil where the catalog has none of that name.
  func table(_ name: TableName, as title: String) throws(SQLError) -> TableHandle? {
    let found: TableSnapshot?
    do throws(CatalogError) {
      found = try catalog.snapshot(of: name)
    } catch {
      // A name that no table can have is one that no table has.
      if case .invalidName = error.kind { return nil }
      throw SQLError(error)
    }
    guard let found else { return nil }
    if let text = found.description.details.viewText, var view = ViewDefinition(viewText: text) {
      view.name = name.description
      var handle = TableHandle(
        name: title,
        columns: TableHandle.columns(found.description.columns, keys: []),
        partitions: [],
        format: .ndjson
      )
      handle.columns.removeAll(where: \.isHidden)
      handle.view = view
      return handle
    }
    return try handle(found, title)
  }

  /// All tables of all databases.
  func names() throws(SQLError) -> [TableName] {
    do throws(CatalogError) {
      var names: [TableName] = []
      for database in try catalog.databases() { names += try catalog.tables(in: database) }
      return names
    } catch {
      throw SQLError(error)
    }
  }

  /// The names of all databases, sorted; `default` is one whether something is in it or not.
  func databases() throws(SQLError) -> [String] {
    let known: [String]
    do throws(CatalogError) { known = try catalog.databases() } catch { throw SQLError(error) }
    return known.contains("default") ? known : (known + ["default"]).sorted()
  }

  /// The names of the tables of a database; none where there is no such database.
  func tables(in database: String) throws(SQLError) -> [String] {
    do throws(CatalogError) {
      return try catalog.tables(in: database).map(\.table)
    } catch {
      throw SQLError(error)
    }
  }

  /// The files of an unpartitioned table: below its folder, or the one file that it is.
  private static func files(_ location: String) -> TableHandle.FileList {
    guard let info = try? LocalFolder(".").info(location) else { return .folder(location) }
    return .files([TableHandle.DataFile(path: location, byteCount: info.byteCount)])
  }

  /// The partitions with their values typed; a large table has a million, so the catalog's form of
  /// them is not kept beside.
  private func partitions(
    _ snapshot: TableSnapshot,
    below location: String
  ) throws(CatalogError) -> [TableHandle.PartitionFiles] {
    let description = snapshot.description
    let keys = description.partitionKeys
    var partitions: [TableHandle.PartitionFiles] = []
    partitions.reserveCapacity(min(snapshot.partitionCount, 1 << 22))
    // Days, hours and countries repeat: one value in memory for all partitions that have it.
    var known = keys.map { _ in [String?: Scalar]() }
    try catalog.forEachPartition(of: snapshot) { (partition) throws(CatalogError) in
      var values: [Scalar] = []
      values.reserveCapacity(keys.count)
      for (index, (text, key)) in zip(partition.values, keys).enumerated() {
        if let value = known[index][text] {
          values.append(value)
          continue
        }
        guard let value = PartitionValue.scalar(text, key.type) else {
          throw CatalogError(
            .damaged(
              "the partition value '\(text ?? "")' is no \(SQLType(key.type)) of '\(key.name)'"
            ),
            path: "\(description.name)"
          )
        }
        if known[index].count < 1 << 16 { known[index][text] = value }
        values.append(value)
      }
      guard values.count == keys.count else {
        throw CatalogError(
          .damaged("a partition has \(values.count) values for \(keys.count) columns"),
          path: "\(description.name)"
        )
      }
      let folder =
        partition.location.hasPrefix("/")
        ? partition.location : location + "/" + partition.location
      partitions.append(TableHandle.PartitionFiles(values: values, files: .folder(folder)))
    }
    return partitions
  }

  private func handle(_ snapshot: TableSnapshot, _ title: String) throws(SQLError) -> TableHandle {
    let description = snapshot.description
    let location = try path(of: description.location)
    var handle = TableHandle(
      name: title,
      columns: TableHandle.columns(description.columns, keys: description.partitionKeys),
      partitions: [],
      format: description.format,
      readsByPosition: description.format == .parquet
        && description.parameters["parquet.column.index.access"]?.lowercased() == "true",
      rowCount: description.parameters["recordCount"].flatMap { Int($0) }
    )
    if case .text(let serDe) = description.format {
      handle.lines = try LineFormat(
        serDe,
        tableParameters: description.parameters,
        columns: description.columns.map(\.type)
      )
      handle.opensRecords = description.details.inputFormat?.contains("CloudTrail") == true
    }
    if description.partitionKeys.isEmpty {
      handle.partitions = [
        TableHandle.PartitionFiles(values: [], files: CatalogTables.files(location))
      ]
      return handle
    }
    let projection = try PartitionProjection(
      description.partitionKeys,
      description.parameters,
      table: title,
      location: location,
      path: { catalog.path(of: $0) }
    )
    if let projection {
      handle.projection = projection
      return handle
    }
    let registered: [Partition]
    do throws(CatalogError) {
      registered = try catalog.partitions(of: snapshot)
    } catch {
      throw SQLError(error)
    }
    handle.partitions.reserveCapacity(registered.count)
    for partition in registered {
      handle.partitions.append(
        TableHandle.PartitionFiles(
          values: try values(partition, description),
          files: .folder(try folder(partition, location))
        )
      )
    }
    return handle
  }

  private func folder(_ partition: Partition, _ location: String) throws(SQLError) -> String {
    let place = partition.location
    if place.hasPrefix("/") { return place }
    return S3Location.key(of: place) == nil ? location + "/" + place : try path(of: place)
  }

  /// A location as a path; those of S3 need a folder that stands for it.
  private func path(of location: String) throws(SQLError) -> String {
    if S3Location.key(of: location) != nil && catalog.s3Root == nil {
      throw SQLError(
        .hiveCannotOpen,
        "no folder stands for S3: cannot read '\(location)'",
        help: "--s3-root DIR or $LAKE_S3_ROOT names the folder that holds the buckets"
      )
    }
    return catalog.path(of: location)
  }

  private func values(
    _ partition: Partition,
    _ description: TableDescription
  ) throws(SQLError) -> [Scalar] {
    var values: [Scalar] = []
    for (text, key) in zip(partition.values, description.partitionKeys) {
      guard let value = PartitionValue.scalar(text, key.type) else {
        throw SQLError(
          CatalogError(
            .damaged(
              "the partition value '\(text ?? "")' is no \(SQLType(key.type)) of '\(key.name)'"
            ),
            path: "\(description.name)"
          )
        )
      }
      values.append(value)
    }
    guard values.count == description.partitionKeys.count else {
      throw SQLError(
        CatalogError(
          .damaged(
            "a partition has \(values.count) values for \(description.partitionKeys.count) columns"
          ),
          path: "\(description.name)"
        )
      )
    }
    return values
  }
}

extension TableHandle {
  /// What `*` stands for.
  var visibleColumns: [TableColumn] { columns.filter { !$0.isHidden } }

  /// The columns of the files, then those of the folders, then the hidden ones.
  static func columns(_ fields: [Field], keys: [Field]) -> [TableColumn] {
    let taken = Set(fields.map { $0.name.lowercased() })
    return fields.map { TableColumn(name: $0.name, type: SQLType($0.type), logicalType: $0.type) }
      + keys.enumerated().map { index, key in
        TableColumn(
          // A record's own value does not give way to that of the folder it was filed in.
          name: taken.contains(key.name.lowercased()) ? "partition_" + key.name : key.name,
          type: SQLType(key.type),
          logicalType: key.type,
          partitionIndex: index
        )
      } + hiddenColumns
  }

  /// What every table has beside its columns; the scan fills them in.
  private static let hiddenColumns = [
    TableColumn(name: "$path", type: .text, logicalType: .string, isHidden: true),
    TableColumn(name: "$file_size", type: .bigint, logicalType: .int64, isHidden: true),
    TableColumn(
      name: "$file_modified_time",
      type: .timestampWithTimeZone(precision: 3),
      logicalType: .timestamp(.millis, isAdjustedToUTC: true),
      isHidden: true
    ),
  ]
}
