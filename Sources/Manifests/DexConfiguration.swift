package import TokenExchange

/// The parts of a Dex configuration for one client of service accounts, users, or both.
package struct DexConfiguration: Sendable {
  /// The cluster or CI system whose tokens Dex trusts.
  package struct Cluster: Sendable {
    package var source: TokenSource
    package var connectorID: String
    /// The issuer of the service account tokens.
    package var issuer: EndpointURL
    /// The base URL of the discovery document, if it differs from the issuer.
    package var discoveryURL: EndpointURL?
    /// The path of the issuer's CA in Dex's pod.
    package var certificatesPath: String?

    package init(
      source: TokenSource = .serviceAccounts, connectorID: String, issuer: EndpointURL,
      discoveryURL: EndpointURL?, certificatesPath: String?
    ) {
      self.source = source
      self.connectorID = connectorID
      self.issuer = issuer
      self.discoveryURL = discoveryURL
      self.certificatesPath = certificatesPath
    }
  }

  package var issuer: EndpointURL
  package var clientID: String
  /// The cluster of the service accounts; nil if only users sign in.
  package var cluster: Cluster?
  /// The lifetime of Dex's tokens.
  package var tokenLifetime: String
  /// Whether users sign in.
  package var hasLogin: Bool
  /// The URL of Argo CD, for the Dex that is part of Argo CD.
  package var argoCD: String?

  package init(
    issuer: EndpointURL, clientID: String, cluster: Cluster?, tokenLifetime: String,
    hasLogin: Bool, argoCD: String?
  ) {
    self.issuer = issuer
    self.clientID = clientID
    self.cluster = cluster
    self.tokenLifetime = tokenLifetime
    self.hasLogin = hasLogin
    self.argoCD = argoCD
  }

  package var yaml: YAML {
    argoCD.map(configMap) ?? """
      \(cluster == nil ? Self.loginVersion : Self.exchangeVersion)
      \(hasLogin ? Self.loginConnector : nil)
      ---
      issuer: \(issuer.text)
      \(expiry)
      # Use persistent storage (kubernetes or a database): with storage.type: memory,
      # Dex creates new signing keys at every start, and API servers return 401 until
      # they fetch them, which takes minutes.
      \(grants)
      \(cluster.map(connectors))
      \(staticClients)
      """
  }

  private static let exchangeVersion: YAML = """
    # For Dex 2.38 or later, the first version with token exchange; 2.44 or later if
    # the cluster's CA is private: earlier versions ignore rootCAs in an exchange.
    """

  private static let loginVersion: YAML = "# For Dex 2.29 or later."

  private static let loginConnector: YAML = """
    #
    # Add the connector that users sign in with: LDAP, GitHub, another OIDC issuer.
    """

  private var grants: YAML {
    """
    # oauth2.grantTypes is omitted, which enables every grant. If you set it,
    # add
    \(cluster == nil ? nil : "#   urn:ietf:params:oauth:grant-type:token-exchange")
    \(hasLogin ? Self.loginGrants : nil)
    """
  }

  private static let loginGrants: YAML = """
    #   urn:ietf:params:oauth:grant-type:device_code
    #   authorization_code
    #   refresh_token
    """

  private var expiry: YAML {
    """
    expiry:
      \(cluster?.source.lifetimeNote ?? Self.loginLifetime)
      idTokens: \(tokenLifetime)
    """
  }

  private static let loginLifetime: YAML = """
    # The default is 24h. This lifetime applies to the ID tokens of all clients
    # of this Dex.
    """

  private func connectors(_ cluster: Cluster) -> YAML {
    """
    connectors:
      - type: oidc
        id: \(cluster.connectorID)
        name: \(cluster.connectorID)
        config:
          issuer: \((cluster.discoveryURL ?? cluster.issuer).text)
          \(cluster.discoveryURL == nil ? nil : issuerAlias(cluster))
          \(cluster.certificatesPath.map(rootCAs))
          \(cluster.source.claimFields)
          # Dex requires these fields, but an exchange does not use them.
          clientID: unused
          clientSecret: unused
          \(argoCD == nil ? "redirectURI: \(issuer.appending("/callback").text)" : nil)
    """
  }

  private func issuerAlias(_ cluster: Cluster) -> YAML {
    """
    # The iss of the tokens. Its keys are published at the issuer above.
    issuerAlias: \(cluster.issuer.text)
    """
  }

  private func rootCAs(_ path: String) -> YAML {
    """
    # A path in \(argoCD == nil ? Self.dexPod : Self.argoCDPod)
    rootCAs:
      - \(path)
    """
  }

  private static let dexPod: YAML = "Dex's pod (Dex 2.44 or later)."

  private static let argoCDPod: YAML =
    "the pod of argocd-dex-server (Argo CD 3.4 or later)."

  private var staticClients: YAML {
    """
    staticClients:
      - id: \(clientID)
        name: \(clientID)
        # No secret: Dex would check it even for a public client, and the plugin
        # would need it too.
        \(hasLogin ? redirectNote : nil)
        public: true
        \(hasLogin ? nil : cluster.map(allowedConnectors))
    """
  }

  /// The flows of `login` that work, depending on the version of Dex.
  private var redirectNote: YAML {
    issuer.path.isEmpty || issuer.path == "/"
      ? """
      # No redirectURIs either: both flows of tokenxchange login work. The
      # browser returns to a free port of the user's machine, which a list
      # would prevent. The device flow needs no list.
      """
      : """
      # No redirectURIs either: then the browser flow of tokenxchange login
      # returns to a free port of the user's machine, and the device flow
      # works with Dex up to 2.45. Later versions need the list
      #   /device/callback, \(comment: issuer.path + "/device/callback")
      # for the device flow, and any list prevents the redirect to a free
      # port: use a second client for machines without a browser.
      """
  }

  private func allowedConnectors(_ cluster: Cluster) -> YAML {
    """
    # Requires Dex > 2.45; older versions accept every connector.
    allowedConnectors:
      - \(cluster.connectorID)
    """
  }

  // MARK: - Argo CD's Dex

  private func configMap(_ url: String) -> YAML {
    """
    # For the Dex that is part of Argo CD. Merge this into the ConfigMap argocd-cm
    # (with the argo-helm chart: configs.cm and global.domain), and the lists with
    # those in its dex.config. Argo CD itself adds the issuer, the storage and the
    # redirectURI of connectors.
    \(hasLogin ? Self.loginConnector : nil)
    \(cluster?.source.apiWarning)
    #
    # This Dex keeps its signing keys in memory. A restart and every change of
    # dex.config create new ones: API servers return 401 until they fetch them,
    # which takes minutes, and refresh tokens are lost. In production, run a
    # separate Dex with persistent storage.
    #
    # Clients and API servers reach this Dex through argocd-server and must trust
    # its certificate. argocd-server turns each status 500 of Dex into a redirect
    # to /login?has_sso_error=true. A NetworkPolicy blocks direct connections.
    #
    # With oidc.config in argocd-cm, this Dex has another issuer: remove it.
    ---
    apiVersion: v1
    kind: ConfigMap
    metadata:
      name: argocd-cm
      labels:
        app.kubernetes.io/name: argocd-cm
        app.kubernetes.io/part-of: argocd
    data:
      url: \(url)
      dex.config: |
        \(expiry)
        \(grants)
        \(cluster.map(connectors))
        \(staticClients)
    """
  }
}
