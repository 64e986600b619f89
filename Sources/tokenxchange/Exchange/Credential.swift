import FoundationEssentials
import TokenExchange

/// A token for a client, issued just now or cached.
struct Credential: Equatable {
  var token: Secret
  var expiry: Date?
  var issuer: String?

  init(_ token: IssuedToken) {
    self.token = token.secret
    expiry = token.expiry
    issuer = token.jwt?.issuer
  }

  init(_ cached: CachedToken) {
    token = cached.secret
    expiry = cached.expiry
    issuer = cached.issuer
  }

  func warnings(expected: ExpectedClaims) -> [Warning] {
    var warnings = expected.warnings(ofIssuer: issuer)
    if expiry == nil { warnings.append(.unknownExpiry) }
    return warnings
  }
}

extension ExpectedClaims {
  /// A warning if an issuer differs from the expected one only by a trailing slash.
  func warnings(ofIssuer issuer: String?) -> [Warning] {
    guard let issuer, differsOnlyBySlash(from: issuer) else { return [] }
    return [.issuerDiffersBySlash(issuer)]
  }
}

extension TokenExchangeRequest {
  /// A warning if the subject token is not valid yet by this machine's clock, but Dex accepts it.
  func warnings(now: Date) -> [Warning] {
    SubjectToken.earlyStart(of: subjectToken.jwt, now: now)
      .map { [.subjectTokenNotYetValid(from: $0, now: now)] } ?? []
  }
}
