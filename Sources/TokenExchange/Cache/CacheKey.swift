/// Everything that changes a token or says whose it is; no part of it is a secret.
public struct CacheKey: Sendable, Equatable {
  /// The name of the files: a hash, which shows nothing in a list of them.
  public let name: String

  /// Makes a key.
  ///
  /// - Parameters:
  ///   - kind: What is kept under it, such as `exchange`.
  ///   - parts: Names and values; a value is a list, which may be empty.
  public init(kind: String, parts: [(name: String, values: [String])]) {
    // As JSON, so that two different keys never have the same text.
    let list = parts.map { part in
      JSON.array([.string(part.name), .array(part.values.map { .string($0) })])
    }
    name = SHA256.hex(Array(JSON.array([.string(kind)] + list).text().utf8))
  }

  /// The key of an exchange; nil unless the subject is a service account token, whose claims identify
  /// its owner: for other tokens it is not known which claims do.
  ///
  /// - Parameters:
  ///   - attempt: What would be asked.
  ///   - trust: Whom Dex's certificate must come from, as text.
  public init?(_ attempt: ExchangeAttempt, trust: [String]) {
    guard let subject = attempt.subject, let owner = subject.claims["kubernetes.io"],
      owner.object != nil, let issuer = subject.issuer, let name = subject.subject
    else { return nil }
    let request = attempt.request
    func list(_ value: String?) -> [String] { value.map { [$0] } ?? [] }
    self.init(
      kind: "exchange",
      parts: [
        ("token url", [attempt.url.text]), ("issuer", list(attempt.issuer)),
        ("client", [request.clientID]),
        ("secret", request.authentication.hasSecret ? ["yes"] : []),
        ("connector", [request.connectorID]), ("scopes", request.scopes),
        ("audiences", request.audiences), ("subject type", [request.subjectTokenType.urn]),
        ("requested type", [request.requestedTokenType.urn]), ("trust", trust),
        ("iss", [issuer]), ("sub", [name]), ("aud", subject.audiences),
        ("service account", list(owner["serviceaccount"]?["uid"]?.string)),
        ("pod", list(owner["pod"]?["uid"]?.string)),
      ])
  }
}
