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

/// Who a caller becomes at the target cluster.
struct CallerName: Sendable {
  /// What the API server takes the name from.
  enum Claim: String, CaseIterable {
    case federated, sub, name
  }

  var claim: Claim
  var prefix: String
  /// nil without Dex.
  var connectorID: String?

  static let options: [OptionSpec] = [
    .connectorID, .direct, .usernameClaim, .usernamePrefix,
  ]

  init(_ invocation: Invocation) throws(Problem) {
    let isDirect = invocation.isOn(.direct)
    for spec in [OptionSpec.connectorID, .usernameClaim]
    where isDirect && invocation.settings[spec.name] != nil {
      throw .conflict(
        invocation.source(.direct), invocation.source(spec),
        hint: "without Dex there is no connector, and the name is always the token's sub")
    }
    claim = isDirect ? .sub : try invocation.choice(.usernameClaim, default: .federated)
    connectorID = isDirect ? nil : try invocation.required(.connectorID)
    prefix = invocation.text(.usernamePrefix) ?? (isDirect ? "cluster-a:" : "dex:")
    // Neither may a prefix and a name together make one, whatever the name.
    guard !prefix.hasPrefix("system:"), !"system:".hasPrefix(prefix) else {
      throw .systemPrefix(invocation.source(.usernamePrefix))
    }
  }

  /// The user name of a service account of the other cluster.
  func of(_ account: ServiceAccount) -> String {
    guard let connectorID, claim == .sub else { return prefix + account.subject }
    return prefix + DexSubject(userID: account.subject, connectorID: connectorID).text
  }
}

/// A service account of the cluster that callers come from.
struct ServiceAccount: Sendable, Equatable {
  var namespace: String
  var name: String

  /// The `sub` of its tokens.
  var subject: String { "system:serviceaccount:\(namespace):\(name)" }

  init(namespace: String, name: String) {
    self.namespace = namespace
    self.name = name
  }

  /// Reads `NAMESPACE/NAME` or the `sub` itself.
  init(_ text: String) throws(Problem) {
    let mark = "system:serviceaccount:"
    let isSubject = text.hasPrefix(mark)
    let parts = text.dropFirst(isSubject ? mark.count : 0)
      .split(separator: isSubject ? ":" : "/", omittingEmptySubsequences: false)
    guard parts.count == 2, parts.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy(Self.isNamed) })
    else { throw .badServiceAccount(text) }
    self.init(namespace: String(parts[0]), name: String(parts[1]))
  }

  /// The two that Argo CD's plugins run as.
  static func argoCD(namespace: String) -> [ServiceAccount] {
    ["argocd-application-controller", "argocd-server"].map {
      ServiceAccount(namespace: namespace, name: $0)
    }
  }

  private static func isNamed(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
      UInt8(ascii: "-"), UInt8(ascii: "."):
      true
    default: false
    }
  }
}
