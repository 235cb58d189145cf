import Testing

@testable import lake

@Suite struct ProgressLineTests {
  private func state(done: Int, of total: Int?, count: Int) -> ProgressLine.State {
    ProgressLine.State(done: done, total: total, count: count, kind: "records")
  }

  @Test func `inputs of a known size have a share, a rate and the time that is left`() {
    let text = ProgressLine.text(
      state(done: 400_000_000, of: 1_000_000_000, count: 1_234_567),
      seconds: 4
    )
    #expect(text == "40 % of 1.0 GB, 1,234,567 records, 100.0 MB/s, 6.00 s left")
  }

  @Test func `before anything is done only the time passes`() {
    #expect(
      ProgressLine.text(state(done: 0, of: 1_000_000, count: 0), seconds: 0.6)
        == "0 % of 1.0 MB, 0 records, 600 ms"
    )
  }

  @Test func `nothing is promised within the first second`() {
    let text = ProgressLine.text(state(done: 500_000, of: 1_000_000, count: 9), seconds: 0.8)
    #expect(text == "50 % of 1.0 MB, 9 records, 625.0 kB/s, 800 ms")
  }

  @Test func `an input without a known end has no share`() {
    #expect(
      ProgressLine.text(state(done: 3_000_000, of: nil, count: 12), seconds: 2)
        == "12 records, 3.0 MB, 1.5 MB/s, 2.00 s"
    )
  }

  @Test func `more than was known is all`() {
    let text = ProgressLine.text(state(done: 1_500_000, of: 1_000_000, count: 12), seconds: 2)
    #expect(text == "100 % of 1.0 MB, 12 records, 750.0 kB/s, 2.00 s")
  }

  @Test func `a piece's rate is of its own time`() {
    var state = self.state(done: 500_000, of: 1_000_000, count: 1)
    state.piece = "table 2 of 3"
    state.startSeconds = 10
    #expect(
      ProgressLine.text(state, seconds: 12)
        == "table 2 of 3: 50 % of 1.0 MB, 1 records, 250.0 kB/s, 2.00 s left"
    )
  }

  @Test func `where there are no inputs the things are counted`() {
    var state = self.state(done: 0, of: nil, count: 400)
    state.countTotal = 1_000
    #expect(
      ProgressLine.text(state, seconds: 2) == "40 %, 400 of 1,000 records, 200/s, 3.00 s left"
    )
    state.count = 0
    #expect(ProgressLine.text(state, seconds: 0.6) == "0 %, 0 of 1,000 records, 0/s, 600 ms")
  }

  @Test func `a query's share belongs to the parts that are known`() {
    let text = QueryProgressLine.text(
      done: 12,
      of: 30,
      rowCount: 1_200_000,
      byteCount: 50_000_000,
      seconds: 2
    )
    #expect(text == "40 %, 12 of 30 parts, 1,200,000 rows, 25.0 MB/s, 2.00 s, 3.00 s left")
  }
}
