import TokenExchange

extension OptionSpec {
  static let apiServerFormat = OptionSpec(
    name: "format", placeholder: "FORMAT",
    help: "config (an AuthenticationConfiguration, Kubernetes 1.30 and later) or flags (--oidc-*).",
    defaultText: "config", completion: .words(["config", "flags"]))

  static let directAudience = OptionSpec(
    name: "subject-audience", placeholder: "AUDIENCE",
    help: "With --direct: the audience of the service account tokens, one of its own for this "
      + "cluster.")
}

extension OptionSpec {
  static let loginConnector = OptionSpec(
    name: "login-connector", kind: .list, placeholder: "ID",
    help: "A connector that people sign in by; their names get it in front: dex:ID:USER.")
}

extension Command {
  static let generateAPIServer = generating(
    "api-server", summary: "how the target API server takes the tokens",
    details: """
      An AuthenticationConfiguration for the target cluster that maps the service account's name and
      checks the connector it came through; or the --oidc-* flags. With --direct it trusts the
      other cluster's issuer itself, with no Dex between.
      """,
    options: [.issuer, .clientID, .audience] + CallerName.options
      + [
        .loginConnector, .clusterIssuer, .directAudience, .apiServerFormat, .certificateAuthority,
      ]
  ) { invocation, world throws(Problem) in
    try APIServerConfig(invocation, world: world).file
  }
}

/// The authentication of the target API server.
struct APIServerConfig: Sendable {
  enum Format: String, CaseIterable {
    case config, flags
  }

  var caller: CallerName
  var issuer: EndpointURL
  var audiences: [String]
  /// PEM, checked.
  var authority: [UInt8]?
  var format: Format
  /// The connectors of people.
  var loginConnectors: [String]

  init(_ invocation: Invocation, world: World) throws(Problem) {
    caller = try CallerName(invocation)
    let isDirect = caller.connectorID == nil
    let strays: [OptionSpec] =
      isDirect
      ? [.issuer, .clientID, .audience, .loginConnector] : [.clusterIssuer, .directAudience]
    for spec in strays where invocation.settings[spec.name] != nil {
      throw isDirect
        ? .conflict(
          invocation.source(.direct), invocation.source(spec),
          hint: "without Dex it is --cluster-issuer and --subject-audience")
        : .conflict(
          invocation.source(spec), "Dex",
          hint: "it is for --direct; with Dex it is --issuer and --client-id")
    }
    format = try invocation.choice(.apiServerFormat, default: .config)
    if isDirect {
      issuer = try invocation.requiredURL(.clusterIssuer)
      audiences = [try invocation.required(.directAudience)]
    } else {
      issuer = try invocation.requiredURL(.issuer)
      let clientID = try invocation.required(.clientID)
      audiences = [clientID] + (invocation.list(.audience) ?? []).filter { $0 != clientID }
    }
    loginConnectors = (invocation.list(.loginConnector) ?? []).filter {
      [caller = caller] in $0 != caller.connectorID
    }
    authority = try world.publicCertificates(.certificateAuthority, of: invocation)
    if format == .flags { try checkFlags(invocation) }
    if format == .config, caller.connectorID != nil, caller.claim == .sub {
      throw .conflict(
        "--format config", "--username-claim sub",
        hint: "with a configuration federated is readable and as safe; sub is for --format flags")
    }
  }

  private func checkFlags(_ invocation: Invocation) throws(Problem) {
    if !loginConnectors.isEmpty {
      throw .conflict(
        "--format flags", "--login-connector", hint: "the flags know no connectors: leave it out")
    }
    if caller.claim == .federated {
      throw .conflict(
        "--format flags", "--username-claim federated",
        hint: "flags reach only top-level claims: take --username-claim sub, here and for rbac")
    }
    if audiences.count > 1 {
      throw .conflict(
        "--format flags", "--audience", hint: "the flags take one audience, which is --client-id")
    }
    if authority != nil {
      throw .conflict(
        "--format flags", invocation.source(.certificateAuthority),
        hint: "add --oidc-ca-file by hand: it is a path on the control plane's machines")
    }
  }

