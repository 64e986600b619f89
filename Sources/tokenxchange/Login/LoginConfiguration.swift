import OpenIDConnect
import TokenExchange

/// The settings of `login` from options and variables; files are not read yet.
struct LoginConfiguration: Sendable {
  var issuer: EndpointURL
  var clientID: String
  var clientSecret: ClientSecret
  var scopes: [String]
  var audiences: [String]
  var flow: LoginFlow
  /// The connector to sign in with; nil lets the user choose.
  var connectorID: String?
  /// The port for the browser flow; nil for a free one.
  var listenPort: Int?
  var authority: TrustSource
  var timeout: Double
  /// The flag that disables the cache, if one is set.
  var noCacheFlag: String?
  var warnings: [Warning]

  static let refreshScope = "offline_access"
  static let defaultScopes = [
    "openid", "profile", "email", "groups", refreshScope, "federated:id",
  ]

  /// Checks everything that does not require files.
  init(_ arguments: ParsedArguments, world: World) throws(CommandError) {
    issuer = try arguments.required(.issuer)
    clientID = try arguments[.clientID].text
    clientSecret = try arguments.clientSecret()
    audiences = arguments[.audience]
    flow = try arguments[.flow]
    connectorID = try arguments[.loginConnectorID]?.text
    listenPort = try arguments[.listenPort]
    authority = try TrustSource(arguments)
    timeout = try arguments[.timeout]
    let noCacheFlags: [FlagOption] = [.noCache, .insecureSkipTLSVerify, .insecureAllowHTTP]
    let noCacheFlag = noCacheFlags.first { arguments[$0] }.map(\.flag)
    self.noCacheFlag = noCacheFlag
    // A new refresh token revokes the user's other one at Dex, so none is requested that would not
    // be stored.
    scopes =
      arguments.isSet(.scopes)
      ? arguments[.scopes]
      : Self.defaultScopes.filter { noCacheFlag == nil || $0 != Self.refreshScope }
    warnings = arguments.warnings(url: issuer, authority: authority, secret: clientSecret)
  }

  /// Reads the client secret.
  func request(in world: World) throws(CommandError) -> LoginRequest {
    LoginRequest(
      issuer: issuer, clientID: clientID, clientSecret: try clientSecret.read(in: world),
      scopes: scopes, audiences: audiences)
  }
}
