import TokenExchange

/// Slips in a dexsidecar's variables that Dex passes over in silence or refuses without a reason.
extension DexSidecarEnvironment {
  /// Scopes that Dex ignores.
  func warnings(ofScopes scopes: [String]) -> [Warning] {
    let unknown = scopes.filter { !DexScope.isKnown($0) }
    // A file may hold anything: `dex_file_scope=/etc/passwd` must not print its words.
    if case .file = values["scope"] {
      return unknown.isEmpty ? [] : [.unknownScopes(unknown.count, source: name("scope"))]
    }
    return unknown.map { scope in
      .unknownScope(
        scope, source: name("scope"), nearest: Suggestion.nearest(to: scope, in: DexScope.known))
    }
  }

  /// What to say when Dex does not accept the client of `dex_basic_auth`; nothing of its value is
  /// shown, because either half may be the secret.
  static func refusedUser(_ user: String, password: Secret) -> String {
    "Dex refuses the client of dex_basic_auth: it must be the id of a client in staticClients of "
      + "Dex's config.yaml (dexsidecar's README says user: where its Dex has the client incus), "
      + "followed by a colon and the client's secret, if it has one"
      + (unusableReason(of: user, password: password).map { "; " + $0 } ?? "")
  }

  /// What looks wrong about the form of `dex_basic_auth`.
  private static func unusableReason(of user: String, password: Secret) -> String? {
    if user.lowercased().hasPrefix("basic ") {
      return "it begins with \"Basic \", which is not part of it"
    }
    if user.contains("%") { return "it is encoded on the way and must not be encoded here" }
    guard password.revealed.isEmpty else { return nil }
    let decoded = Base64.decode(user).map { String(decoding: $0, as: UTF8.self) }
    return decoded?.contains(":") == true
      ? "it looks like base64, and must be given as it is"
      : "it holds no colon, so no secret was sent"
  }
}
