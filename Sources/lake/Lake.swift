import ArgumentParser

/// The Firehose, Glue and Athena pipeline as one program.
@main
struct Lake: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lake",
    abstract: "Records in, Parquet out, questions answered."
  )
}
