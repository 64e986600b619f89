import CPlatform
import Foundation
import Glibc
import TokenExchange

extension TransportError {
  /// Sorts a failed transfer by libcurl's result, of which URLSession keeps little.
  ///
  /// - Parameters:
  ///   - outcome: What the hook saw.
  ///   - error: What URLSession says.
  ///   - endpoint: The server.
  ///   - proxy: The proxy that the request goes through, if there is one.
  ///   - trust: Whom to trust.
  init(
    outcome: tx_outcome, error: NSError, endpoint: Endpoint, proxy: ProxyURL?,
    trust: HTTPOptions.Trust
  ) {
    self.init(outcome: outcome, error: error, proxy: proxy, trust: trust)
    if kind == .proxy { self.proxy = proxy?.text }
  }

  private init(
    outcome: tx_outcome, error: NSError, proxy: ProxyURL?, trust: HTTPOptions.Trust
  ) {
    let underlying = error.userInfo[NSUnderlyingErrorKey] as? NSError
    let detail =
      outcome.certificate_names_no_host != 0
      ? "the certificate has no subject alternative name"
      : (underlying ?? error).localizedDescription
    // libcurl quotes a proxy's URL that it cannot read, password and all.
    guard !detail.hasPrefix("Unsupported proxy"), !detail.contains("@") else {
      self.init(.proxy, detail: "the proxy's URL is not one that can be used")
      return
    }
    var kind = Self.kind(outcome: outcome, error: error, detail: detail, isProxied: proxy != nil)
    // With verification off, the result is there although the proxy's TLS is agreed on.
    if outcome.proxy_tls_failed != 0, trust != .insecureSkipVerify,
      [.tls, .namelessCertificate, .reset, .timedOut].contains(kind)
    {
      let what =
        switch kind {
        case .timedOut: "it did not answer in time"
        case .reset: "it closed the connection"
        default: detail
        }
      self.init(.proxy, detail: "TLS with it failed (\(what))")
      return
    }
    if let proxy, let what = Self.failure(of: proxy, outcome, kind, detail) {
      self.init(.proxy, detail: what)
      return
    }
    if kind == .trustStore, case .certificates = trust { kind = .invalidCACertificates }
    switch kind {
    // libcurl says the same of both.
    case .timedOut where detail.hasPrefix("Connection time") && outcome.connected != 0:
      self.init(kind, detail: "TLS handshake timed out")
    case .trustStore:
      self.init(kind, detail: "the certificates to trust cannot be read: " + detail)
    case .invalidCACertificates:
      self.init(kind, detail: "one of the certificates to trust is none that OpenSSL can read")
    case .tooLarge where outcome.too_large != 0: self.init(kind)
    case .tooLarge: self.init(kind, detail: "has more than 64 KiB of headers")
    case .unreachable:
      self.init(kind, detail: String(cString: strerror(Int32(clamping: outcome.os_errno))))
    default: self.init(kind, detail: detail)
    }
  }

  private static func kind(
    outcome: tx_outcome, error: NSError, detail: String, isProxied: Bool
  ) -> Kind {
    if outcome.refused > 0 { return .notSent }
    if outcome.too_many_headers != 0 || outcome.too_large != 0 { return .tooLarge }
    if outcome.certificate_names_no_host != 0 { return .namelessCertificate }
    // The numbers are those of libcurl's CURLcode.
    switch outcome.code {
    case 5, 97: return .proxy
    case 6: return .nameNotFound
    case 7:
      if isProxied { return .proxy }
      return unconnected(outcome.os_errno)
    // libcurl says "out of memory" of one header that is longer than it takes.
    case 27: return .tooLarge
    case 28: return .timedOut
    case 1, 8: return .notHTTP
    case 61: return .compressed
    case 35, 56:
      if outcome.connect_status != 0 && outcome.connect_status / 100 != 2 { return .proxy }
      if wantsClientCertificate(detail) { return .tls }
      // A server that hangs up while shaking hands is one that is starting or stopping.
      return outcome.code == 56 || isHangUp(outcome, detail) ? .reset : .tls
    case 77: return .trustStore
    case 51, 53, 54, 58, 59, 60, 64, 66, 80, 82, 83, 90, 91, 98: return .tls
    case 18, 52, 55: return .reset
    default: return error.code == NSURLErrorTimedOut ? .timedOut : .other
    }
  }

  private static func unconnected(_ code: Int) -> Kind {
    switch Int32(clamping: code) {
    case ECONNREFUSED: .refused
    case EHOSTUNREACH, ENETUNREACH, EHOSTDOWN, ENETDOWN, EACCES, EPERM: .unreachable
    case ETIMEDOUT: .timedOut
    default: .other
    }
  }

  private static func isHangUp(_ outcome: tx_outcome, _ detail: String) -> Bool {
    if outcome.os_errno == Int(ECONNRESET) || outcome.os_errno == Int(EPIPE) { return true }
    // OpenSSL's word for an end with no reason given. Through TLS with a proxy libcurl says it of
    // certificates that are refused, too.
    return outcome.connect_status == 0 && detail.contains("SSL_ERROR_SYSCALL")
  }

  /// What a proxy did before it let anything through; nil if the failure is another one's.
  private static func failure(
    of proxy: ProxyURL, _ outcome: tx_outcome, _ kind: Kind, _ detail: String
  ) -> String? {
    guard outcome.connect_status == 0 else { return nil }
    switch kind {
    case .timedOut where outcome.connected != 0:
      return "it took the connection and did not answer in time"
    case .timedOut: return "it took no connection in time"
    // SOCKS has no CONNECT, so nothing shows whether it let the connection through.
    case .reset where !proxy.isSOCKS: return "it closed the connection instead of answering CONNECT"
    case .notHTTP where !proxy.isSOCKS: return detail
    default: return nil
    }
  }

  /// This failure to resolve a name, as a failure of the proxy that has the name.
  func whileResolving(_ proxy: ProxyURL) -> TransportError {
    var error = TransportError(.proxy, lookups: lookups)
    error.proxy = proxy.text
    return error
  }
}
