import Synchronization

extension WorkerThreads {
  /// What `body` returns for each index below `count`, in order.
  ///
  /// Threads take one index after the other, so indexes with much work should come first. One
  /// thread is the caller's own, and starts no other.
  package static func map<Element: Sendable>(
    count: Int,
    threadCount: Int,
    _ body: @escaping @Sendable (_ index: Int, _ worker: Int) -> Element
  ) -> [Element] {
    let workerCount = min(threadCount, count)
    if workerCount <= 1 { return (0..<count).map { body($0, 0) } }
    let results = MapResults<Element>(count: count)
    run(count: workerCount) { worker in
      while let index = results.takeIndex() { results.store(body(index, worker), at: index) }
    }
    return results.elements()
  }
}

/// A place for each result: each is written once, by the thread that took its index, and read when
/// all threads have ended.
private final class MapResults<Element: Sendable>: @unchecked Sendable {
  private let places: UnsafeMutableBufferPointer<Element?>
  private let next = Atomic<Int>(0)

  init(count: Int) {
    places = .allocate(capacity: count)
    places.initialize(repeating: nil)
  }

  deinit {
    places.deinitialize()
    places.deallocate()
  }

  func takeIndex() -> Int? {
    let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
    return index < places.count ? index : nil
  }

  func store(_ element: Element, at index: Int) { places[index] = element }

  func elements() -> [Element] { places.compactMap { $0 } }
}
