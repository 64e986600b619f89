public import Foundation

/// How an API server stand-in authenticates and authorizes.
public struct APIServerConfiguration: Sendable {
  /// Which claim names the user.
  public enum UserClaim: String, Sendable {
    /// `sub`, opaque at Dex.
    case sub
    /// `name`.
    case name
    /// `email`; kube-apiserver refuses it when `email_verified` is there and false.
    case email
    /// `federated_claims.user_id`, which only structured authentication can map.
    case federatedUserID = "federated_claims.user_id"
  }

  /// The issuer that tokens must name; asked for at each request, for it may change its port.
  public var issuer: String
  /// The keys that sign tokens.
  public var keys: [RSAKey]
  /// The audience that tokens must have.
  public var clientID = "target-cluster"
  /// The claim that names the user.
  public var userClaim = UserClaim.federatedUserID
  /// What stands before the user's name.
  public var userPrefix = ""
  /// `federated_claims.connector_id` must be this; nil for no such rule.
  public var connector: String?
  /// The claim that holds groups; nil for none.
  public var groupsClaim: String? = "groups"
  /// What stands before each group.
  public var groupsPrefix = ""
  /// The claim that becomes the user's `uid`; nil for none.
  public var uidClaim: String?
  /// What `userValidationRules` refuse.
  public var refusesUser: @Sendable (String) -> Bool = { _ in false }
  /// Entries of `extra` by key: the path of a claim.
  public var extraClaims: [String: [String]] = [:]
  /// Who may do everything; nil for all who are authenticated.
  public var allowedUsers: Set<String>?
  /// Further bindings of RBAC.
  public var bindings: [APIBinding] = []
  /// The server's own service accounts, whose tokens it accepts and whose issuer it publishes.
  public var serviceAccounts: ServiceAccountIssuer?
  /// Publishes an issuer that is not https too: these tests have no TLS where clusters have it.
  public var publishesPlainIssuer = false
  /// Whether requests without a credential are `system:anonymous` or 401.
  public var allowsAnonymous = true
  /// Whether `system:service-account-issuer-discovery` is bound to `system:unauthenticated`.
  public var opensDiscovery = false
  /// The server's own address, where it is not that of the stand-in.
  public var address: String?
  /// The objects that lists return.
  public var objects = APIDocuments.objects
  /// The clock.
  public var now: @Sendable () -> Date = { Date() }

  /// Makes a configuration.
  public init(issuer: String, keys: [RSAKey]) {
    self.issuer = issuer
    self.keys = keys
  }
}
