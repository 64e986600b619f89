import TokenExchange

/// How the target cluster's API server derives a username from a token.
package struct UsernameMapping: Sendable {
  /// The claim that contains the name.
  package enum Claim: String, Sendable, CaseIterable {
    case federated, sub, name
  }

  package var claim: Claim
  /// The prefix of usernames and groups.
  package var prefix: String
  /// The Dex connector of the service accounts; nil if the API server trusts their issuer directly.
  package var connectorID: String?

  package init(claim: Claim, prefix: String, connectorID: String?) {
    self.claim = claim
    self.prefix = prefix
    self.connectorID = connectorID
  }

  /// The default prefix of usernames and groups.
  package static let defaultPrefix = "dex:"

  /// The username of a person who signs in, with the default prefix.
  package static func username(ofPerson userID: String, connectorID: String) -> String {
    defaultPrefix + connectorID + ":" + userID
  }

  /// The username of a service account of the other cluster.
  package func username(of account: ServiceAccount) -> String { username(of: account.subject) }

  /// The username of the subject of a token.
  package func username(of subject: String) -> String {
    guard let connectorID, claim == .sub else { return prefix + subject }
    return prefix + DexSubject(userID: subject, connectorID: connectorID).text
  }

  /// Whether the usernames are Dex's opaque `sub`.
  var isOpaque: Bool { claim == .sub && connectorID != nil }

  /// A warning about names that users can choose.
  var warning: YAML? {
    guard claim == .name else { return nil }
    return """
      #
      # WARNING: the claim "name" is not unique. If another connector lets users
      # choose their name, anyone who sets it to system:serviceaccount:… gets these
      # permissions. Prefer federated or sub.
      """
  }
}

/// A service account of the cluster that clients run in.
package struct ServiceAccount: Sendable, Equatable {
  package var namespace: String
  package var name: String

  package init(namespace: String, name: String) {
    self.namespace = namespace
    self.name = name
  }

  /// The `sub` of its tokens.
  package var subject: String { "system:serviceaccount:\(namespace):\(name)" }
}
