import TokenExchange

/// What a sign-in asks of Dex, out of flags and variables; files are not read yet.
struct LoginSettings: Sendable {
  var issuer: EndpointURL
  var clientID: String
  var clientSecret: ClientSecret
  var scopes: [String]
  var audiences: [String]
  var authority: Authority
  var timeout: Double
  /// The flag because of which nothing is kept, if there is one.
  var forgetful: String?

  static let refreshScope = "offline_access"
  static let defaultScopes = ["openid", "profile", "email", "groups", refreshScope]

  /// Takes the settings from an invocation and checks all that can be checked without files.
  init(_ invocation: Invocation, world: World) throws(Problem) {
    let allowsHTTP = invocation.isOn(.insecureAllowHTTP)
    guard let issuer = try invocation.url(.issuer, allowsHTTP: allowsHTTP) else {
      throw .missingOption(.issuer, in: invocation)
    }
    self.issuer = issuer
    clientID = try invocation.requiredIdentifier(.clientID)
    clientSecret = try invocation.clientSecret()
    audiences = invocation.list(.audience) ?? []
    authority = try Authority(invocation)
    timeout = try invocation.duration(.loginTimeout, default: 300)
    let forgetting: [OptionSpec] = [.noCache, .insecureSkipTLSVerify, .insecureAllowHTTP]
    let forgetful = forgetting.first { invocation.isOn($0) }.map { "--" + $0.name }
    self.forgetful = forgetful
    // At Dex a new refresh token voids the one that the same person has elsewhere: none is asked for
    // where it would be thrown away.
    scopes =
      invocation.list(.loginScopes)
      ?? Self.defaultScopes.filter { forgetful == nil || $0 != Self.refreshScope }
    world.warnOfRisks(invocation, url: issuer, authority: authority, secret: clientSecret)
  }

  /// Reads the client's secret, and says what to ask.
  func request(in world: World) throws(Problem) -> LoginRequest {
    LoginRequest(
      issuer: issuer, clientID: clientID, clientSecret: try clientSecret.read(in: world),
      scopes: scopes, audiences: audiences)
  }
}
