import Testing

@testable import LakeWriter

@Suite struct BufferStateTests {
  private typealias State = BufferState<Int>

  private func state(
    byteCount: Int = 100,
    seconds: Int = 60,
    memory: Int = 1000,
    openCount: Int = 100
  ) -> State {
    State(
      hints: BufferingHints(byteCount: byteCount, intervalSeconds: seconds),
      memoryByteCountMax: memory,
      openCountMax: openCount
    )
  }

  @Test func `a buffer is flushed when its input reaches the size`() {
    var state = state()
    #expect(state.buffered(1, inputByteCount: 99, memoryByteCount: 10) == nil)
    #expect(
      state.buffered(1, inputByteCount: 1, memoryByteCount: 11)
        == State.Flush(key: 1, reason: .size)
    )
    #expect(state.openCount == 0)
    #expect(state.memoryByteCount == 0)
  }

  @Test func `all buffers are committed at the age of the oldest record`() {
    var state = state()
    state.arrived(nowMillis: 1000)
    _ = state.buffered(1, inputByteCount: 1, memoryByteCount: 1)
    state.arrived(nowMillis: 30_000)
    _ = state.buffered(2, inputByteCount: 1, memoryByteCount: 1)
    #expect(state.commitReason(nowMillis: 60_999) == nil)
    #expect(state.commitReason(nowMillis: 61_000) == .age)
    #expect(state.commit(.age).map(\.key) == [1, 2])
    #expect(state.commitReason(nowMillis: 200_000) == nil)
  }

  @Test func `a clock that is set back makes no record wait longer than it should`() {
    var state = state()
    state.arrived(nowMillis: 3_600_000)
    _ = state.buffered(1, inputByteCount: 1, memoryByteCount: 1)
    #expect(state.commitReason(nowMillis: 10_000) == nil)
    #expect(state.commitReason(nowMillis: 69_999) == nil)
    #expect(state.commitReason(nowMillis: 70_000) == .age)
    _ = state.commit(.age)
    state.arrived(nowMillis: 3_600_000)
    state.arrived(nowMillis: 20_000)
    #expect(state.commitReason(nowMillis: 80_000) == .age)
  }

  @Test func `records that were all rejected are committed at their age, too`() {
    var state = state()
    state.arrived(nowMillis: 0)
    #expect(state.commitReason(nowMillis: 60_000) == .age)
    #expect(state.commit(.age).isEmpty)
  }

  @Test func `a full buffer is committed at once when no other is open`() {
    var state = state()
    state.arrived(nowMillis: 0)
    _ = state.buffered(1, inputByteCount: 100, memoryByteCount: 1)
    #expect(state.commitReason(nowMillis: 0) == .size)
  }

  @Test func `a full buffer waits while more others are open than were flushed`() {
    var state = state()
    state.arrived(nowMillis: 0)
    for key in 1...3 { _ = state.buffered(key, inputByteCount: 60, memoryByteCount: 1) }
    _ = state.buffered(1, inputByteCount: 40, memoryByteCount: 1)
    #expect(state.commitReason(nowMillis: 0) == nil)
    _ = state.buffered(2, inputByteCount: 40, memoryByteCount: 1)
    #expect(state.commitReason(nowMillis: 0) == .size)
    #expect(state.commit(.size) == [State.Flush(key: 3, reason: .size)])
    #expect(state.commitReason(nowMillis: 0) == nil)
  }

  @Test func `over the memory limit the buffers go first that nobody writes to any more`() {
    var state = state(byteCount: 10_000, memory: 100)
    for key in 1...4 { _ = state.buffered(key, inputByteCount: 1, memoryByteCount: 30) }
    _ = state.buffered(1, inputByteCount: 1, memoryByteCount: 31)
    #expect(
      state.relieve()
        == [State.Flush(key: 2, reason: .memory), State.Flush(key: 3, reason: .memory)]
    )
    #expect(state.memoryByteCount == 61)
    #expect(state.relieve().isEmpty)
    #expect(state.commitReason(nowMillis: 0) == nil)
  }

  @Test func `over the number of open partitions a quarter of them goes`() {
    var state = state(openCount: 8)
    for key in 1...9 { _ = state.buffered(key, inputByteCount: 1, memoryByteCount: 1) }
    #expect(state.relieve().map(\.key) == [1, 2, 3])
    #expect(state.openCount == 6)
  }

  @Test func `the end flushes what is left in the order of the partitions`() {
    var state = state()
    for key in [3, 1, 2] { _ = state.buffered(key, inputByteCount: 1, memoryByteCount: 1) }
    #expect(state.commit(.end).map(\.key) == [1, 2, 3])
    #expect(state.commit(.end).isEmpty)
  }
}
