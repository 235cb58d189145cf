import Testing

@testable import ColumnFormat

@Suite struct ParallelMapTests {
  @Test(arguments: [1, 2, 5])
  func `results come in the order of their indexes`(threadCount: Int) {
    for count in [0, 1, 2, 100] {
      let squares = WorkerThreads.map(count: count, threadCount: threadCount) { index, _ in
        index * index
      }
      #expect(squares == (0..<count).map { $0 * $0 })
    }
  }

  @Test func `workers are numbered from zero`() {
    let workers = WorkerThreads.map(count: 50, threadCount: 3) { $1 }
    #expect(workers.allSatisfy { (0..<3).contains($0) })
    #expect(WorkerThreads.map(count: 5, threadCount: 1) { $1 } == [0, 0, 0, 0, 0])
  }
}
