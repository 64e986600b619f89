import TokenExchange

extension OptionSpec {
  static let clusterIssuer = OptionSpec(
    name: "cluster-issuer", placeholder: "URL",
    help: "The issuer of the service account tokens: the iss in them, to the letter.")

  static let clusterDiscoveryURL = OptionSpec(
    name: "cluster-discovery-url", placeholder: "URL",
    help: "Where that issuer's discovery document is, if it is not at the issuer itself.")

  static let clusterCAPath = OptionSpec(
    name: "cluster-ca-path", placeholder: "PATH",
    help: "Where Dex finds the CA of that issuer: a path in Dex's pod.")

  static let tokenLifetime = OptionSpec(
    name: "token-lifetime", placeholder: "DURATION", help: "The life of Dex's tokens.",
    defaultText: "10m")

  static let withLogin = OptionSpec(
    name: "with-login", kind: .flag, help: "Let people sign in too: tokenxchange login.")
}

extension Command {
  static let generateDex = generating(
    "dex", summary: "Dex's connector and client",
    details: """
      The parts of Dex's config.yaml that make it trust a cluster's service accounts and issue tokens
      for the target cluster. Put them into the configuration that you have.
      """,
    options: [
      .issuer, .clientID, .connectorID, .clusterIssuer, .clusterDiscoveryURL, .clusterCAPath,
      .tokenLifetime, .withLogin,
    ]
  ) { invocation, _ throws(Problem) in
    try DexConfig(invocation).file
  }
}

/// The parts of Dex's `config.yaml`.
struct DexConfig: Sendable {
  var issuer: EndpointURL
  var clientID: String
  var connectorID: String
  var clusterIssuer: EndpointURL
  var discoveryURL: EndpointURL?
  var authorityPath: String?
  var lifetime: String
  var hasLogin: Bool

  init(_ invocation: Invocation) throws(Problem) {
    issuer = try invocation.requiredURL(.issuer)
    clientID = try invocation.required(.clientID)
    connectorID = try invocation.required(.connectorID)
    clusterIssuer = try invocation.requiredURL(.clusterIssuer)
    discoveryURL = try invocation.url(.clusterDiscoveryURL, allowsHTTP: false)
    authorityPath = invocation.text(.clusterCAPath)
    _ = try invocation.duration(.tokenLifetime, default: 600)
    lifetime = invocation.text(.tokenLifetime) ?? "10m"
    hasLogin = invocation.isOn(.withLogin)
  }

  var file: GeneratedFile {
    GeneratedFile(
      remarks: """
        For Dex 2.38 or later, which have the token exchange; 2.44 or later where the cluster's CA
        is a private one: before that an exchange ignored rootCAs.
        """
          + (hasLogin
            ? "\n\nAdd the connector that people sign in by: LDAP, GitHub, another OIDC." : ""),
      documents: [document])
  }

  private var document: YAML {
    [
      "issuer": .string(issuer.text),
      "expiry": [
        "idTokens": YAML.string(lifetime).noted(
          """
          Dex gives its own life to a token that came from a short one (24h by default), and a
          deleted pod revokes nothing: keep it short.
          """)
      ],
      "oauth2": [
        "grantTypes": YAML.strings(grantTypes).noted(
          """
          Without this list every grant is on. With it, what is not listed is off for all clients.
          """)
      ],
      "connectors": [connector],
      "staticClients": [client],
    ]
  }

  private var grantTypes: [String] {
    let people = [
      "authorization_code", "refresh_token", "urn:ietf:params:oauth:grant-type:device_code",
    ]
    return (hasLogin ? people : []) + ["urn:ietf:params:oauth:grant-type:token-exchange"]
  }

  private var connector: YAML {
    let base = discoveryURL ?? clusterIssuer
    let configuration: [(String, YAML?)] = [
      ("issuer", .string(base.text)),
      (
        "issuerAlias",
        discoveryURL.map { _ in
          YAML.string(clusterIssuer.text).noted(
            "The iss of the tokens, whose keys are found elsewhere.")
        }
      ),
      (
        "rootCAs",
        authorityPath.map { YAML.strings([$0]).noted("In Dex's pod; Dex 2.44 or later.") }
      ),
      (
        "scopes",
        YAML.strings(["openid"]).noted(
          """
          Not the default, which has profile and email: service account tokens have no email, and
          Dex would refuse them with a bare access_denied.
          """)
      ),
      (
        "userNameKey",
        YAML.string("sub").noted("They have no name either; without this Dex refuses them.")
      ),
      (
        "clientID",
        YAML.string("unused").noted("An exchange does not use these three, but Dex wants them.")
      ),
      ("clientSecret", "unused"),
      ("redirectURI", .string(issuer.appending("/callback").text)),
    ]
    return [
      "type": "oidc", "id": .string(connectorID), "name": .string(connectorID),
      "config": .members(configuration),
    ]
  }

  private var client: YAML {
    .members([
      ("id", .string(clientID)),
      ("name", .string(clientID)),
      (
        "public",
        YAML.bool(true).noted(
          """
          And no secret: Dex compares one even for a public client, and then the plugin would need
          it too. The proof is the service account's token.
          """
            + (hasLogin
              ? """

              No redirectURIs either: with them, /device/callback must be among them, or people
              cannot sign in.
              """ : ""))
      ),
      (
        "allowedConnectors",
        hasLogin
          ? nil
          : YAML.strings([connectorID]).noted(
            "Dex newer than 2.45; earlier ones ignore it and allow every connector.")
      ),
    ])
  }
}

extension Invocation {
  /// A URL that must be given, by https.
  func requiredURL(_ spec: OptionSpec) throws(Problem) -> EndpointURL {
    guard let url = try url(spec, allowsHTTP: false) else { throw .missingOption(spec, in: self) }
    return url
  }
}
