import TokenExchange

/// Slips in a dexsidecar's variables that Dex passes over in silence or refuses without a reason.
extension DexVariables {
  /// Warns of scopes that Dex ignores.
  func warn(ofScopes scopes: [String], _ world: World) {
    for scope in scopes where !DexScope.isKnown(scope) {
      let near =
        Suggestion.nearest(to: scope, in: DexScope.known)
        .map { ": did you mean \($0)?" } ?? ""
      world.warn("Dex does not know the scope \(Problem.shown(scope)) of \(name("scope"))\(near)")
    }
  }

  /// What to say when Dex does not accept the client of `dex_basic_auth`.
  static func refusedUser(_ user: String) -> String {
    let encoded =
      user.contains("%") ? "; it is encoded on the way and must not be encoded here" : ""
    return "Dex refuses the user \(Problem.shown(user)) of dex_basic_auth: it must be the id of a "
      + "client in staticClients of Dex's config.yaml (dexsidecar's README says user: where its Dex "
      + "has the client incus), followed by a colon and the client's secret, if it has one"
      + encoded
  }
}
