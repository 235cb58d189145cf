import ColumnFormat

#if canImport(Glibc)
  import Glibc
#endif

/// Times reading and writing of Parquet files; see `Benchmarks/README.md`.
@main struct LakeBench {
  static func main() {
    do {
      let command = try BenchCommand(CommandLine.arguments.dropFirst())
      let measurement: Measurement
      switch command.task {
      case .read: measurement = try ReadingBenchmark(command).run()
      case .write: measurement = try WritingBenchmark(command).run()
      }
      print(measurement.json)
    } catch {
      let message = "lake-bench: \(error)\n"
      _ = message.withCString { write(STDERR_FILENO, $0, strlen($0)) }
      exit(1)
    }
  }
}
