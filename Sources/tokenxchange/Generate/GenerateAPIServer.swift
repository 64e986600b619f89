import Manifests
import TokenExchange

extension Command {
  static let generateAPIServer = generating(
    "api-server", summary: "how the target API server authenticates the tokens",
    details: """
      An AuthenticationConfiguration for the target cluster that derives the username from the
      service account and checks the connector, or the --oidc-* flags. With --direct the API server
      trusts the other cluster's issuer, without Dex.
      """,
    example: "tokenxchange generate api-server --issuer=https://dex.example.com/dex "
      + "--client-id=target-cluster --connector-id=cluster-a",
    options: OptionDeclaration.generateAPIServer
  ) { arguments, world throws(CommandError) in
    GeneratedFile(yaml: try APIServerConfiguration(arguments, world: world).yaml)
  }
}

extension APIServerConfiguration {
  fileprivate init(_ arguments: ParsedArguments, world: World) throws(CommandError) {
    let isDirect = arguments[.direct]
    let usernames = try UsernameMapping(arguments)
    try Self.checkSource(arguments, isDirect: isDirect)
    let format = try arguments[.apiServerFormat]
    let issuer = try isDirect ? arguments[.clusterIssuer] : arguments.required(.issuer)
    let clientID =
      try isDirect ? arguments.required(.subjectAudience).text : arguments[.clientID].text
    self.init(
      format: format, usernames: usernames, issuer: issuer,
      audiences: [clientID] + arguments[.audience].filter { $0 != clientID },
      certificates: try world.publicCertificates(.certificateAuthority, of: arguments),
      loginConnectorIDs: arguments[.loginConnector].filter { $0 != usernames.connectorID },
      subjects: try arguments.subjects())
    switch format {
    case .flags: try checkFlags(arguments)
    case .config:
      guard isDirect || usernames.claim != .sub else {
        throw .generate(
          .conflict("--format config", "--username-claim sub", .configWithOpaqueNames))
      }
    }
  }

  private static func checkSource(_ arguments: ParsedArguments, isDirect: Bool) throws(CommandError)
  {
    let unsupported: [OptionDeclaration] =
      isDirect
      ? [.issuer, .clientID, .audience, .loginConnector] : [.clusterIssuer, .subjectAudience]
    guard let option = unsupported.first(where: { arguments.isSet($0) }) else { return }
    let source = arguments.source(of: option)
    throw .generate(
      isDirect
        ? .conflict(arguments.source(of: .direct), source, .directWithDex)
        : .conflict(source, "Dex", .dexWithDirect))
  }

  private func checkFlags(_ arguments: ParsedArguments) throws(CommandError) {
    let conflict: (option: String, reason: GenerateError.Conflict)? =
      if !subjects.isEmpty {
        ("--subject", .flagsWithSubjects)
      } else if !loginConnectorIDs.isEmpty {
        ("--login-connector", .flagsWithConnectors)
      } else if usernames.claim == .federated {
        ("--username-claim federated", .flagsWithNestedClaims)
      } else if audiences.count > 1 {
        ("--audience", .flagsWithAudiences)
      } else if certificates != nil {
        (arguments.source(of: .certificateAuthority), .flagsWithCertificates)
      } else {
        nil
      }
    if let conflict {
      throw .generate(.conflict("--format flags", conflict.option, conflict.reason))
    }
  }
}
