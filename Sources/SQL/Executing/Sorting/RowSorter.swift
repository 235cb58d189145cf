import ColumnFormat

/// Sorts the rows of a batch by moving row numbers.
///
/// Entries of a word and a row number are sorted by the word; rows that agree in it are sorted by their
/// next word, and in the end compared by their values. Rows that are equal keep their order.
enum RowSorter {
  struct Entry {
    var word: UInt64
    var row: UInt64
  }

  /// The row numbers in the order of the keys.
  static func permutation(_ batch: Batch, _ order: RowOrder) -> Buffer<UInt32> {
    let entries = sorted(batch, order, SortWords(batch, order), rows: 0..<batch.rowCount)
    return numbers(entries)
  }

  static func numbers(_ entries: Buffer<Entry>) -> Buffer<UInt32> {
    let rows = Buffer<UInt32>(count: entries.count)
    for index in 0..<entries.count {
      rows.base[index] = UInt32(truncatingIfNeeded: entries.base[index].row)
    }
    return rows
  }

  /// The entries of `rows`, sorted.
  static func sorted(_ batch: Batch, _ order: RowOrder, _ words: SortWords, rows: Range<Int>)
    -> Buffer<Entry>
  {
    let entries = Buffer<Entry>(count: rows.count)
    for (index, row) in rows.enumerated() {
      entries.base[index] = Entry(
        word: words.words.base[row &* words.wordCount],
        row: UInt64(truncatingIfNeeded: row)
      )
    }
    let comparison = words.inexactKey.map { RowComparison(batch, order, from: $0) }
    let ties = comparison.flatMap { comparison in
      words.inexactKey.flatMap { TextTies(batch, order, from: $0, comparison) }
    }
    let scratch = Buffer<Entry>(count: rows.count)
    sort(entries.base, rows.count, scratch.base, word: 0, words, comparison, ties)
    return withExtendedLifetime(scratch) { entries }
  }

  private static func sort(
    _ entries: UnsafeMutablePointer<Entry>,
    _ count: Int,
    _ scratch: UnsafeMutablePointer<Entry>,
    word: Int,
    _ words: SortWords,
    _ comparison: RowComparison?,
    _ ties: TextTies?
  ) {
    sortByWord(entries, count, scratch)
    let isLast = word + 1 >= words.wordCount
    if isLast && comparison == nil { return }
    var start = 0
    while start < count {
      let value = entries[start].word
      var end = start + 1
      while end < count && entries[end].word == value { end += 1 }
      let size = end - start
      if size > 1 {
        let run = entries + start
        if !isLast {
          for index in 0..<size {
            let row = Int(truncatingIfNeeded: run[index].row)
            run[index].word = words.words.base[row &* words.wordCount &+ word &+ 1]
          }
          sort(run, size, scratch + start, word: word + 1, words, comparison, ties)
          for index in 0..<size { run[index].word = value }
        } else if let ties, size >= TextTies.rowCountMin {
          ties.sort(run, size, scratch + start)
          for index in 0..<size { run[index].word = value }
        } else if let comparison {
          sortByComparison(run, size, scratch + start, comparison)
        }
      }
      start = end
    }
  }

  /// Sorts by word; equal ones keep their order.
  static func sortByWord(
    _ entries: UnsafeMutablePointer<Entry>,
    _ count: Int,
    _ scratch: UnsafeMutablePointer<Entry>
  ) {
    if count <= 32 { return insertionSort(entries, count) }
    if count < 1024 { return mergeSortByWord(entries, count, scratch) }
    radixSort(entries, count, scratch)
  }

  private static func insertionSort(_ entries: UnsafeMutablePointer<Entry>, _ count: Int) {
    var index = 1
    while index < count {
      let entry = entries[index]
      var place = index
      while place > 0 && entries[place &- 1].word > entry.word {
        entries[place] = entries[place &- 1]
        place &-= 1
      }
      entries[place] = entry
      index &+= 1
    }
  }

  private static func mergeSortByWord(
    _ entries: UnsafeMutablePointer<Entry>,
    _ count: Int,
    _ scratch: UnsafeMutablePointer<Entry>
  ) {
    if count <= 24 { return insertionSort(entries, count) }
    let middle = count / 2
    mergeSortByWord(entries, middle, scratch)
    mergeSortByWord(entries + middle, count - middle, scratch)
    if entries[middle - 1].word <= entries[middle].word { return }
    scratch.update(from: entries, count: middle)
    var (left, right, target) = (0, middle, 0)
    while left < middle && right < count {
      if entries[right].word < scratch[left].word {
        entries[target] = entries[right]
        right &+= 1
      } else {
        entries[target] = scratch[left]
        left &+= 1
      }
      target &+= 1
    }
    (entries + target).update(from: scratch + left, count: middle - left)
  }

  /// Byte by byte from the lowest, leaving out bytes in which all entries agree.
  private static func radixSort(
    _ entries: UnsafeMutablePointer<Entry>,
    _ count: Int,
    _ scratch: UnsafeMutablePointer<Entry>
  ) {
    var all: UInt64 = .max
    var any: UInt64 = 0
    for index in 0..<count {
      all &= entries[index].word
      any |= entries[index].word
    }
    let differing = all ^ any
    var (from, to) = (entries, scratch)
    withUnsafeTemporaryAllocation(of: Int.self, capacity: 256) { ends in
      for byte in 0..<8 {
        let shift = UInt64(byte * 8)
        if (differing &>> shift) & 0xFF == 0 { continue }
        ends.initialize(repeating: 0)
        for index in 0..<count {
          ends[Int(truncatingIfNeeded: (from[index].word &>> shift) & 0xFF)] &+= 1
        }
        var sum = 0
        for digit in 0..<256 {
          let size = ends[digit]
          ends[digit] = sum
          sum &+= size
        }
        for index in 0..<count {
          let digit = Int(truncatingIfNeeded: (from[index].word &>> shift) & 0xFF)
          to[ends[digit]] = from[index]
          ends[digit] &+= 1
        }
        swap(&from, &to)
      }
    }
    if from != entries { entries.update(from: from, count: count) }
  }

  /// Merge sort by the rows' values.
  static func sortByComparison(
    _ entries: UnsafeMutablePointer<Entry>,
    _ count: Int,
    _ scratch: UnsafeMutablePointer<Entry>,
    _ comparison: RowComparison
  ) {
    if count <= 12 {
      var index = 1
      while index < count {
        let entry = entries[index]
        var place = index
        while place > 0
          && comparison.compare(Int(entries[place - 1].row), Int(entry.row)) > 0
        {
          entries[place] = entries[place - 1]
          place -= 1
        }
        entries[place] = entry
        index += 1
      }
      return
    }
    let middle = count / 2
    sortByComparison(entries, middle, scratch, comparison)
    sortByComparison(entries + middle, count - middle, scratch, comparison)
    if comparison.compare(Int(entries[middle - 1].row), Int(entries[middle].row)) <= 0 { return }
    scratch.update(from: entries, count: middle)
    var (left, right, target) = (0, middle, 0)
    while left < middle && right < count {
      if comparison.compare(Int(entries[right].row), Int(scratch[left].row)) < 0 {
        entries[target] = entries[right]
        right += 1
      } else {
        entries[target] = scratch[left]
        left += 1
      }
      target += 1
    }
    (entries + target).update(from: scratch + left, count: middle - left)
  }
}
