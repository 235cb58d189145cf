import Testing

@testable import LakeWriter

@Suite struct BufferStateTests {
  private typealias State = BufferState<Int>

  private func state(byteCount: Int = 100, seconds: Int = 60, memory: Int = 1000) -> State {
    State(
      hints: BufferingHints(byteCount: byteCount, intervalSeconds: seconds),
      memoryByteCountMax: memory
    )
  }

  @Test func `a buffer is flushed when its input reaches the size`() {
    var state = state()
    #expect(
      state.buffered(1, inputByteCount: 99, memoryByteCount: 10, nowMillis: 0).isEmpty
    )
    #expect(
      state.buffered(1, inputByteCount: 1, memoryByteCount: 11, nowMillis: 0)
        == [State.Flush(key: 1, reason: .size)]
    )
    #expect(state.openCount == 0)
    #expect(state.memoryByteCount == 0)
  }

  @Test func `a buffer is flushed at its age, counted from its oldest record`() {
    var state = state()
    _ = state.buffered(1, inputByteCount: 1, memoryByteCount: 1, nowMillis: 1000)
    _ = state.buffered(2, inputByteCount: 1, memoryByteCount: 1, nowMillis: 30_000)
    _ = state.buffered(1, inputByteCount: 1, memoryByteCount: 2, nowMillis: 50_000)
    #expect(state.tick(nowMillis: 60_999).isEmpty)
    #expect(state.tick(nowMillis: 61_000) == [State.Flush(key: 1, reason: .age)])
    #expect(state.oldestMillis == 30_000)
  }

  @Test func `over the memory limit the buffers go first that nobody writes to any more`() {
    var state = state(byteCount: 10_000, memory: 100)
    for key in 1...4 {
      _ = state.buffered(key, inputByteCount: 1, memoryByteCount: 30, nowMillis: 0)
    }
    _ = state.buffered(1, inputByteCount: 1, memoryByteCount: 31, nowMillis: 0)
    #expect(
      state.relieve()
        == [State.Flush(key: 2, reason: .memory), State.Flush(key: 3, reason: .memory)]
    )
    #expect(state.memoryByteCount == 61)
    #expect(state.relieve().isEmpty)
  }

  @Test func `the end flushes what is left in the order of the partitions`() {
    var state = state()
    for key in [3, 1, 2] {
      _ = state.buffered(key, inputByteCount: 1, memoryByteCount: 1, nowMillis: 0)
    }
    #expect(state.end().map(\.key) == [1, 2, 3])
    #expect(state.end().isEmpty)
  }
}
