import Encoding
import FoundationEssentials
import Platform
import TokenExchange

extension NetworkEvent {
  /// The event for `--verbose` and the doctor.
  var fact: Fact {
    switch self {
    case .route(let route): Fact("proxy", route.text)
    case .hostsFile(let host, let addresses):
      Fact("name", "\(host): \(addresses.map(\.text).joined(separator: ", ")) from /etc/hosts")
    case .resolver(let configuration): Fact("resolver", configuration.text)
    case .lookup(let lookup):
      Fact("name", "\(lookup.name): \(lookup.result), \(Int((lookup.seconds * 1000).rounded())) ms")
    }
  }
}

extension ProxyRoute {
  /// The decision and its reason, without any password.
  var text: String {
    switch self {
    case .direct(.plainHTTP): "none: plain http never goes through a proxy"
    case .direct(.loopback): "none: the host is this machine"
    case .direct(.noneSet): "none: HTTPS_PROXY and ALL_PROXY are not set"
    case .direct(.excluded(let entry, let variable)):
      "none: \(variable) has the entry \(entry.sanitized(maxLength: 100))"
    case .proxy(let proxy, let variable): "\(proxy.text) from \(variable)"
    case .invalid(let variable): "\(variable) is not the URL of a proxy"
    }
  }
}

extension UnverifiedJWT {
  /// Issuer, subject, audiences and expiry, for a log.
  func summary(now: Date) -> String {
    let end = expiry.map { "exp \(Timestamp.text($0)) (\(DurationText.relative($0, to: now)))" }
    let audience = audiences.isEmpty ? "none" : audiences.joined(separator: ",")
    let text = "iss \(issuer ?? "none"), sub \(subject ?? "none"), aud \(audience)"
    return "\(text), \(end ?? "no exp")".sanitized(maxLength: 600)
  }
}

extension TokenExchangeRequest {
  /// The subject token, for a log.
  func subjectSummary(now: Date) -> String { subjectToken.jwt?.summary(now: now) ?? "opaque" }
}
