import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#endif

/// The completions that the program makes for shells, asked as these shells ask.
@Suite struct CompletionScriptTests {
  private static func isInstalled(_ shell: String) -> Bool {
    ["/bin/", "/usr/bin/", "/usr/local/bin/"].contains { access($0 + shell, X_OK) == 0 }
  }

  private func run(_ command: String) throws -> String {
    let program = try #require(ScreenSession.program, "the program is built beside the tests")
    return ProgramRun(program: program).run(command).text
  }

  @Test(.enabled(if: isInstalled("bash"), "bash is not installed"))
  func `bash completes commands, options and their values`() throws {
    let text = try run(
      """
      lake --generate-completion-script bash > script; . ./script
      ask() {
        COMP_LINE="$*"; COMP_POINT=${#COMP_LINE}; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
        COMPREPLY=()
        $(complete -p lake | sed -n 's/.*-F \\([^ ]*\\) .*/\\1/p') lake "${!#}" "${@: -2:1}"
        echo ${COMPREPLY[*]}
      }
      ask lake ing; ask lake sql --form; ask lake sql --format mark; ask lake catalog ver
      """
    )
    #expect(text == "ingest\n--format\nmarkdown\nversions\n")
  }

  @Test(.enabled(if: isInstalled("fish"), "fish is not installed"))
  func `fish completes commands, options and their values`() throws {
    let text = try run(
      """
      lake --generate-completion-script fish > script
      fish --no-config -c 'source script; complete -C "lake ing"; complete -C "lake sql --format mark"' \
        | cut -f 1
      """
    )
    #expect(text == "ingest\nmarkdown\n")
  }

  @Test(.enabled(if: isInstalled("zsh"), "zsh is not installed"))
  func `zsh reads its completions`() throws {
    let text = try run(
      """
      mkdir site; lake --generate-completion-script zsh > site/_lake
      zsh -f -c 'fpath=(./site $fpath); autoload -Uz compinit; compinit -D; echo $_comps[lake]
        autoload +X _lake && echo read'
      """
    )
    #expect(text == "_lake\nread\n")
  }
}
