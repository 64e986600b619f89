import Manifests
import TokenExchange

extension Command {
  static let generateAPIServer = generating(
    "api-server", summary: "how the target API server takes the tokens",
    details: """
      An AuthenticationConfiguration for the target cluster that maps the service account's name and
      checks the connector it came through; or the --oidc-* flags. With --direct it trusts the
      other cluster's issuer itself, with no Dex between.
      """,
    example: "tokenxchange generate api-server --issuer=https://dex.example.com/dex "
      + "--client-id=target-cluster --connector-id=cluster-a",
    options: OptionDeclaration.generateAPIServer
  ) { arguments, world throws(Problem) in
    GeneratedFile(yaml: try APIServerConfiguration(arguments, world: world).yaml)
  }
}

extension APIServerConfiguration {
  fileprivate init(_ arguments: ParsedArguments, world: World) throws(Problem) {
    let usernames = try UsernameMapping(arguments)
    let isDirect = usernames.connectorID == nil
    try Self.checkSource(arguments, isDirect: isDirect)
    let format = try arguments[.apiServerFormat]
    let issuer = try isDirect ? arguments[.clusterIssuer] : arguments.required(.issuer)
    let clientID =
      try isDirect ? arguments.required(.subjectAudience).text : arguments[.clientID].text
    let loginConnectorIDs = arguments[.loginConnector].filter {
      $0 != usernames.connectorID
    }
    self.init(
      format: format, usernames: usernames, issuer: issuer,
      audiences: [clientID] + arguments[.audience].filter { $0 != clientID },
      certificates: try world.publicCertificates(.certificateAuthority, of: arguments),
      loginConnectorIDs: loginConnectorIDs)
    switch format {
    case .flags: try checkFlags(arguments)
    case .config:
      guard usernames.connectorID == nil || usernames.claim != .sub else {
        throw .conflict(
          "--format config", "--username-claim sub",
          hint: "use federated, which is readable and unique too; sub is for --format flags")
      }
    }
  }

  private static func checkSource(_ arguments: ParsedArguments, isDirect: Bool) throws(Problem) {
    let strays: [OptionDeclaration] =
      isDirect
      ? [.issuer, .clientID, .audience, .loginConnector] : [.clusterIssuer, .subjectAudience]
    guard let stray = strays.first(where: { arguments.isSet($0) }) else { return }
    throw isDirect
      ? .conflict(
        arguments.source(of: .direct), arguments.source(of: stray),
        hint: "without Dex, use --cluster-issuer and --subject-audience")
      : .conflict(
        arguments.source(of: stray), "Dex",
        hint: "it belongs to --direct; with Dex, use --issuer and --client-id")
  }

  private func checkFlags(_ arguments: ParsedArguments) throws(Problem) {
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
        "--format flags", arguments.source(of: .certificateAuthority),
        hint: "add --oidc-ca-file by hand: it is a path on the control plane's nodes")
    }
  }
}
