import Catalog
import LakeWriter
import ObjectStore

/// How a table's files lie on the disk, and what follows from it.
struct TableHealth {
  /// Something that costs time or answers, and the command against it.
  struct Advice: Equatable {
    var problem: String
    /// Nil where no command of lake helps.
    var command: String?
  }

  /// DATABASE.TABLE.
  let name: String
  let partitionCount: Int
  let versionCount: Int
  let fileSizes: [Int]
  /// Seconds since the newest file was written; nil without files.
  let ageSeconds: Int?
  /// Rejected records; counting ends at ``rejectCountMax``.
  let rejectCount: Int

  /// Files below this size cost more to open than to read.
  static let smallByteCount = 8 << 20
  static let rejectCountMax = 10_000

  var byteCount: Int { fileSizes.reduce(0, +) }
  var smallFileCount: Int { fileSizes.count { $0 < TableHealth.smallByteCount } }
  var medianByteCount: Int { fileSizes.isEmpty ? 0 : fileSizes[fileSizes.count / 2] }

  /// How many files have a size of each power of ten: below 10 kB, 100 kB, 1 MB, …, and above 1 GB.
  var distribution: [(label: String, count: Int)] {
    let bounds = [10_000, 100_000, 1_000_000, 10_000_000, 100_000_000, 1_000_000_000]
    var lower = 0
    var rows: [(String, Int)] = []
    for bound in bounds {
      let count = fileSizes.count { $0 >= lower && $0 < bound }
      rows.append(("< " + Quantity.bytes(bound).replacing(".0", with: ""), count))
      lower = bound
    }
    rows.append((">= 1 GB", fileSizes.count { $0 >= lower }))
    return rows.filter { $0.1 > 0 }
  }

  /// What to do, the most urgent first.
  var advice: [Advice] {
    var advice: [Advice] = []
    if rejectCount > 0 {
      let count = rejectCount == TableHealth.rejectCountMax ? "at least " : ""
      advice.append(
        Advice(
          problem: count + Quantity.count(rejectCount, "record")
            + (rejectCount == 1 ? " was rejected" : " were rejected"),
          command: "lake rejects list \(name)"
        )
      )
    }
    if fileSizes.isEmpty {
      advice.append(Advice(problem: "there are no files", command: "lake check \(name)"))
    }
    let perPartition = Double(fileSizes.count) / Double(max(1, partitionCount))
    if smallFileCount >= 32 && smallFileCount * 2 > fileSizes.count {
      if perPartition < 2 && partitionCount > 1 {
        advice.append(
          Advice(
            problem: "most files are small because partitions are: "
              + "\(Quantity.bytes(byteCount / max(1, partitionCount))) each",
            command: "lake ingest --table \(name) --partition-by day …"
          )
        )
      } else {
        advice.append(
          Advice(
            problem: "\(Quantity.grouped(smallFileCount)) of \(Quantity.grouped(fileSizes.count)) "
              + "files are smaller than \(Quantity.bytes(TableHealth.smallByteCount))",
            command: "lake ingest --table \(name) --buffer-size 128 --buffer-interval 900 …"
          )
        )
      }
    }
    if versionCount > 10 {
      advice.append(
        Advice(
          problem: "the schema has changed \(versionCount - 1) times",
          command: "lake catalog versions \(name)"
        )
      )
    }
    if let ageSeconds, ageSeconds > 86_400 {
      advice.append(
        Advice(
          problem: "the newest file is \(ageSeconds / 86_400) days old",
          command: "lake status"
        )
      )
    }
    return advice
  }
}

extension TableHealth {
  /// Looks at a table of a catalog; `now` is in seconds since 1970.
  init(_ snapshot: TableSnapshot, _ catalog: TableCatalog, rejectsFolder: String, now: Int) throws {
    name = "\(snapshot.description.name)"
    partitionCount = snapshot.partitionCount
    versionCount = try catalog.versions(of: snapshot.description.name).count
    let location = catalog.path(of: snapshot.description.location)
    var newest: Int?
    var sizes: [Int] = []
    for file in (try? LocalFolder(".").list(location)) ?? [] {
      sizes.append(file.byteCount)
      newest = max(newest ?? 0, Int(file.modifiedNanos / 1_000_000_000))
    }
    fileSizes = sizes.sorted()
    ageSeconds = newest.map { max(0, now - $0) }
    rejectCount =
      try RejectedDocuments.read(
        folder: rejectsFolder,
        errorType: nil,
        limit: TableHealth.rejectCountMax
      )
      .count
  }
}