  var file: GeneratedFile {
    switch format {
    case .config: GeneratedFile(remarks: configRemarks, documents: [configuration])
    case .flags: GeneratedFile(remarks: flagRemarks, documents: [.strings(flags)])
    }
  }

  private var configRemarks: String {
    """
    For kube-apiserver --authentication-config=FILE, from Kubernetes 1.30 on; it is read again when
    it changes, and excludes all --oidc-* flags.
    \(Self.managedNote)\(claimWarning)
    """
  }

  private var flagRemarks: String {
    """
    Flags for kube-apiserver: under "command" in its static pod, or in kubeadm's extraArgs.
    \(Self.managedNote)\(claimWarning)
    """
  }

  private static let managedNote = """
    A managed control plane has neither file nor flags: EKS associates an OIDC identity provider
    with the values of --format flags, GKE has its identity service.
    """

  private var claimWarning: String { caller.claim == .name ? "\n\n" + RBAC.nameWarning : "" }

  private var configuration: YAML {
    [
      "apiVersion": "apiserver.config.k8s.io/v1beta1",
      "kind": "AuthenticationConfiguration",
      "jwt": [
        .members([
          ("issuer", issuerMembers), ("claimValidationRules", [rule]),
          ("claimMappings", mappings),
        ])
      ],
    ]
  }

  private var issuerMembers: YAML {
    .members([
      ("url", .string(issuer.text)),
      ("audiences", .strings(audiences)),
      ("audienceMatchPolicy", audiences.count > 1 ? "MatchAny" : nil),
      ("certificateAuthority", authority.map { .string(String(decoding: $0, as: UTF8.self)) }),
    ])
  }

  private var rule: YAML {
    guard let connectorID = caller.connectorID else {
      return [
        "expression": "claims.sub.startsWith('system:serviceaccount:')",
        "message": "not the token of a service account",
      ]
    }
    let connectors = ([connectorID] + loginConnectors).map(JSON.quote)
    let isKnown =
      connectors.count == 1
      ? "== \(connectors[0])" : "in [\(connectors.joined(separator: ", "))]"
    return [
      "expression": YAML.string("claims.federated_claims.connector_id " + isKnown).noted(
        """
        Without this rule a service account of the same name in any other cluster that Dex knows
        would be the same user. The claim comes with the scope federated:id.
        """),
      "message": .string(
        "not from the connector \(([connectorID] + loginConnectors).joined(separator: " or "))"),
    ]
  }

  /// The name of the user; a person's has the connector in it, so that no two can be the same.
  private func username(_ claim: String) -> String {
    let name = "\(JSON.quote(caller.prefix)) + \(claim)"
    guard let connectorID = caller.connectorID, !loginConnectors.isEmpty else { return name }
    let connector = "claims.federated_claims.connector_id"
    return "\(connector) == \(JSON.quote(connectorID)) ? \(name) : \(JSON.quote(caller.prefix)) + "
      + "\(connector) + \":\" + claims.federated_claims.user_id"
  }

  private var mappings: YAML {
    let claim =
      switch (caller.connectorID, caller.claim) {
      case (nil, _): "claims.sub"
      case (_, .name): "claims.name"
      default: "claims.federated_claims.user_id"
      }
    return .members([
      ("username", ["expression": .string(username(claim))]),
      (
        "groups",
        caller.connectorID == nil
          ? nil : ["claim": "groups", "prefix": .string(caller.prefix)]
      ),
    ])
  }

  private var flags: [String] {
    [
      "--oidc-issuer-url=\(issuer.text)",
      "--oidc-client-id=\(audiences[0])",
      "--oidc-username-claim=\(caller.claim.rawValue)",
      "--oidc-username-prefix=\(caller.prefix)",
    ]
      + (caller.connectorID == nil
        ? [] : ["--oidc-groups-claim=groups", "--oidc-groups-prefix=\(caller.prefix)"])
  }
}
