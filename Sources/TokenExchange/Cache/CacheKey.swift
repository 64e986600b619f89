/// Everything that changes a token or says whose it is; no part of it is a secret.
public struct CacheKey: Sendable, Equatable {
  /// All parts, each with its length, so that two different keys never have the same bytes.
  public let bytes: [UInt8]

  /// What names files: a hash, which tells nothing to whoever lists the folder.
  public var name: String { SHA256.hex(bytes) }

  /// Makes a key.
  ///
  /// - Parameters:
  ///   - kind: What is kept under it, such as `exchange`.
  ///   - parts: Names and values; a value is a list, which may be empty.
  public init(kind: String, parts: [(name: String, values: [String])]) {
    var bytes: [UInt8] = []
    Netstring.append(kind, to: &bytes)
    for part in parts {
      Netstring.append(part.name, to: &bytes)
      var values: [UInt8] = []
      for value in part.values { Netstring.append(value, to: &values) }
      Netstring.append(values, to: &bytes)
    }
    self.bytes = bytes
  }

  /// The key of an exchange; nil unless the subject is a service account token, which names its
  /// owner in full: of any other token it is not known what makes two of them alike.
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
