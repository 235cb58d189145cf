import ColumnFormat
import ObjectStore
import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#endif

@Suite struct LocalFolderTests {
  let directory = TemporaryDirectory()
  var store: LocalFolder { LocalFolder(directory.path) }

  @Test func `a listing is sorted and leaves hidden names out at every depth`() throws {
    for name in ["b/2", "b/1", "a", "_SUCCESS", ".x.tmp", "b/_temporary/0", "b/.y", "c.d/e=f/g"] {
      directory.write("12345", to: name)
    }
    let found = try store.list("")
    #expect(found.map(\.path) == ["a", "b/1", "b/2", "c.d/e=f/g"])
    #expect(found.allSatisfy { $0.byteCount == 5 && $0.modifiedNanos > 0 })
    #expect(try store.list("b").map(\.path) == ["b/1", "b/2"])
    #expect(try store.list("b/_temporary").map(\.path) == ["b/_temporary/0"])
  }

  @Test func `links are followed, but not in circles`() throws {
    directory.write("1", to: "data/x/file")
    symlink("../..", directory("data/x/up"))
    symlink("../data/x", directory("data/again"))
    symlink("nowhere", directory("data/dangling"))
    #expect(try store.list("data").map(\.path) == ["data/again/file", "data/x/file"])
  }

  @Test(arguments: [1, 2, 5])
  func `threads find what one of them would`(threadCount: Int) throws {
    for day in 1...30 {
      for hour in 0..<3 { directory.write("1", to: "t/year=2026/day=\(day)/hour=\(hour)/part") }
    }
    directory.write("1", to: "t/year=2026/top")
    directory.write("1", to: "t/year=2026/day=7/_hidden/part")
    symlink("../..", directory("t/year=2026/day=9/up"))
    symlink("../day=8", directory("t/year=2026/day=9/other"))
    let alone = try store.list("t")
    #expect(alone.count == 94)
    let together = try store.list("t") { body in
      WorkerThreads.run(count: threadCount, body)
    }
    #expect(together == alone)
    #expect(throws: ObjectStoreError.self) {
      try store.list("none") { body in WorkerThreads.run(count: threadCount, body) }
    }
  }

  @Test func `a folder that is not there is named`() {
    let error = #expect(throws: ObjectStoreError.self) { try store.list("none") }
    #expect(error?.kind == .notFound)
  }

  @Test func `a ranged read gives the bytes that are there`() throws {
    directory.write("0123456789", to: "f")
    #expect(try store.read("f", range: 2..<5) == Array("234".utf8))
    #expect(try store.read("f", range: 8..<50) == Array("89".utf8))
    #expect(try store.read("f", range: 90..<95) == [])
    #expect(try store.read("f").count == 10)
    #expect(throws: ObjectStoreError(.notFound, path: "")) { try store.read("") }
  }

  @Test func `put replaces whole objects and leaves nothing else behind`() throws {
    try store.put([1, 2, 3], at: "a/b/c")
    try store.put([4], at: "a/b/c")
    #expect(try store.read("a/b/c") == [4])
    #expect(try FolderNames.all(directory("a/b")) == ["c"])
  }

  @Test func `an exclusive put has one winner among many`() async throws {
    let store = store
    let winners = await withTaskGroup(of: Int?.self) { group in
      for number in 0..<16 {
        group.addTask {
          let bytes = [UInt8](repeating: UInt8(number), count: 10_000)
          return (try? store.putIfAbsent(bytes, at: "g/1")).map { number }
        }
      }
      return await group.reduce(into: [Int]()) { if let number = $1 { $0.append(number) } }
    }
    #expect(winners.count == 1)
    #expect(try store.read("g/1") == [UInt8](repeating: UInt8(winners.first ?? 0), count: 10_000))
    #expect(try FolderNames.all(directory("g")) == ["1"])
    #expect(throws: ObjectStoreError(.alreadyExists, path: "g/1")) {
      try store.putIfAbsent([], at: "g/1")
    }
  }

  @Test func `deleting twice is no error`() throws {
    directory.write("x", to: "f")
    try store.delete("f")
    try store.delete("f")
    #expect(throws: ObjectStoreError(.notFound, path: "f")) { try store.info("f") }
  }

  @Test func `the memory store lists and refuses as a folder does`() throws {
    let store = MemoryStore()
    for name in ["b/2", "a", "_x/1", "b/.h"] { try store.put([1], at: name) }
    #expect(try store.list("").map(\.path) == ["a", "b/2"])
    #expect(
      try store.entries(of: "") == [
        FolderEntry(name: "_x", isFolder: true), FolderEntry(name: "a", isFolder: false),
        FolderEntry(name: "b", isFolder: true),
      ]
    )
    #expect(throws: ObjectStoreError(.alreadyExists, path: "a")) {
      try store.putIfAbsent([], at: "a")
    }
  }
}

/// The names in a folder, hidden ones too.
enum FolderNames {
  static func all(_ path: String) throws -> [String] {
    guard let stream = opendir(path) else { throw ObjectStoreError(.notFound, path: path) }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { tuple in
        tuple.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted()
  }
}
