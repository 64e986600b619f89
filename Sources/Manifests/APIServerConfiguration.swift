import Encoding
package import TokenExchange

/// How the target cluster's API server authenticates tokens.
package struct APIServerConfiguration: Sendable {
  package enum Format: String, Sendable, CaseIterable {
    /// An AuthenticationConfiguration.
    case config
    /// The `--oidc-*` flags of kube-apiserver.
    case flags
  }

  package var format: Format
  package var usernames: UsernameMapping
  package var issuer: EndpointURL
  package var audiences: [String]
  /// The CA certificates of the issuer; nil for the system's.
  package var certificates: Certificates?
  /// The Dex connectors that users sign in with.
  package var loginConnectorIDs: [String]
  /// The only subjects whose tokens are accepted, as of CI systems; empty for all.
  package var subjects: [String]

  package init(
    format: Format, usernames: UsernameMapping, issuer: EndpointURL, audiences: [String],
    certificates: Certificates?, loginConnectorIDs: [String], subjects: [String] = []
  ) {
    self.format = format
    self.usernames = usernames
    self.issuer = issuer
    self.audiences = audiences
    self.certificates = certificates
    self.loginConnectorIDs = loginConnectorIDs
    self.subjects = subjects
  }

  /// Whether the API server trusts the issuer of the service account tokens, without Dex.
  private var isDirect: Bool { usernames.connectorID == nil && loginConnectorIDs.isEmpty }

  package var yaml: YAML {
    switch format {
    case .config: configuration
    case .flags: flags
    }
  }

  private static let managedNote: YAML = """
    # A managed control plane has neither the file nor the flags: EKS associates an
    # OIDC identity provider with the values of the flags, GKE has Identity Service.
    """

  // MARK: - AuthenticationConfiguration

  private var configuration: YAML {
    """
    # For kube-apiserver --authentication-config=FILE, Kubernetes 1.30 or later. The
    # API server reloads the file when it changes. It excludes all --oidc-* flags.
    \(Self.managedNote)
    \(usernames.warning)
    ---
    apiVersion: apiserver.config.k8s.io/v1beta1
    kind: AuthenticationConfiguration
    jwt:
      - issuer:
          url: \(issuer.text)
          \(certificates.map { "certificateAuthority: \(block: $0.pem)" })
          audiences:
            \(audiences.map { "- \($0)" })
          \(audiences.count > 1 ? "audienceMatchPolicy: MatchAny" : nil)
        claimValidationRules:
          \(isDirect ? nil : connectorRule)
          \(subjects.isEmpty ? nil : subjectRule)
          \(isDirect && subjects.isEmpty ? Self.serviceAccountRule : nil)
        claimMappings:
          username:
            expression: \(folded: usernameExpression)
          \(isDirect ? nil : groups)
    """
  }

  private static let connectorClaim = "claims.federated_claims.connector_id"

  private var connectorRule: YAML {
    let connectorIDs = (usernames.connectorID.map { [$0] } ?? []) + loginConnectorIDs
    return """
      \(note)
      - expression: \(Self.condition(Self.connectorClaim, connectorIDs))
        message: \("the connector is not " + connectorIDs.joined(separator: " or "))
      """
  }

  /// The rule that accepts only some subjects; it does not apply to people.
  private var subjectRule: YAML {
    let claim = isDirect ? "claims.sub" : "claims.federated_claims.user_id"
    var condition = Self.condition(claim, subjects)
    if !loginConnectorIDs.isEmpty, let connectorID = usernames.connectorID {
      condition = "\(Self.connectorClaim) != \(JSON.quote(connectorID)) || \(condition)"
    }
    return """
      # Anyone can get a token of a public CI system: only these subjects are
      # accepted.
      - expression: \(condition)
        message: the subject is not accepted
      """
  }

  /// The CEL expression for a claim with one of several values.
  private static func condition(_ claim: String, _ values: [String]) -> String {
    let literals = values.map(JSON.quote)
    return literals.count == 1
      ? "\(claim) == \(literals[0])" : "\(claim) in [\(literals.joined(separator: ", "))]"
  }

  private var note: YAML {
    if usernames.connectorID == nil {
      """
      # Rejects users of Dex's other connectors. The claim requires the scope
      # federated:id.
      """
    } else if subjects.isEmpty {
      """
      # Without this rule, a service account with the same name in any other
      # cluster that Dex trusts is the same user. The claim requires the
      # scope federated:id.
      """
    } else {
      """
      # Without this rule, the same subject of any other connector of Dex is
      # the same user. The claim requires the scope federated:id.
      """
    }
  }

  private static let serviceAccountRule: YAML = """
    - expression: claims.sub.startsWith('system:serviceaccount:')
      message: not a service account token
    """

  private var usernameExpression: [String] {
    let prefix = JSON.quote(usernames.prefix)
    let userID = "claims.federated_claims.user_id"
    if isDirect { return ["\(prefix) + claims.sub"] }
    // The connector ID keeps usernames from different connectors distinct.
    let person = "\(prefix) + \(Self.connectorClaim) + \":\""
    guard let connectorID = usernames.connectorID else { return [person, "+ \(userID)"] }
    let name = "\(prefix) + \(usernames.claim == .name ? "claims.name" : userID)"
    if loginConnectorIDs.isEmpty { return [name] }
    return [
      "\(Self.connectorClaim) == \(JSON.quote(connectorID))", "? \(name)", ": \(person)",
      "+ \(userID)",
    ]
  }

  private var groups: YAML {
    """
    groups:
      claim: groups
      prefix: \(usernames.prefix)
    """
  }

  // MARK: - Flags

  private var flags: YAML {
    """
    # Flags of kube-apiserver: for "command" in its static pod, or for extraArgs of
    # kubeadm.
    \(Self.managedNote)
    \(usernames.warning)
    ---
    - \("--oidc-issuer-url=\(issuer.text)")
    \(audiences.prefix(1).map { "- \("--oidc-client-id=\($0)")" })
    - \("--oidc-username-claim=\(usernames.claim.rawValue)")
    - \("--oidc-username-prefix=\(usernames.prefix)")
    \(isDirect ? nil : groupFlags)
    """
  }

  private var groupFlags: YAML {
    """
    - --oidc-groups-claim=groups
    - \("--oidc-groups-prefix=\(usernames.prefix)")
    """
  }
}
