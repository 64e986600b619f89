public import Foundation

/// How an API server stand-in authenticates and authorizes.
public struct APIServerConfiguration: Sendable {
  /// The claim that holds the user name.
  public enum UserClaim: String, Sendable {
    /// `sub`, opaque at Dex.
    case sub
    /// `name`.
    case name
    /// `email`; kube-apiserver rejects it when `email_verified` is false.
    case email
    /// `federated_claims.user_id`, which only structured authentication can map.
    case federatedUserID = "federated_claims.user_id"
  }

  /// The issuer that tokens must name; evaluated at each request, because its port may change.
  public var issuer: String
  /// The keys that sign tokens.
  public var keys: [RSAKey]
  /// The audience that tokens must have.
  public var clientID = "target-cluster"
  /// The claim that names the user.
  public var userClaim = UserClaim.federatedUserID
  /// The prefix of the user name.
  public var userPrefix = ""
  /// The required `federated_claims.connector_id`; nil for none.
  public var connector: String?
  /// The claim that holds groups; nil for none.
  public var groupsClaim: String? = "groups"
  /// The prefix of each group.
  public var groupsPrefix = ""
  /// The claim that becomes the user's `uid`; nil for none.
  public var uidClaim: String?
  /// Whether `userValidationRules` reject the user name.
  public var refusesUser: @Sendable (String) -> Bool = { _ in false }
  /// Entries of `extra` by key: the path of a claim.
  public var extraClaims: [String: [String]] = [:]
  /// The user with all rights; nil for every authenticated user.
  public var allowedUsers: Set<String>?
  /// Further RBAC bindings.
  public var bindings: [APIBinding] = []
  /// Users by bearer token, as with `--token-auth-file`.
  public var staticTokens: [String: APIServerStandIn.User] = [:]
  /// The server's own service accounts, whose tokens it accepts and whose issuer it publishes.
  public var serviceAccounts: ServiceAccountIssuer?
  /// Also publishes an issuer that is not https, because these tests run without TLS.
  public var publishesPlainIssuer = false
  /// Whether requests without a credential are `system:anonymous` or get 401.
  public var allowsAnonymous = true
  /// Whether `system:service-account-issuer-discovery` is bound to `system:unauthenticated`.
  public var opensDiscovery = false
  /// The server's address, if it differs from the stand-in's.
  public var address: String?
  /// The stored objects, by resource and group such as `roles.rbac.authorization.k8s.io`.
  public var objects = APIDocuments.objects
  /// The clock.
  public var now: @Sendable () -> Date = { Date() }

  /// Makes a configuration.
  public init(issuer: String, keys: [RSAKey]) {
    self.issuer = issuer
    self.keys = keys
  }
}
