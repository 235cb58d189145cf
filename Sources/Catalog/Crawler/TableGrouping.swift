import ColumnFormat
import RowFormat

/// Decides which folder makes a table of which files.
struct TableGrouping {
  /// What matters about a file here.
  struct File {
    /// Relative to the include path.
    var path: String
    /// Files of different layouts never share a table if that can be helped.
    var format: DataFormat
    /// Which of the distinct schemas it has.
    var schema: Int
  }

  /// Files that make one table.
  struct Group: Equatable {
    /// The folder relative to the include path, or the one file.
    var root: String
    var isFile = false
    var files: [Int]
  }

  /// A folder with more files than this is never split into a table for each.
  private static let fileTableCountMax = 100
  /// Folders with more kinds of files than this are no table, as in Glue.
  private static let kindCountMax = 5

  private(set) var groups: [Group] = []
  var notes: [String] = []

  let files: [File]
  let columnSets: [Set<String>]
  /// The tables of earlier crawls, by their folder or file relative to the include path.
  let known: [String: KnownTable]
  /// The folders that one of them lies in.
  let knownFolders: Set<String>

  /// - Parameters:
  ///   - files: All files below the include path.
  ///   - schemas: The distinct schemas that the files point to.
  ///   - mode: Whether everything below is one table.
  ///   - level: The level of the tables' folders; the include path itself is 1.
  ///   - known: The tables of earlier crawls, by their folder or file.
  init(
    _ files: [File],
    schemas: [[Field]],
    mode: CrawlOptions.Grouping,
    level: Int? = nil,
    known: [String: KnownTable] = [:]
  ) {
    self.files = files
    self.known = known
    knownFolders = Set(known.keys.flatMap { KnownPlaces.folders(above: $0).dropFirst() })
    columnSets = schemas.map { Set($0.map { $0.name.lowercased() }) }
    let tree = Folder(path: "", name: "")
    for (index, file) in files.enumerated() { tree.insert(index, path: file.path) }
    if let level {
      groups = tree.folders(below: level - 1).map { Group(root: $0.path, files: $0.all) }
      let taken = Set(groups.flatMap(\.files))
      if let first = files.indices.first(where: { !taken.contains($0) }) {
        notes.append(
          "files above table level \(level) are in no table: \(files.count - taken.count) of them, such"
            + " as '\(files[first].path)'"
        )
      }
    } else if mode == .combine {
      groups = files.isEmpty ? [] : [Group(root: "", files: tree.all)]
    } else {
      groups = resolve(tree)
    }
  }

  /// A folder of the listing.
  final class Folder {
    let path: String
    let name: String
    var files: [Int] = []
    var children: [Folder] = []

    init(path: String, name: String) {
      self.path = path
      self.name = name
    }

    /// Files come in the order of their paths, so a folder's files come together.
    func insert(_ file: Int, path: String) {
      var folder = self
      for part in path.split(separator: "/").dropLast() {
        let name = String(part)
        if let last = folder.children.last, last.name == name {
          folder = last
        } else if let known = folder.children.first(where: { $0.name == name }) {
          folder = known
        } else {
          let child = Folder(
            path: folder.path.isEmpty ? name : "\(folder.path)/\(name)",
            name: name
          )
          folder.children.append(child)
          folder = child
        }
      }
      folder.files.append(file)
    }

    var all: [Int] { (files + children.flatMap(\.all)).sorted() }

    func folders(below depth: Int) -> [Folder] {
      depth <= 0 ? [self] : children.flatMap { $0.folders(below: depth - 1) }
    }

    /// Whether the name stands for a value: `key=value`, digits, a date.
    var isPartition: Bool {
      PartitionPath.level(name).key != nil || PartitionDetection.type(of: name) != .string
    }
  }

  mutating func resolve(_ folder: Folder) -> [Group] {
    if folder.children.isEmpty { return resolveFlat(folder) }
    if folder.files.isEmpty, folder.children.allSatisfy({ PartitionPath.level($0.name).key != nil })
    {
      return [Group(root: folder.path, files: folder.all)]
    }
    if let table = staying(folder) { return table }
    let hasTables = hasKnownTable(below: folder.path)
    let below = folder.children.map { resolve($0) }
    let isEvenBelow = zip(folder.children, below).allSatisfy { child, groups in
      groups.count == 1 && groups[0].root == child.path
    }
    let namesAreValues = folder.children.allSatisfy(\.isPartition)
    if isEvenBelow, folder.files.isEmpty, namesAreValues || folder.children.count > 1,
      clusters(folder.all, isAlike: { isSimilar($0, $1) }).count == 1
    {
      if hasTables {
        noteApart(folder)
        return below.flatMap(\.self)
      }
      return [Group(root: folder.path, files: folder.all)]
    }
    if folder.files.isEmpty, !hasTables, let majority = majority(folder, below) { return majority }
    if !folder.files.isEmpty {
      notes.append(
        "'\(folder.path.isEmpty ? "." : folder.path)' holds files beside folders: each of the files"
          + " is a table of its own"
      )
    }
    return folder.files.map { Group(root: files[$0].path, isFile: true, files: [$0]) }
      + below.flatMap(\.self)
  }

