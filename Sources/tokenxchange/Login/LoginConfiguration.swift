import TokenExchange

/// What a sign-in asks of Dex, out of flags and variables; files are not read yet.
struct LoginConfiguration: Sendable {
  var issuer: EndpointURL
  var clientID: String
  var clientSecret: ClientSecret
  var scopes: [String]
  var audiences: [String]
  var authority: TrustSource
  var timeout: Double
  /// The flag because of which nothing is kept, if there is one.
  var forgetful: String?
  /// What weakens the run.
  var warnings: [Warning]

  static let refreshScope = "offline_access"
  static let defaultScopes = ["openid", "profile", "email", "groups", refreshScope]

  /// Takes the settings from parsed arguments and checks all that can be checked without files.
  init(_ arguments: ParsedArguments, world: World) throws(Problem) {
    issuer = try arguments.required(.issuer)
    clientID = try arguments[.clientID].text
    clientSecret = try arguments.clientSecret()
    audiences = arguments[.audience]
    authority = try TrustSource(arguments)
    timeout = try arguments[.timeout]
    let forgetting: [FlagOption] = [.noCache, .insecureSkipTLSVerify, .insecureAllowHTTP]
    let forgetful = forgetting.first { arguments[$0] }.map(\.flag)
    self.forgetful = forgetful
    // At Dex a new refresh token voids the one that the same person has elsewhere: none is asked for
    // where it would be thrown away.
    scopes =
      arguments.isSet(.scopes)
      ? arguments[.scopes]
      : Self.defaultScopes.filter { forgetful == nil || $0 != Self.refreshScope }
    warnings = arguments.warnings(url: issuer, authority: authority, secret: clientSecret)
  }

  /// Reads the client's secret, and says what to ask.
  func request(in world: World) throws(Problem) -> LoginRequest {
    LoginRequest(
      issuer: issuer, clientID: clientID, clientSecret: try clientSecret.read(in: world),
      scopes: scopes, audiences: audiences)
  }
}
