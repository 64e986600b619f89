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
  /// Who may do everything; nil for all who are authenticated.
  public var allowedUsers: Set<String>?
  /// The clock.
  public var now: @Sendable () -> Date = { Date() }

  /// Makes a configuration.
  public init(issuer: String, keys: [RSAKey]) {
    self.issuer = issuer
    self.keys = keys
  }
}
