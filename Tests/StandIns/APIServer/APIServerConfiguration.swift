package import Foundation
package import TestSupport

/// How an API server stand-in authenticates and authorizes.
package struct APIServerConfiguration: StandInConfiguration {
  /// The issuer that tokens must name.
  package var issuer: String
  package var keys: [RSAKey]
  /// The audience that tokens must have.
  package var clientID = "target-cluster"
  /// The path of the claim that holds the user name.
  package var userClaim = "federated_claims.user_id"
  package var userPrefix = ""
  /// The required `federated_claims.connector_id`; nil for none.
  package var connector: String?
  package var groupsPrefix = ""
  /// The claim that becomes the user's `uid`; nil for none.
  package var uidClaim: String?
  /// Whether `userValidationRules` reject the user name.
  package var refusesUser: @Sendable (String) -> Bool = { _ in false }
  /// Entries of `extra` by key: the path of a claim.
  package var extraClaims: [String: [String]] = [:]
  /// The users with all rights; nil for every authenticated user.
  package var allowedUsers: Set<String>?
  package var bindings: [APIBinding] = []
  /// Users by bearer token, as with `--token-auth-file`.
  package var staticTokens: [String: APIServerStandIn.User] = [:]
  /// The server's own service accounts, whose tokens it accepts and whose issuer it publishes.
  package var serviceAccounts: ServiceAccountIssuer?
  /// Also publishes an issuer that is not https, because these tests run without TLS.
  package var publishesPlainIssuer = false
  /// Whether requests without a credential are `system:anonymous` or get 401.
  package var allowsAnonymous = true
  /// Whether `system:service-account-issuer-discovery` is bound to `system:unauthenticated`.
  package var opensDiscovery = false
  /// The server's address, if it differs from the stand-in's.
  package var address: String?
  /// The stored objects, by resource and group such as `roles.rbac.authorization.k8s.io`.
  package var objects = APIDocuments.objects
  package var now: @Sendable () -> Date = { Date() }
  package init(issuer: String, keys: [RSAKey]) { (self.issuer, self.keys) = (issuer, keys) }

  package mutating func read(_ file: JSONValue) {
    clientID = file["client_id"]?.string ?? clientID
    connector = file["connector"]?.string ?? connector
    userClaim = file["user_claim"]?.string ?? userClaim
    userPrefix = file["user_prefix"]?.string ?? userPrefix
    groupsPrefix = file["user_prefix"]?.string ?? groupsPrefix
    allowedUsers = file["allowed_users"]?.strings.map(Set.init) ?? allowedUsers
  }
}

extension APIServerStandIn {
  package struct User: Sendable {
    let name: String
    package var groups: [String]
    /// Empty for none.
    var uid = ""
    package var extra: [String: String] = [:]
    package init(name: String, groups: [String]) { (self.name, self.groups) = (name, groups) }

    /// The user of a client certificate with `CN=admin`, `O=system:masters`.
    package static let admin = User(
      name: "admin", groups: ["system:masters", "system:authenticated"])
    static let anonymous = User(name: "system:anonymous", groups: ["system:unauthenticated"])

    var info: JSONValue {
      let extra = JSONObject(extra.sorted { $0.key < $1.key }.map { ($0.key, [.string($0.value)]) })
      return [
        "username": .string(name), "uid": uid.isEmpty ? nil : .string(uid),
        "groups": .strings(groups), "extra": extra.members.isEmpty ? nil : .object(extra),
      ]
    }
  }

  /// The user of a token; nil if the token is rejected.
  package func user(of token: String) -> User? {
    let configuration = configuration
    if let user = configuration.staticTokens[token] { return user }
    guard let token = JWT(token), let expiry = token.claims["exp"]?.number,
      expiry > configuration.now().timeIntervalSince1970
    else { return nil }
    let own = configuration.serviceAccounts
    let isOwn = own != nil && token.claims["iss"]?.string == own?.issuer
    var user = isOwn ? Self.serviceAccount(token, own) : Self.mapped(token, configuration)
    if let id = token.claims["jti"]?.string {
      user?.extra["authentication.kubernetes.io/credential-id"] = "JTI=" + id
    }
    return user
  }

  /// The user that structured authentication maps a token of Dex to.
  private static func mapped(_ token: JWT, _ configuration: APIServerConfiguration) -> User? {
    func claim(_ path: [String]) -> JSONValue? {
      path.reduce(JSONValue?.some(token.claims)) { $0?[$1] }
    }
    guard token.isSigned(byOneOf: configuration.keys),
      token.claims["iss"]?.string == configuration.issuer, token.isFor(configuration.clientID)
    else { return nil }
    if let connector = configuration.connector,
      claim(["federated_claims", "connector_id"])?.string != connector
    {
      return nil
    }
    let path = configuration.userClaim.split(separator: ".").map(String.init)
    let isUnverified = path == ["email"] && token.claims["email_verified"] == false
    guard let value = claim(path)?.string, !value.isEmpty, !isUnverified,
      case let name = configuration.userPrefix + value, !configuration.refusesUser(name)
    else { return nil }
    let groups = token.claims["groups"]
    let names = groups?.strings ?? groups?.string.map { [$0] } ?? []
    var user = User(
      name: name,
      groups: names.map { configuration.groupsPrefix + $0 } + ["system:authenticated"])
    user.uid = configuration.uidClaim.flatMap { token.claims[$0]?.string } ?? ""
    user.extra = configuration.extraClaims.compactMapValues { claim($0)?.string }
    return user
  }

  private static func serviceAccount(_ token: JWT, _ issuer: ServiceAccountIssuer?) -> User? {
    let subject = token.claims["sub"]?.string ?? ""
    let parts = subject.split(separator: ":").map(String.init)
    guard let issuer, token.isSigned(byOneOf: [issuer.key]), token.isFor(issuer.issuer),
      parts.count == 4
    else { return nil }
    let all = "system:serviceaccounts"
    var user = User(name: subject, groups: [all, all + ":\(parts[2])", "system:authenticated"])
    user.uid = token.claims["kubernetes.io"]?["serviceaccount"]?["uid"]?.string ?? ""
    return user
  }
}
