import ObjectStore
import RowFormat

/// `partitions/0000000012.json`: part of a table's partition list, a partition a line.
///
/// ```
/// {"format": 1, "partitions": [
/// ["2026","11","23"],
/// {"values":["2026","11","24"],"location":"elsewhere/24"}
/// ]}
/// ```
///
/// A segment is never altered. A partition is an array of values where its folder follows from
/// them, an object otherwise; members that are not known stay with it.
struct PartitionSegment {
  /// How a partition is told from others.
  struct Identity: Hashable {
    var values: [String?]
  }

  var entries: [JSONValue]
  var members: JSONObject

  init(_ partitions: [Partition], keys: [String]) {
    entries = partitions.map { PartitionSegment.entry($0, keys: keys) }
    members = ["format": .integer(CatalogFile.format)]
  }

  init(_ file: CatalogFile) throws(CatalogError) {
    entries = try file.array("partitions")
    members = file.members
    members["partitions"] = nil
  }

  var bytes: [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(entries.count * 32)
    bytes += "{".utf8
    for member in members.members {
      JSONValue.append(quoted: member.name, to: &bytes)
      bytes += ": ".utf8
      member.value.append(to: &bytes, indent: nil)
      bytes += ", ".utf8
    }
    bytes += "\"partitions\": [\n".utf8
    for (index, entry) in entries.enumerated() {
      if index > 0 { bytes += ",\n".utf8 }
      entry.append(to: &bytes, indent: nil)
    }
    bytes += "\n]}\n".utf8
    return bytes
  }

  static func entry(_ partition: Partition, keys: [String]) -> JSONValue {
    let values = JSONValue.array(partition.values.map { $0.map { .string($0) } ?? .null })
    if partition.location == PartitionPath.folder(keys: keys, values: partition.values) {
      return values
    }
    return ["values": values, "location": .string(partition.location)]
  }

  static func partition(_ entry: JSONValue, keys: [String], path: String) throws(CatalogError)
    -> Partition
  {
    guard let elements = (entry["values"] ?? entry).arrayValue, elements.count == keys.count else {
      throw CatalogError(
        .damaged("a partition needs \(keys.count) values: \(entry.compactText)"),
        path: path
      )
    }
    var values: [String?] = []
    values.reserveCapacity(elements.count)
    for element in elements {
      switch element {
      case .string(let text): values.append(text)
      case .null: values.append(nil)
      default:
        throw CatalogError(
          .damaged("a partition's values are strings or null: \(entry.compactText)"),
          path: path
        )
      }
    }
    return Partition(
      values: values,
      location: entry["location"]?.stringValue
        ?? PartitionPath.folder(keys: keys, values: values)
    )
  }
}
