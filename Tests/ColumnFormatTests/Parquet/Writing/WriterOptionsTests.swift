import Testing

@testable import ColumnFormat

@Suite struct WriterOptionsTests {
  private func refusal(_ change: (inout WriterOptions) -> Void) -> String? {
    var options = WriterOptions()
    change(&options)
    let schema = Schema([
      Field("a", .int64), Field("b", .boolean), Field("c", .list(Field("x", .string))),
    ])
    do throws(ColumnFormatError) {
      _ = try ParquetWriter(sink: MemorySink(), schema: schema, options: options)
      return nil
    } catch {
      if case .refused(let fact) = error.kind { return fact }
      return "\(error)"
    }
  }

  @Test func `the defaults are allowed`() { #expect(refusal { _ in } == nil) }

  @Test func `a page has 64 KiB at least`() {
    #expect(refusal { $0.pageByteCount = 65_536 } == nil)
    #expect(
      refusal { $0.pageByteCount = 65_535 }
        == "pageByteCount is 65535, allowed is 65536...1073741823"
    )
  }

  @Test func `counts and sizes are positive`() {
    #expect(
      refusal { $0.rowGroupRowCountMax = 0 }
        == "rowGroupRowCountMax is 0, allowed is 1...2147483647"
    )
    #expect(
      refusal { $0.rowGroupByteCountMax = 0 } == "rowGroupByteCountMax is 0, allowed is 1 or more"
    )
    #expect(refusal { $0.pageRowCountMax = 0 } == "pageRowCountMax is 0, allowed is 1 or more")
    #expect(refusal { $0.boundByteCountMax = 0 } == "boundByteCountMax is 0, allowed is 1 or more")
    #expect(refusal { $0.threadCount = 0 } == "threadCount is 0, allowed is 1...1024")
    #expect(
      refusal { $0.dictionaryByteCountMax = -1 }
        == "dictionaryByteCountMax is -1, allowed is 0...536870911"
    )
  }

  @Test func `pages are of version 1 or 2`() {
    #expect(refusal { $0.dataPageVersion = 2 } == nil)
    #expect(refusal { $0.dataPageVersion = 3 } == "dataPageVersion is 3, allowed is 1 or 2")
  }

  @Test func `a level is one that the codec has`() {
    #expect(refusal { $0.level = 22 } == nil)
    #expect(refusal { $0.level = 23 } == "the level of zstd is 23, allowed is -7...22")
    #expect(
      refusal {
        $0.codec = .gzip
        $0.level = 0
      } == "the level of gzip is 0, allowed is 1...9"
    )
    #expect(
      refusal {
        $0.codec = .snappy
        $0.level = 1
      } == "snappy has no levels; leave level 1 out"
    )
  }

  @Test func `a bloom filter names a column of values and a rate`() {
    #expect(refusal { $0.bloomFilters = [BloomFilterColumn("c.list.element")] } == nil)
    #expect(
      refusal { $0.bloomFilters = [BloomFilterColumn("c")] }
        == "there is no column 'c' for a bloom filter; there are 'a', 'b', 'c.list.element'"
    )
    #expect(
      refusal { $0.bloomFilters = [BloomFilterColumn("b")] }
        == "column 'b' has too few values for a bloom filter; leave it out"
    )
    #expect(
      refusal { $0.bloomFilters = [BloomFilterColumn("a", falsePositiveRate: 1)] }
        == "the bloom filter of 'a' has the rate 1.0, allowed is 0 to 1 exclusive"
    )
  }

  @Test func `a sorting column is one of the leaves`() {
    func sorted(_ index: Int) -> String? {
      refusal {
        $0.sortingColumns = [
          SortingColumn(columnIndex: index, isDescending: false, isNullsFirst: false)
        ]
      }
    }
    #expect(sorted(2) == nil)
    #expect(sorted(3) == "a sorting column's index is 3, allowed is 0..<3")
  }
}
