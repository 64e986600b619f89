import Manifests
import TokenExchange

extension OptionSpec {
  static let usernameClaim = OptionSpec(
    name: "username-claim", placeholder: "CLAIM",
    help: "What the API server takes the user's name from: federated (federated_claims.user_id, by "
      + "an AuthenticationConfiguration), sub (opaque but unique, by flags) or name (readable, not "
      + "unique).",
    defaultText: "federated", completion: .words(["federated", "sub", "name"]))

  static let usernamePrefix = OptionSpec(
    name: "username-prefix", placeholder: "PREFIX",
    help: "What the API server puts before the names of these users and groups.",
    defaultText: "dex:, with --direct cluster-a:")

  static let direct = OptionSpec(
    name: "direct", kind: .flag,
    help: "The target cluster trusts the other cluster's issuer itself, with no Dex between.")
}

extension UsernameMapping {
  static let options: [OptionSpec] = [
    .connectorID, .direct, .usernameClaim, .usernamePrefix,
  ]

  init(_ invocation: Invocation) throws(Problem) {
    let isDirect = invocation.isOn(.direct)
    for spec in [OptionSpec.connectorID, .usernameClaim]
    where isDirect && invocation.isGiven(spec) {
      throw .conflict(
        invocation.source(.direct), invocation.source(spec),
        hint: "without Dex there is no connector, and the name is always the token's sub")
    }
    self.init(
      claim: isDirect ? .sub : try invocation.choice(.usernameClaim, default: Claim.federated),
      prefix: invocation.text(.usernamePrefix) ?? (isDirect ? "cluster-a:" : "dex:"),
      connectorID: isDirect ? nil : try invocation.required(.connectorID))
    // A prefix and a name together must not form one either.
    guard !prefix.hasPrefix("system:"), !"system:".hasPrefix(prefix) else {
      throw .systemPrefix(invocation.source(.usernamePrefix))
    }
  }
}
