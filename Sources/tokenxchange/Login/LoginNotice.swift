import Encoding
import FoundationEssentials
import OpenIDConnect
import TokenExchange

/// What `login` writes to standard error for the user who runs it.
enum LoginNotice: Equatable {
  case openPage(DeviceAuthorization, issuer: EndpointURL)
  case pageNotServedByIssuer(EndpointURL)
  /// Another process waits for the user to sign in.
  case waitingForProcess(String, issuer: EndpointURL)
  case signedIn(SignedInUser)
  case tokensNotStored
  case noRefreshToken
}

/// Who signed in, and for how long.
struct SignedInUser: Equatable {
  /// The email address, else another name; nil if the token has none.
  var name: String?
  /// The first groups, and how many more there are.
  var groups: [String]
  var moreGroups = 0
  /// When the token expires, if known, and the present.
  var expiry: Date?
  var now: Date
  /// Whether the token is refreshed without another sign-in.
  var isRenewed: Bool

  /// Reads the claims of the ID token, without the client secret.
  init(_ outcome: LoginSession.Outcome, _ request: LoginRequest, now: Date) {
    let jwt = UnverifiedJWT(outcome.login.token.secret.revealed)
    let groups = jwt?.claims["groups"]?.strings ?? []
    name = ["email", "preferred_username", "name", "sub"].lazy
      .compactMap { jwt?.claims[$0]?.string }.first { !$0.isEmpty }
      .map { request.shown($0, maxLength: 100) }
    self.groups = groups.prefix(Self.maxGroups).map { request.shown($0, maxLength: 60) }
    moreGroups = groups.count - self.groups.count
    expiry = outcome.login.token.expiry
    self.now = now
    isRenewed = outcome.isStored && outcome.login.refreshToken != nil
  }

  private static let maxGroups = 20
}

extension LoginSession.Outcome {
  /// Why the next run requires a sign-in, if the user did not ask for that.
  func notice(_ configuration: LoginConfiguration) -> LoginNotice? {
    if !isStored { return configuration.noCacheFlag == nil ? .tokensNotStored : nil }
    let requested = configuration.scopes.contains(LoginConfiguration.refreshScope)
    return requested && login.refreshToken == nil ? .noRefreshToken : nil
  }
}
