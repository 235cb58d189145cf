import ArgumentParser

#if canImport(Glibc)
  import Glibc
#endif

/// `lake generate orders`: a mock source to try everything else with.
struct GenerateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "generate",
    abstract: "Writes mock records to standard output.",
    subcommands: [Orders.self]
  )

  struct Orders: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "orders",
      abstract: "Change events of a shop's orders: inserts, changes and removals of the same keys.",
      discussion: """
        One seed always gives the same bytes. Example:
          lake generate orders --count 100000 --shape dynamodb | lake ingest --table shop.orders -
        """
    )

    enum Shape: String, ExpressibleByArgument, CaseIterable {
      case json
      case dynamodb
    }

    @Option(help: "How many events; without it 1000, or no end when --rate is given.")
    var count: Int?
    @Option(help: "What the random choices start from.")
    var seed: UInt64 = 1
    @Option(help: "Time of the first event: 2026-01-01, 2026-01-01T08:00:00Z or now (UTC).")
    var start: String?
    @Option(help: "Over how many days the events are spread.")
    var days = 1
    @Option(help: "Plain JSON objects, or DynamoDB stream records with New Image.")
    var shape = Shape.json
    @Option(help: "Records a second; without it as fast as they are read.")
    var rate: Double?
    @Flag(help: "Change the schema midway: fields appear, vanish and widen.")
    var drift = false
    @OptionGroup var global: GlobalOptions

    func validate() throws {
      if let count, count < 0 { throw ValidationError("--count must not be negative") }
      if days < 1 || days > 36_500 { throw ValidationError("--days must be 1 to 36500") }
      if let rate, !(rate > 0 && rate <= 1e7) {
        throw ValidationError("--rate must be over 0 and at most 10000000")
      }
      if let start, StartTime(start) == nil {
        throw ValidationError(
          "--start '\(start)' is not a time; write 2026-01-01, 2026-01-01T08:00:00Z or now"
        )
      }
    }

    func run() throws {
      // An endless live stream starts now; a fixed set is the same whenever it is made.
      let fallback = rate != nil && count == nil ? "now" : "2026-01-01"
      let startMillis = StartTime(start ?? fallback)?.millis ?? 0
      let settings = OrderEventStream.Settings(
        count: count ?? (rate == nil ? 1000 : nil),
        seed: seed,
        startMillis: startMillis,
        days: days,
        rate: rate
      )
      var source = OrderSource(
        stream: OrderEventStream(settings),
        text: OrderText(shape: shape == .json ? .json : .dynamodb, drifts: drift),
        rate: rate
      )
      // Who reads from a pipe tells how far it is; on a terminal the records themselves do.
      var info = stat()
      let isFile = fstat(STDOUT_FILENO, &info) == 0 && info.st_mode & S_IFMT == S_IFREG
      let line = ProgressLine(
        isShown: global.showsProgress && isFile,
        counting: "records",
        countTotal: settings.count
      )
      source.progress = { count in line.update { $0.count = count } }
      let summary = source.send(to: STDOUT_FILENO)
      line.finish()
      if let failure = summary.failure {
        throw Failure(message: "cannot write standard output: \(failure)")
      }
    }
  }
}
