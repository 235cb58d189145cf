import TestSupport
import Testing

@testable import SQL

@Suite struct FileSearchTests {
  private func folder(_ names: [String]) -> TemporaryDirectory {
    let folder = TemporaryDirectory()
    for name in names { folder.write([120], to: name) }
    return folder
  }

  private func names(_ pattern: String, _ folder: TemporaryDirectory) throws -> [String] {
    try FileSearch.files(folder(pattern)).map { String($0.path.dropFirst(folder.path.count + 1)) }
  }

  @Test func `patterns find files in folders and below`() throws {
    let made = folder(["a.csv", "b.csv", "c.txt", "x/a.csv", "x/y/d.csv", "_h/e.csv", ".f.csv"])
    #expect(try names("*.csv", made) == ["a.csv", "b.csv"])
    #expect(try names("**/*.csv", made) == ["a.csv", "b.csv", "x/a.csv", "x/y/d.csv"])
    #expect(try names("*/a.csv", made) == ["x/a.csv"])
    #expect(try names("{a,c}.*", made) == ["a.csv", "c.txt"])
    #expect(try names("x", made) == ["x/a.csv", "x/y/d.csv"])
    #expect(try names("x*", made) == ["x/a.csv", "x/y/d.csv"])
    #expect(try names("none*", made) == [])
    #expect(try names("none.csv", made) == [])
  }

  @Test func `a name that looks like a pattern is found as it is`() throws {
    #expect(try names("a[1].csv", folder(["a[1].csv"])) == ["a[1].csv"])
  }

  @Test func `a data folder names its tables`() throws {
    let made = folder([
      "T.parquet", "t/x.parquet", "u/y.csv", "v.csv.gz", "w.ndjson", "u.csv", "z.md",
    ])
    let data = try DataFolder(made.path)
    #expect(data.names == ["t", "u", "v", "w"])
    #expect(try data.files(of: "T")?.map(\.path) == [made("T.parquet")])
    #expect(try data.files(of: "u")?.map(\.path) == [made("u/y.csv")])
    #expect(try data.files(of: "z") == nil)
  }

  @Test func `formats are known by the names of files`() {
    #expect(FileFormat.named("a/b.parquet") == .parquet)
    #expect(FileFormat.named("b.snappy.PARQUET") == .parquet)
    #expect(FileFormat.named("b.csv.gz") == .csv)
    #expect(FileFormat.named("b.jsonl.zst") == .ndjson)
    #expect(FileFormat.named("b.gz") == nil)
    #expect(FileFormat.named("a.csv/part-0") == nil)
  }
}
