import Encoding
import FoundationEssentials
import Platform
import TokenExchange

extension Diagnosis {
  init(_ error: InspectError) {
    switch error {
    case .terminal:
      self.init(
        "no token to inspect: standard input is a terminal",
        hint: "pass a file, or pipe a token: tokenxchange get-token … | tokenxchange inspect")
    case .noToken(let source):
      self.init(
        "\(untrusted: source) contains no token",
        hint: "expected a token, an ExecCredential or the response of a token endpoint",
        exitCode: .subjectToken)
    case .wrapped(let wrapping, let source):
      self.init(wrapping, source)
    case .duplicateMember(let name, let source):
      self.init(
        "\(untrusted: source) has the member \(quoted: name) twice in one JSON object",
        hint: InvalidSubjectToken.duplicateHint, exitCode: .subjectToken)
    case .notJWT(let characters, let source):
      self.init(
        "\(untrusted: source) contains \(characters) characters that are not a JWT",
        hint:
          "a JWT consists of three base64url parts separated by dots; an opaque token has no claims",
        exitCode: .subjectToken)
    }
  }

  /// A file or stream contains a token in a wrapping.
  init(_ wrapping: TokenWrapping, _ source: String) {
    self.init(
      "\(untrusted: source) contains \(wrapping.message)",
      hint: wrapping.hintMessage, exitCode: .subjectToken)
  }
}

extension InspectedInput {
  func text(_ facts: TokenFacts) -> String {
    var rows = [Fact("from", source + (wrapping.map { ": " + $0.text } ?? ""))]
    if let reportedEnd { rows.append(Fact("reported end", reportedEnd)) }
    rows += facts.rows
    let others = facts.others
    let wrap = TextWrapping()
    return
      (["claims only: the signature is not verified"]
      + wrap.facts(rows, indent: 0)
      + (others.isEmpty ? [] : ["other claims"]) + wrap.facts(others, indent: 2))
      .joined(separator: "\n") + "\n"
  }

  func json(_ facts: TokenFacts) -> String {
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
    if let wrapping { members["wrapping"] = .string(wrapping.text) }
    if let reportedEnd { members["reportedEnd"] = .string(reportedEnd) }
    return JSON.object(members).text(indented: true) + "\n"
  }
}

extension InspectedInput.Document {
  fileprivate var text: String {
    switch self {
    case .execCredential(let apiVersion): "ExecCredential, \(apiVersion ?? "no apiVersion")"
    case .json(let member): "JSON, member \(member)"
    }
  }
}
