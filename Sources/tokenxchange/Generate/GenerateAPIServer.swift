import Manifests
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
    options: [.issuer, .clientID, .audience] + UsernameMapping.options
      + [
        .loginConnector, .clusterIssuer, .directAudience, .apiServerFormat, .certificateAuthority,
      ]
  ) { invocation, world throws(Problem) in
    GeneratedFile(yaml: try APIServerConfiguration(invocation, world: world).yaml)
  }
}

extension APIServerConfiguration {
  fileprivate init(_ invocation: Invocation, world: World) throws(Problem) {
    let usernames = try UsernameMapping(invocation)
    let isDirect = usernames.connectorID == nil
    try Self.checkSource(invocation, isDirect: isDirect)
    let format = try invocation.choice(.apiServerFormat, default: Format.config)
    let issuer = try invocation.requiredURL(isDirect ? .clusterIssuer : .issuer)
    let clientID = try invocation.required(isDirect ? .directAudience : .clientID)
    let loginConnectorIDs = (invocation.list(.loginConnector) ?? []).filter {
      $0 != usernames.connectorID
    }
    self.init(
      format: format, usernames: usernames, issuer: issuer,
      audiences: [clientID] + (invocation.list(.audience) ?? []).filter { $0 != clientID },
      certificates: try world.publicCertificates(.certificateAuthority, of: invocation),
      loginConnectorIDs: loginConnectorIDs)
    switch format {
    case .flags: try checkFlags(invocation)
    case .config:
      guard usernames.connectorID == nil || usernames.claim != .sub else {
        throw .conflict(
          "--format config", "--username-claim sub",
          hint: "use federated, which is readable and unique too; sub is for --format flags")
      }
    }
  }

  private static func checkSource(_ invocation: Invocation, isDirect: Bool) throws(Problem) {
    let strays: [OptionSpec] =
      isDirect
      ? [.issuer, .clientID, .audience, .loginConnector] : [.clusterIssuer, .directAudience]
    guard let stray = strays.first(where: { invocation.isGiven($0) }) else { return }
    throw isDirect
      ? .conflict(
        invocation.source(.direct), invocation.source(stray),
        hint: "without Dex, use --cluster-issuer and --subject-audience")
      : .conflict(
        invocation.source(stray), "Dex",
        hint: "it belongs to --direct; with Dex, use --issuer and --client-id")
  }

  private func checkFlags(_ invocation: Invocation) throws(Problem) {
    if !loginConnectorIDs.isEmpty {
      throw .conflict(
        "--format flags", "--login-connector",
        hint: "the API server's flags cannot check a connector: leave it out")
    }
    if usernames.claim == .federated {
      throw .conflict(
        "--format flags", "--username-claim federated",
        hint: "flags reach only top-level claims: use --username-claim sub, here and for rbac")
    }
    if audiences.count > 1 {
      throw .conflict(
        "--format flags", "--audience", hint: "the flags accept one audience, which is --client-id")
    }
    if certificates != nil {
      throw .conflict(
        "--format flags", invocation.source(.certificateAuthority),
        hint: "add --oidc-ca-file by hand: it is a path on the control plane's nodes")
    }
  }
}
