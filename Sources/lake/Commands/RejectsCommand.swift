import ArgumentParser
import LakeWriter
import RowFormat

/// `lake rejects`: the records that could not be delivered.
struct RejectsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rejects",
    abstract: "Shows and replays the records that could not be delivered.",
    subcommands: [List.self, Replay.self]
  )

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "list",
      abstract: "Lists rejected records with their reasons."
    )

    @OptionGroup var place: RejectsOptions
    @Option(help: "How many records to show at most.")
    var limit = 20
    @Option(help: "Only this error type, such as format-conversion-failed.")
    var type: String?
    @OptionGroup var global: GlobalOptions

    func validate() throws {
      if limit < 1 { throw ValidationError("--limit must be at least 1, not \(limit)") }
    }

    func run() throws {
      let target = try place.resolve(lake: global.lakeFolder)
      let entries = try RejectedDocuments.read(
        folder: target.rejectsFolder,
        errorType: type,
        limit: limit
      )
      for entry in entries {
        try StandardOutput.write((global.json ? entry.document.compactText : text(entry)) + "\n")
      }
      if entries.isEmpty && !global.quiet {
        StandardError.note("no rejected records of \(target.name) in \(target.rejectsFolder)")
      }
    }

    private func text(_ entry: RejectedDocuments.Entry) -> String {
      let document = entry.document
      let source = document["source"]
      let record = source?["record"]?.integerValue ?? 0
      var place =
        "\(source?["path"]?.stringValue ?? "?"), record \(record), "
        + "byte \(source?["byteOffset"]?.integerValue ?? 0)"
      if let number = document["sequenceNumber"]?.stringValue, number != "\(record)" {
        place += ", sequence number \(DisplayText.clean(number))"
      }
      let raw = Base64.decode(document["rawData"]?.stringValue ?? "") ?? []
      // What was rejected may hold anything, also what a terminal would obey.
      let shown = DisplayText.clean(String(decoding: raw.prefix(160), as: UTF8.self))
      return """
        \(entry.errorType): \(document["lastErrorMessage"]?.stringValue ?? "")
          \(place)
          \(shown)\(raw.count > 160 ? "…" : "")
        """
    }
  }

  struct Replay: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "replay",
      abstract: "Delivers rejected records again.",
      discussion: """
        Records that become rows leave the rejects; the others stay, with one more attempt. Give the \
        options of the first delivery, such as --time-field.
        """
    )

    @OptionGroup var place: RejectsOptions
    @Option(help: "Only this error type, such as format-conversion-failed.")
    var type: String?
    @OptionGroup var delivery: DeliveryOptions
    @OptionGroup var global: GlobalOptions

    func run() throws {
      Interruption.install()
      let target = try place.resolve(lake: global.lakeFolder)
      var settings = try delivery.settings(target, global: global)
      // The records are in the backup since they were read.
      settings.backupFolder = nil
      if settings.isDryRun {
        let waiting = try RejectedDocuments.read(
          folder: target.rejectsFolder,
          errorType: type,
          limit: .max
        )
        StandardError.note(
          "would replay \(Quantity.count(waiting.count, "record")) of \(target.name)"
        )
        return
      }
      let run = try DeliveryRun(
        target: target,
        settings: settings,
        schemaVersion: delivery.conversion.schemaVersion,
        global: global
      )
      try run.report(
        strictRejects: delivery.strictRejects,
        totalByteCount: nil,
        resumption: "the same command"
      ) { progress in
        RejectReplay(run.settings, errorType: type).run(progress)
      }
    }
  }
}
