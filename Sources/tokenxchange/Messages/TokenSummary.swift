import Encoding
import FoundationEssentials
import TokenExchange

extension UnverifiedJWT {
  /// Issuer, subject, audiences and expiry, for a log.
  func summary(now: Date) -> String {
    let end = expiry.map {
      "exp \(Timestamp.text($0)) (\(DurationText.relative($0, to: now)))"
    }
    let parts = [
      "iss \(issuer ?? "none")", "sub \(subject ?? "none")",
      "aud \(audiences.isEmpty ? "none" : audiences.joined(separator: ","))", end ?? "no exp",
    ]
    return parts.joined(separator: ", ").sanitized(maxLength: 600)
  }
}

extension TokenExchangeRequest {
  /// The subject token, for a log.
  func subjectSummary(now: Date) -> String { subjectToken.jwt?.summary(now: now) ?? "opaque" }
}
