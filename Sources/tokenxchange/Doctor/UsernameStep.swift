import Encoding
import Platform
import TokenExchange

extension Doctor {
  /// The user that the API server sees, for each claim that it may map.
  static func username(_ context: inout DoctorContext) -> DoctorStep {
    guard let jwt = context.token?.jwt else { return .skipped(.username, .noToken) }
    var step = DoctorStep(.username)
    let claims = UsernameClaims(jwt)
    step.facts = UsernameClaims.Claim.allCases.map { .usernameClaim($0, claims) }
    let userID = claims.value(of: .federatedUserID)
    let connectorID = claims.connectorID
    step.summary = .username(
      userID: connectorID == nil ? nil : userID, connectorID: userID == nil ? nil : connectorID)
    if let claim = claims.likeServiceAccount { step.add(.result(.claimLikeServiceAccount(claim))) }
    return step
  }
}

/// The claims of a token from Dex that an API server may map to the user name.
struct UsernameClaims {
  /// The claims, the best first.
  enum Claim: String, CaseIterable {
    case federatedUserID = "federated_claims.user_id"
    case subject = "sub"
    case name
    case email
    /// Not mapped by default, so it is not in the list of choices.
    case preferredUsername = "preferred_username"

    static let allCases: [Claim] = [.federatedUserID, .subject, .name, .email]
  }

  let jwt: UnverifiedJWT

  init(_ jwt: UnverifiedJWT) { self.jwt = jwt }

  /// The text of a claim; nil if it is absent.
  func value(of claim: Claim) -> String? {
    switch claim {
    case .federatedUserID: jwt.claims["federated_claims"]?["user_id"]?.string
    case .subject: jwt.subject
    case .name, .email, .preferredUsername: jwt.claims[claim.rawValue]?.string
    }
  }

  var connectorID: String? { jwt.claims["federated_claims"]?["connector_id"]?.string }

  /// Whether an API server rejects the token if it maps `email`.
  var isEmailUnverified: Bool { jwt.claims["email_verified"]?.bool == false }

  /// The claims that are not in the token.
  var absent: [Claim] { Claim.allCases.filter { value(of: $0) == nil } }

  /// The claims that a user name may come from, whatever prefix the API server adds.
  func origins(of user: String) -> [Claim] {
    Claim.allCases.filter { claim in
      guard let value = value(of: claim), !value.isEmpty else { return false }
      return user.utf8.suffix(value.utf8.count).elementsEqual(value.utf8)
    }
  }

  /// A claim that users can choose and that names a service account other than the token's own.
  var likeServiceAccount: Claim? {
    let owner = value(of: .federatedUserID) ?? jwt.subject.flatMap(DexSubject.init)?.userID
    return [Claim.name, .email, .preferredUsername].first { claim in
      guard let value = value(of: claim) else { return false }
      return value.hasPrefix("system:serviceaccount:") && !value.hasSameBytes(as: owner ?? "")
    }
  }
}
