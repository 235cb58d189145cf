import ColumnFormat

/// A table that an earlier crawl made: what it held so far decides about what comes.
struct KnownTable {
  var format: DataFormat
  /// The columns' names in lower case.
  var columns: Set<String>
}

extension TableGrouping {
  /// Whether an earlier crawl made a table of something below a folder.
  func hasKnownTable(below folder: String) -> Bool {
    folder.isEmpty ? known.keys.contains { !$0.isEmpty } : knownFolders.contains(folder)
  }

  /// A folder that is a table stays one of what fits it; what does not is a table of its own.
  ///
  /// Without this one odd folder would turn a table of two into three, and the readers of the first
  /// would look at a table without files.
  ///
  /// - Returns: Nil where the folder is no table yet, or nothing in it fits.
  mutating func staying(_ folder: Folder) -> [Group]? {
    guard let table = known[folder.path] else { return nil }
    var own: [Int] = []
    var others: [Group] = []
    for file in folder.files {
      if fits(file, table) {
        own.append(file)
      } else {
        others.append(Group(root: files[file].path, isFile: true, files: [file]))
      }
    }
    for child in folder.children {
      let isKey = PartitionPath.level(child.name).key != nil
      let isTable = known[child.path] != nil || hasKnownTable(below: child.path)
      let all = child.all
      if isKey || (!isTable && all.allSatisfy { fits($0, table) }) {
        own += all
      } else {
        others += resolve(child)
      }
    }
    if own.isEmpty { return nil }
    if !others.isEmpty {
      notes.append(
        "not like the table in '\(folder.path.isEmpty ? "." : folder.path)', and tables of their own: "
          + others.prefix(5).map { "'\($0.root)'" }.joined(separator: ", ")
      )
    }
    return [Group(root: folder.path, files: own.sorted())] + others
  }

  /// Whether a file may join a table: over half of the smaller one's columns are in both.
  private func fits(_ file: Int, _ table: KnownTable) -> Bool {
    // How such files are read says the table's definition, not their content.
    if case .text = table.format { return true }
    let columns = columnSets[files[file].schema]
    return files[file].format.withoutLayout == table.format.withoutLayout
      && columns.intersection(table.columns).count * 2 > min(columns.count, table.columns.count)
  }

  /// Says that folders which are alike are not one table because one of them is a table already.
  mutating func noteApart(_ folder: Folder) {
    let tables = folder.children.filter { known[$0.path] != nil }.prefix(3).map { "'\($0.path)'" }
    if tables.isEmpty { return }
    notes.append(
      "folders in '\(folder.path.isEmpty ? "." : folder.path)' are alike, but stay tables of their"
        + " own, as \(tables.joined(separator: ", ")) already is (--grouping combine makes one)"
    )
  }
}
