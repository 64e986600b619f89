import FoundationEssentials
import Glibc
import Platform
import TokenExchange

extension Command {
  /// What is in a token.
  static let inspect = Command(
    name: "inspect", summary: "show what a token says, without its signature",
    details: """
      Shows the header and claims of a token from a file or standard input, with times in words and
      Dex's opaque sub decoded. Nothing is verified: anybody can write such a token.
      """,
    example: "tokenxchange inspect /var/run/secrets/tokenxchange/token",
    arguments: ["FILE"],
    options: [.inspectedFile, .reportOutput, .verbose], readsVariables: false
  ) { arguments, world throws(Problem) in
    let format = try arguments[.reportOutput]
    let path = arguments[.inspectedFile].flatMap { $0 == "-" ? nil : $0 }
    if path == nil, world.terminal.isTerminal(STDIN_FILENO) { throw .inspectsTerminal }
    let content: [UInt8]
    if let path { content = try world.readToken(path) } else { content = try world.readInput() }
    let source = path ?? "standard input"
    world.log(for: arguments)("read \(content.count) bytes from \(source)")
    let input = try InspectedInput(content, source: source)
    let facts = TokenFacts(jwt: input.jwt, now: world.now())
    try world.writeOutput(
      format == .json ? input.json(facts, source: source) : input.text(facts, source: source))
    return .done
  }
}

extension World {
  fileprivate func readInput() throws(Problem) -> [UInt8] {
    do throws(FileReadError) {
      return try terminal.readInput(1 << 20)
    } catch {
      throw .nothingToInspect("standard input")
    }
  }
}

extension InspectedInput {
  func text(_ facts: TokenFacts, source: String) -> String {
    var rows = [Fact("from", source + (wrapping.map { ": " + $0 } ?? ""))]
    if let reportedEnd { rows.append(Fact("reported end", reportedEnd)) }
    rows += facts.rows
    let others = facts.others
    return
      (["nothing of this is verified: only the issuer's keys can tell who wrote it"]
      + Fact.lines(rows, indent: 0)
      + (others.isEmpty ? [] : ["other claims"]) + Fact.lines(others, indent: 2))
      .joined(separator: "\n") + "\n"
  }

  func json(_ facts: TokenFacts, source: String) -> String {
    var members: JSON.Object = [
      "verified": .bool(false), "kind": .string(facts.kind.rawValue), "source": .string(source),
      "header": .object(jwt.header), "claims": .object(jwt.claims),
      "facts": .object(facts.rows.members),
    ]
    if let expiry = jwt.expiry {
      members["expired"] = .bool(expiry <= facts.now)
      members["expiresInSeconds"] = .integer(
        Int64(expiry.timeIntervalSince(facts.now).rounded(.down)))
    }
    if let subject = facts.dexSubject {
      members["dexSubject"] = .object([
        "userID": .string(subject.userID), "connectorID": .string(subject.connectorID),
      ])
    }
    if let wrapping { members["wrapping"] = .string(wrapping) }
    if let reportedEnd { members["reportedEnd"] = .string(reportedEnd) }
    return JSON.object(members).text(indented: true) + "\n"
  }
}

extension [Fact] {
  /// The facts as members; of two with the same name the last one counts.
  var members: JSON.Object {
    reduce(into: [:]) { $0[$1.name] = .string($1.value) }
  }
}
