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
  var isInsecure: Bool

  static let defaultScopes = ["openid", "profile", "email", "groups", "offline_access"]

  /// Takes the settings from an invocation and checks all that can be checked without files.
  init(_ invocation: Invocation, world: World) throws(Problem) {
    let allowsHTTP = invocation.isOn(.insecureAllowHTTP)
    guard let issuer = try invocation.url(.issuer, allowsHTTP: allowsHTTP) else {
      throw .missingOption(.issuer, in: invocation)
    }
    self.issuer = issuer
    clientID = try invocation.required(.clientID)
    clientSecret = try invocation.clientSecret()
    scopes = invocation.list(.loginScopes) ?? Self.defaultScopes
    audiences = invocation.list(.audience) ?? []
    authority = try Authority(invocation)
    timeout = try invocation.duration(.loginTimeout, default: 300)
    isInsecure = allowsHTTP || authority == .anything
    world.warnOfRisks(invocation, url: issuer, authority: authority, secret: clientSecret)
  }

  /// Reads the client's secret, and says what to ask.
  func request(in world: World) throws(Problem) -> LoginRequest {
    LoginRequest(
      issuer: issuer, clientID: clientID, clientSecret: try clientSecret.read(in: world),
      scopes: scopes, audiences: audiences)
  }
}
