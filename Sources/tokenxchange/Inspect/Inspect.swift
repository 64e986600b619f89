import Glibc
import Platform
import TokenExchange

extension Command {
  /// Shows the claims of a token.
  static let inspect = Command(
    name: "inspect", summary: "show the claims of a token, without its signature",
    details: """
      Shows the header and claims of a token from a file or standard input, with readable times and
      a decoded sub of Dex. The signature is not verified, so the claims prove nothing.
      """,
    example: "tokenxchange inspect /var/run/secrets/tokenxchange/token",
    arguments: ["FILE"],
    options: [.inspectedFile, .reportOutput, .verbose], readsVariables: false
  ) { arguments, world throws(CommandError) in
    let format = try arguments[.reportOutput]
    let path = arguments[.inspectedFile].flatMap { $0 == "-" ? nil : $0 }
    let file = if let path { try world.readToken(path) } else { nil as [UInt8]? }
    let input: InspectedInput
    do throws(InspectError) {
      let content = if let file { file } else { try world.readInput() }
      let source = path ?? World.standardInput
      world.log(for: arguments)("read \(content.count) bytes from \(source)")
      input = try InspectedInput(content, source: source)
    } catch {
      throw CommandError.inspect(error)
    }
    let facts = TokenFacts(jwt: input.jwt, now: world.now())
    try world.writeOutput(format == .json ? input.json(facts) : input.text(facts))
    return .done
  }
}

extension World {
  fileprivate static let standardInput = "standard input"

  fileprivate func readInput() throws(InspectError) -> [UInt8] {
    guard !terminal.isTerminal(STDIN_FILENO) else { throw .terminal }
    do throws(FileReadError) {
      return try terminal.readInput(1 << 20)
    } catch {
      throw .noToken(source: Self.standardInput)
    }
  }
}
