#if canImport(Glibc)
  import Glibc
#endif

/// Runs recursive work on a thread with a stack that is large enough for any permitted nesting.
enum DeepStack {
  /// Only address space: pages are committed when the recursion really goes there.
  private static let byteCount = 512 << 20

  /// Runs `body` on a thread of its own and waits for it.
  static func run<Result>(_ body: () -> Result) -> Result {
    var result: Result?
    withoutActuallyEscaping(body) { body in
      withUnsafeMutablePointer(to: &result) { target in
        let job = Job { target.pointee = body() }
        job.run(stackByteCount: byteCount)
      }
    }
    guard let result else { return body() }
    return result
  }

  private final class Job {
    let body: () -> Void

    init(_ body: @escaping () -> Void) { self.body = body }

    /// Without a thread to be had, the result stays empty and the caller runs the work itself.
    func run(stackByteCount: Int) {
      var attributes = pthread_attr_t()
      guard pthread_attr_init(&attributes) == 0 else { return }
      defer { pthread_attr_destroy(&attributes) }
      guard pthread_attr_setstacksize(&attributes, stackByteCount) == 0 else { return }
      var thread = pthread_t()
      let argument = Unmanaged.passUnretained(self).toOpaque()
      let status = pthread_create(
        &thread,
        &attributes,
        { argument in
          if let argument { Unmanaged<Job>.fromOpaque(argument).takeUnretainedValue().body() }
          return nil
        },
        argument
      )
      if status == 0 { pthread_join(thread, nil) }
    }
  }
}
