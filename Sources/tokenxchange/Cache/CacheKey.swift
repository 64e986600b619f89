import Encoding
import OpenIDConnect
import TokenExchange

/// Identifies a cache entry by all inputs that determine the token that a request returns.
///
/// It contains no secret.
struct CacheKey: Sendable, Equatable {
  /// The name of the entry's files without extension: a SHA-256, which reveals nothing.
  let name: String

  /// The key of a file, by its name without extension.
  init(fileName: String) { name = fileName }

  /// Creates the key of a kind of entry, such as `exchange`.
  init(kind: String, parts: [(name: String, values: [String])]) {
    // Hashed as JSON, so that different parts never have the same text.
    let list = parts.map { part in
      JSON.array([.string(part.name), .array(part.values.map { .string($0) })])
    }
    name = SHA256.hex(Array(JSON.array([.string(kind)] + list).text().utf8))
  }
}

extension CacheKey {
  /// The key of an exchange; nil unless the subject token is a service account token.
  ///
  /// The claims of a service account token identify its owner. For other tokens, it is unknown
  /// which claims do.
  init?(_ request: TokenExchangeRequest, trust: [String]) {
    guard let subject = request.subjectToken.jwt, let owner = subject.claims["kubernetes.io"],
      owner.object != nil, let issuer = subject.issuer, let name = subject.subject
    else { return nil }
    func list(_ value: String?) -> [String] { value.map { [$0] } ?? [] }
    self.init(
      kind: "exchange",
      parts: [
        ("token url", [request.tokenURL.text]), ("issuer", list(request.issuer)),
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

  /// The key of a user's login.
  ///
  /// It does not identify the user, who is unknown before the sign-in. So each user of the machine
  /// has one entry per issuer, client and connector.
  init(_ login: LoginRequest, connectorID: String? = nil, trust: [String]) {
    self.init(
      kind: "login",
      parts: [
        ("issuer", [login.issuer.text]), ("client", [login.clientID]),
        ("secret", login.clientSecret == nil ? [] : ["yes"]), ("scopes", login.scopes),
        ("audiences", login.audiences), ("trust", trust),
      ] + (connectorID.map { [("connector", [$0])] } ?? []))
  }
}
