import Catalog
import ColumnFormat

/// The partition columns that the folders of some files' paths spell as `key=value`.
struct FolderPartitions {
  /// The columns, in the order of the folders; none where the files do not agree on them.
  var keys: [Field] = []
  /// The files by their values.
  var partitions: [TableHandle.PartitionFiles] = []

  /// Groups files by the `key=value` folders of their paths.
  init(_ files: [FileSearch.Found]) {
    var groups: [(levels: [PartitionPath.Level], files: [TableHandle.DataFile])] = []
    var indices: [Substring: Int] = [:]
    for file in files {
      let folder = file.path[..<(file.path.lastIndex(of: "/") ?? file.path.startIndex)]
      let data = TableHandle.DataFile(path: file.path, byteCount: file.byteCount)
      if let index = indices[folder] {
        groups[index].files.append(data)
      } else {
        indices[folder] = groups.count
        groups.append((PartitionPath.parse(String(folder)).filter { $0.key != nil }, [data]))
      }
    }
    let names = groups.first?.levels.compactMap(\.key) ?? []
    let agree = groups.allSatisfy { $0.levels.compactMap(\.key) == names }
    guard agree, !names.isEmpty, Set(names.map { $0.lowercased() }).count == names.count else {
      let all = groups.flatMap(\.files)
      partitions = all.isEmpty ? [] : [TableHandle.PartitionFiles(values: [], files: .files(all))]
      return
    }
    keys = names.indices.map { index in
      Field(names[index], PartitionValue.type(of: groups.lazy.map { $0.levels[index].value }))
    }
    partitions = groups.map { group in
      TableHandle.PartitionFiles(
        values: zip(group.levels, keys).map {
          PartitionValue.scalar($0.value, $1.type) ?? .null
        },
        files: .files(group.files)
      )
    }
  }
}
