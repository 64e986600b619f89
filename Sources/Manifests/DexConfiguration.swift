package import TokenExchange

/// The parts of Dex's `config.yaml` for one cluster's service accounts and one client.
package struct DexConfiguration: Sendable {
  package var issuer: EndpointURL
  package var clientID: String
  package var connectorID: String
  /// The issuer of the service account tokens.
  package var clusterIssuer: EndpointURL
  /// The location of that issuer's discovery document, if it differs from the issuer.
  package var discoveryURL: EndpointURL?
  /// The path of that issuer's CA in Dex's pod.
  package var certificatesPath: String?
  /// The lifetime of Dex's tokens.
  package var tokenLifetime: String
  /// Whether people sign in as well.
  package var hasLogin: Bool

  package init(
    issuer: EndpointURL, clientID: String, connectorID: String, clusterIssuer: EndpointURL,
    discoveryURL: EndpointURL?, certificatesPath: String?, tokenLifetime: String, hasLogin: Bool
  ) {
    self.issuer = issuer
    self.clientID = clientID
    self.connectorID = connectorID
    self.clusterIssuer = clusterIssuer
    self.discoveryURL = discoveryURL
    self.certificatesPath = certificatesPath
    self.tokenLifetime = tokenLifetime
    self.hasLogin = hasLogin
  }

  package var yaml: YAML {
    """
    # For Dex 2.38 or later, the first version with token exchange; 2.44 or later if
    # the cluster's CA is private: earlier versions ignore rootCAs in an exchange.
    \(hasLogin ? "#\n# Add the connector that people sign in with: LDAP, GitHub, another OIDC issuer." : nil)
    ---
    issuer: \(issuer.text)
    expiry:
      # Dex sets its own lifetime (24h by default), however short that of the
      # service account token is, and deleting the pod revokes nothing. This
      # lifetime applies to the ID tokens of all clients of this Dex.
      idTokens: \(tokenLifetime)
    # Use persistent storage (kubernetes or a database): with storage.type: memory,
    # every restart creates new signing keys, and API servers answer 401 until they
    # fetch those, which takes minutes.
    # oauth2.grantTypes is omitted: without it, every grant is enabled. If your
    # configuration has the list, add
    #   urn:ietf:params:oauth:grant-type:token-exchange
    \(hasLogin ? Self.loginGrants : nil)
    connectors:
      - type: oidc
        id: \(connectorID)
        name: \(connectorID)
        config:
          issuer: \((discoveryURL ?? clusterIssuer).text)
          \(discoveryURL == nil ? nil : issuerAlias)
          \(certificatesPath.map(rootCAs))
          # Without profile and email, which are in the default: service account
          # tokens have no email, and Dex would reject them with a bare
          # access_denied.
          scopes:
            - openid
          # They have no name either; without this, Dex rejects them.
          userNameKey: sub
          # Dex requires these three, but an exchange does not use them.
          clientID: unused
          clientSecret: unused
          redirectURI: \(issuer.appending("/callback").text)
    staticClients:
      - id: \(clientID)
        name: \(clientID)
        # No secret: Dex checks one even for a public client, and the plugin would
        # need it too. The service account token is the proof.
        \(hasLogin ? redirectNote : nil)
        public: true
        \(hasLogin ? nil : allowedConnectors)
    """
  }

  private static let loginGrants: YAML = """
    #   urn:ietf:params:oauth:grant-type:device_code
    #   authorization_code
    #   refresh_token
    """

  private var issuerAlias: YAML {
    """
    # The iss of the tokens, whose keys are published elsewhere.
    issuerAlias: \(clusterIssuer.text)
    """
  }

  private func rootCAs(_ path: String) -> YAML {
    """
    # A path in Dex's pod. Dex 2.44 or later.
    rootCAs:
      - \(path)
    """
  }

  private var redirectNote: YAML {
    """
    # No redirectURIs either: a list without /device/callback disables login.
    """
  }

  private var allowedConnectors: YAML {
    """
    # Dex later than 2.45; earlier versions ignore it: every connector counts.
    allowedConnectors:
      - \(connectorID)
    """
  }
}
