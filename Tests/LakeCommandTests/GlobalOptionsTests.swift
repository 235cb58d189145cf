import Testing

@testable import lake

@Suite struct GlobalOptionsTests {
  @Test(arguments: [
    ("65536", 65_536), ("1k", 1024), ("512MB", 512_000_000), ("2GiB", 2 << 30), ("1.5G", 3 << 29),
  ])
  func `sizes are read with their units`(text: String, byteCount: Int) {
    #expect(ByteSize(argument: text)?.byteCount == byteCount)
  }

  @Test(arguments: ["", "MB", "12 apples", "-3", "1e400GB", "99999999TB"])
  func `what is not a size is refused`(text: String) {
    #expect(ByteSize(argument: text) == nil)
  }

  @Test func `sizes are printed with one decimal`() {
    #expect(ByteSize.text(999) == "999 B")
    #expect(ByteSize.text(1234) == "1.2 kB")
    #expect(ByteSize.text(999_999) == "1.0 MB")
  }

  @Test func `global options may stand before the command`() {
    #expect(
      Lake.globalOptionsLast(["--lake", "x", "--quiet", "sql", "SELECT 1"])
        == ["sql", "SELECT 1", "--lake", "x", "--quiet"]
    )
    #expect(
      Lake.globalOptionsLast(["--lake=x", "sql", "--", "q"]) == ["sql", "--lake=x", "--", "q"]
    )
    #expect(Lake.globalOptionsLast(["--version"]) == ["--version"])
  }

  @Test func `a query that begins with a comment is no option`() {
    #expect(
      Lake.commentsAsText(["sql", "-- /* {} */\nSELECT 1", "--threads", "2", "--"])
        == ["sql", " -- /* {} */\nSELECT 1", "--threads", "2", "--"]
    )
  }
}
