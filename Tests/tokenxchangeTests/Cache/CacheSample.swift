import FoundationEssentials
import OpenIDConnect
import TokenExchange

@testable import tokenxchange

/// Values for the cache tests.
enum CacheSample {
  static let now = Sample.now

  static func request(
    subject: String, issuer: String? = "https://dex.example/dex"
  ) throws -> TokenExchangeRequest {
    TokenExchangeRequest(
      tokenURL: try url("https://dex.example/dex/token"), issuer: issuer,
      clientID: "target-cluster", connectorID: "argocd-cluster",
      subjectToken: SubjectToken(unchecked: Secret(subject)), scopes: ["openid", "federated:id"])
  }

  static func login() throws -> LoginRequest {
    LoginRequest(
      issuer: try url("https://dex.example/dex"), clientID: "target-cluster",
      scopes: ["openid", "email", "offline_access"])
  }

  static func url(_ text: String) throws -> EndpointURL { try EndpointURL(text) }

  /// A token that is stored now, at a boot time of 1000 seconds.
  static func token(
    lifetime: Double = 3600, subjectLifetime: Double? = nil
  ) -> CachedToken {
    CachedToken(
      secret: Secret(Sample.issued), expiry: now.addingTimeInterval(lifetime),
      issuer: "https://dex.example/dex",
      subjectExpiry: subjectLifetime.map { now.addingTimeInterval($0) },
      written: ClockReading(date: now, bootTime: 1000))
  }

  /// The clocks after some time.
  static func later(_ seconds: Double, bootTime: Double? = nil) -> ClockReading {
    ClockReading(
      date: now.addingTimeInterval(seconds), bootTime: 1000 + (bootTime ?? seconds))
  }
}
