import Testing

@testable import lake

@Suite struct OtherShellsTests {
  private func command(_ line: String) throws -> ShellCommand {
    try #require(try ShellCommand(line))
  }

  @Test(
    arguments: [
      (".tables", ShellCommand.Kind.tables, ""), (".schema orders", .describe, "orders"),
      (".mode csv", .format, "csv"), (".timer on", .timing, "on"), (".help", .help, ""),
      (".exit", .quit, ""), (".read a.sql", .input, "a.sql"), (".output a.csv", .output, "a.csv"),
      (".databases", .databases, ""), (".shell ls", .shell, "ls"), ("\\dt+", .tables, ""),
      ("\\d+ orders", .describe, "orders"), ("\\dn", .databases, ""),
      ("\\use shop", .connect, "shop"),
      ("\\l+;", .databases, ""), ("\\g", .again, ""), ("\\gx", .againVertical, ""),
    ]
  )
  func `another shell's command is lake's`(
    _ line: String,
    _ kind: ShellCommand.Kind,
    _ argument: String
  ) throws {
    let command = try command(line)
    #expect(command.kind == kind)
    #expect(command.argument == argument)
  }

  @Test(arguments: [
    "\\copy t to 'x'", "\\pset null x", ".open x", "\\du", ".headers off", "\\set a 1",
  ])
  func `a command that lake does not have says what does it`(_ line: String) {
    #expect {
      _ = try ShellCommand(line)
    } throws: { error in
      let failure = error as? Failure
      return failure?.code == "UNKNOWN_COMMAND" && failure?.help != "\\? lists the commands"
    }
  }

  @Test func `numbers and names with dots are no commands`() {
    for text in [".5", "..", ".", "a.b", "select .5"] {
      #expect(!ShellCommand.begins(text), "\(text)")
    }
    #expect(ShellCommand.begins("  .tables"))
  }

  @Test(
    arguments: [
      "pragma table_info(t)", "summarize t", "copy t to 'x.csv'", "install httpfs", "begin",
      "set threads = 4", "from t", "show all tables", "vacuum", "select 1 format JSONEachRow",
      "select 1 into outfile 'x'",
    ]
  )
  func `a statement of another system has a hint`(_ text: String) {
    #expect(OtherShells.hint(forStatement: text) != nil)
  }

  @Test func `lake's own statements have none`() {
    for text in [
      "select 1", "show tables", "insert into t values 1", "", "unload (select 1) to 'x'",
    ] {
      #expect(OtherShells.hint(forStatement: text) == nil, "\(text)")
    }
  }

  @Test func `use names a database`() {
    #expect(OtherShells.usedDatabase("USE shop") == "shop")
    #expect(OtherShells.usedDatabase("use \"shop\"") == "shop")
    #expect(OtherShells.usedDatabase("use a b") == nil)
    #expect(OtherShells.usedDatabase("select 1") == nil)
  }
}
