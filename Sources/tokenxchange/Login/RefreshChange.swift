import Encoding
import OpenIDConnect
import TokenExchange

/// A change of the user's claims by a refresh, to report to the user.
enum RefreshChange: Equatable {
  case lostGroups([String])
  /// Another address, or none.
  case email(from: String, to: String?)

  /// Compares the ID tokens before and after a refresh; the request's client secret is removed.
  static func all(
    from old: UnverifiedJWT?, to new: UnverifiedJWT?, _ request: LoginRequest
  ) -> [RefreshChange] {
    guard let old, let new else { return [] }
    var changes: [RefreshChange] = []
    let kept = new.claims["groups"]?.strings ?? []
    let lost = (old.claims["groups"]?.strings ?? []).filter { !kept.containsBytes(of: $0) }
    if !lost.isEmpty { changes.append(.lostGroups(lost.map { request.shown($0, maxLength: 60) })) }
    let email = old.claims["email"]?.string
    let newEmail = new.claims["email"]?.string
    if let email, !email.isEmpty, !newEmail.hasSameBytes(as: email) {
      changes.append(
        .email(
          from: request.shown(email, maxLength: 100),
          to: newEmail.map { request.shown($0, maxLength: 100) }))
    }
    return changes
  }
}
