import Encoding
import FoundationEssentials
import Manifests
import OpenIDConnect
import TokenExchange

/// What `login` writes to standard error for the user.
enum LoginNotice: Equatable {
  /// `now` is on the boot clock.
  case openPage(SignInPage, issuer: EndpointURL, now: Double)
  case pageNotServedByIssuer(EndpointURL)
  /// Another process showed this page and waits for the user.
  case startedByProcess(Int)
  /// That process ended.
  case takesOver(from: Int)
  /// The client allows no redirect to this machine.
  case usesDeviceFlow(clientID: String)
  /// No program could be started; whether `$BROWSER` names them.
  case browserNotStarted([String], isChosen: Bool)
  case stillWaiting
  case signedIn(SignedInUser)
  case tokensNotStored(CacheError?)
  case noRefreshToken
}

/// The user who signed in.
struct SignedInUser: Equatable {
  /// The email address, else another name; nil if the token has none.
  var name: String?
  /// The username of RBAC, as `generate api-server` maps it; nil without the claim that it needs.
  var username: String?
  /// The first groups, as `generate api-server` maps them, and how many more there are.
  var groups: [String]
  var moreGroups = 0
  /// When the token expires, if known, and the current time.
  var expiry: Date?
  var now: Date
  /// Whether the token is refreshed without another sign-in.
  var isRenewed: Bool

  /// Reads the claims of the ID token, without the client secret.
  init(_ outcome: LoginSession.Outcome, _ request: LoginRequest, now: Date) {
    let claims = UnverifiedJWT(outcome.login.token.secret.revealed)?.claims
    let groups = claims?["groups"]?.strings ?? []
    name = claims?.personName.map { request.shown($0, maxLength: 100) }
    let federated = claims?["federated_claims"]
    if let userID = federated?["user_id"]?.string, let id = federated?["connector_id"]?.string {
      username = request.shown(
        UsernameMapping.username(ofPerson: userID, connectorID: id), maxLength: 200)
    }
    self.groups = groups.prefix(Self.maxGroups).map {
      request.shown(UsernameMapping.defaultPrefix + $0, maxLength: 60)
    }
    moreGroups = groups.count - self.groups.count
    expiry = outcome.login.token.expiry
    self.now = now
    isRenewed = outcome.isStored && outcome.login.refreshToken != nil
  }

  private static let maxGroups = 20
}

extension JSON.Object {
  /// The user's most readable name; nil if no claim contains one.
  var personName: String? {
    ["email", "preferred_username", "name", "sub"].lazy.compactMap { self[$0]?.string }
      .first { !$0.isEmpty }
  }
}

extension LoginSession.Outcome {
  /// Why the next run requires a sign-in, unless a flag is the reason.
  func notice(
    _ configuration: LoginConfiguration, _ noCache: LoginError.NoCacheReason?
  ) -> LoginNotice? {
    if !isStored {
      switch noCache {
      case .flag: return nil
      case .unusable(let error): return .tokensNotStored(error)
      case nil: return .tokensNotStored(nil)
      }
    }
    let requested = configuration.scopes.contains(LoginConfiguration.refreshScope)
    return requested && login.refreshToken == nil ? .noRefreshToken : nil
  }
}