  /// One table of the folders that are alike, where they are most of all; the others stay as they are.
  private mutating func majority(_ folder: Folder, _ below: [[Group]]) -> [Group]? {
    let kinds = clusters(folder.all, isAlike: { isSimilar($0, $1) })
    if kinds.count > TableGrouping.kindCountMax { return nil }
    let whole = zip(folder.children, below).map { child, groups in
      groups.count == 1 && groups[0].root == child.path && !groups[0].isFile ? groups[0] : nil
    }
    for kind in kinds {
      let members = Set(kind)
      let alike = whole.map { group in group.map { members.isSuperset(of: $0.files) } ?? false }
      guard TableGrouping.isMost(alike.count { $0 }, of: alike.count) else { continue }
      let files = zip(whole, alike).flatMap { $1 ? $0?.files ?? [] : [] }
      let others = zip(below, alike).filter { !$1 }.flatMap(\.0)
      notes.append(
        "\(alike.count { $0 }) of \(alike.count) folders in"
          + " '\(folder.path.isEmpty ? "." : folder.path)' are one table, the others are not like"
          + " them: " + others.prefix(5).map { "'\($0.root)'" }.joined(separator: ", ")
      )
      return [Group(root: folder.path, files: files.sorted())] + others
    }
    return nil
  }

  /// Glue's rule for what is similar as a whole: over 70 % of the parts are alike.
  private static func isMost(_ count: Int, of total: Int) -> Bool {
    count >= 3 && count * 10 > total * 7
  }

  private mutating func resolveFlat(_ folder: Folder) -> [Group] {
    let whole = Group(root: folder.path, files: folder.files)
    let clusters = clusters(folder.files) { mostlyShared($0, $1) }
    let isSmall = folder.files.count <= TableGrouping.fileTableCountMax
    if isSmall, folder.files.contains(where: { known[files[$0].path] != nil }) {
      return folder.files.map { Group(root: files[$0].path, isFile: true, files: [$0]) }
    }
    if clusters.count <= 1 { return folder.files.isEmpty ? [] : [whole] }
    if isSmall, let table = staying(folder) { return table }
    let place = folder.path.isEmpty ? "the folder" : "'\(folder.path)'"
    let isMostlyAlike =
      clusters.count <= TableGrouping.kindCountMax
      && clusters.contains { TableGrouping.isMost($0.count, of: folder.files.count) }
    if isMostlyAlike || folder.files.count > TableGrouping.fileTableCountMax {
      notes.append(
        "\(place) holds \(folder.files.count) files of \(clusters.count) different kinds, which"
          + " become one table"
      )
      return [whole]
    }
    notes.append(
      "\(place) holds files of \(clusters.count) different kinds: each file is a table of its own"
        + " (--grouping combine makes one)"
    )
    return folder.files.map { Group(root: files[$0].path, isFile: true, files: [$0]) }
  }

  /// Files that are alike, directly or by way of others.
  private func clusters(_ members: [Int], isAlike: (Int, Int) -> Bool) -> [[Int]] {
    struct Kind: Hashable {
      var format: DataFormat
      var schema: Int
    }
    var kinds: [Kind] = []
    var filesOfKind: [Kind: [Int]] = [:]
    for file in members {
      let kind = Kind(format: files[file].format.withoutLayout, schema: files[file].schema)
      if filesOfKind[kind] == nil { kinds.append(kind) }
      filesOfKind[kind, default: []].append(file)
    }
    var clusters: [[Kind]] = []
    for kind in kinds {
      let alike = clusters.indices.filter { index in
        clusters[index].contains { other in
          other.format == kind.format && isAlike(other.schema, kind.schema)
        }
      }
      let joined = alike.flatMap { clusters[$0] } + [kind]
      for index in alike.reversed() { clusters.remove(at: index) }
      clusters.append(joined)
    }
    return clusters.map { $0.flatMap { filesOfKind[$0] ?? [] } }
  }

  /// Whether files side by side belong together: half of the smaller one's columns are in both.
  ///
  /// Optional fields make records of one kind differ more than tables in folders do.
  private func mostlyShared(_ left: Int, _ right: Int) -> Bool {
    let shared = columnSets[left].intersection(columnSets[right]).count
    return left == right || shared * 2 > min(columnSets[left].count, columnSets[right].count)
  }

  /// Whether folders belong together: as in Glue, over 70 % of the larger one's columns are in both.
  ///
  /// Or the smaller one merely lacks up to half of them.
  private func isSimilar(_ left: Int, _ right: Int) -> Bool {
    if left == right { return true }
    let shared = columnSets[left].intersection(columnSets[right]).count
    let larger = max(columnSets[left].count, columnSets[right].count)
    let smaller = min(columnSets[left].count, columnSets[right].count)
    return shared * 10 > larger * 7 || (shared == smaller && smaller * 2 >= larger && shared > 0)
  }
}

extension DataFormat {
  /// The format without the details of its layout.
  var withoutLayout: DataFormat {
    if case .csv = self { .csv(.init()) } else { self }
  }
}
