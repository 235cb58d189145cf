#if canImport(Glibc)
  import Glibc
#endif

/// The memory of this process, as Linux counts it.
enum ProcessMemory {
  /// Forgets the peak so far.
  static func resetPeak() {
    guard let file = fopen("/proc/self/clear_refs", "w") else { return }
    fputs("5", file)
    fclose(file)
  }

  /// The most bytes that were resident since the last ``resetPeak()``.
  static var peakByteCount: Int {
    let lines = FixtureFolder.text("/proc/self/status").split(separator: "\n")
    let line = lines.first { $0.hasPrefix("VmHWM:") } ?? ""
    return (line.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0) << 10
  }
}
