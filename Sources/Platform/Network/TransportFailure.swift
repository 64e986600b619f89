import CPlatform
import Foundation
import Glibc
import TokenExchange

/// A failed transfer: libcurl's result and the request's options.
struct TransportFailure {
  /// The result that the hook recorded.
  var outcome: tx_outcome
  var text: LibcurlText
  /// Whether the scheme is https.
  var isEncrypted = true
  var proxy: ProxyURL?
  var trust: HTTPOptions.Trust
  /// Where the system's trusted certificates are.
  var trustStore: () -> [TransportError.TrustStoreLocation] = { [] }

  init(
    outcome: tx_outcome, text: String, isEncrypted: Bool = true, proxy: ProxyURL? = nil,
    trust: HTTPOptions.Trust = .system
  ) {
    self.outcome = outcome
    self.text = LibcurlText(text)
    self.isEncrypted = isEncrypted
    self.proxy = proxy
    self.trust = trust
  }

  var error: TransportError {
    if let proxy, let error = proxyError(proxy) { return .proxy(error, url: proxy.text) }
    if outcome.too_large != 0 { return .bodyTooLarge }
    if outcome.too_many_headers != 0 { return .headersTooLarge }
    if outcome.certificate_names_no_host != 0 { return .tls(.noSubjectAlternativeName) }
    switch CURLcode(rawValue: outcome.code) {
    case .couldNotResolveHost: return .nameResolution(NameResolutionError(lookups: []))
    case .couldNotConnect: return connectionError
    // libcurl reports "out of memory" for a header that exceeds its limit.
    case .outOfMemory: return .headersTooLarge
    case .operationTimedOut: return .timedOut(phase)
    case .unsupportedProtocol, .weirdServerReply: return .notHTTP(text.shown)
    case .badContentEncoding: return .compressed
    case .receiveError, .sslConnectError: return handshakeError
    case .badCACertificates:
      if case .certificates = trust { return .invalidCACertificates }
      return .unreadableTrustStore(trustStore())
    case .peerVerificationFailed: return .tls(certificateError(outcome.verify_result))
    case .clientCertificateRequired: return .tls(.clientCertificateRequired)
    case .partialFile, .gotNothing, .sendError: return .connectionClosed
    default:
      let isTLS = Self.tlsFailures.contains(outcome.code)
      return isTLS ? .tls(.handshakeFailed(text.shown)) : .other(text.shown)
    }
  }

  private var connectionError: TransportError {
    switch Int32(clamping: outcome.os_errno) {
    case ECONNREFUSED: .connectionRefused
    case let code where Self.unreachable.contains(code): .unreachable(errno: code)
    case ETIMEDOUT: .timedOut(.connecting)
    default: .other(text.shown)
    }
  }

  /// CURLE_SSL_ENGINE_NOTFOUND, …, CURLE_SSL_INVALIDCERTSTATUS: less frequent TLS failures (curl.h).
  private static let tlsFailures: [Int32] = [53, 54, 58, 59, 64, 66, 80, 82, 83, 90, 91]

  private static let unreachable = [
    EHOSTUNREACH, ENETUNREACH, EHOSTDOWN, ENETDOWN, EACCES, EPERM,
  ]

  private var phase: TransportError.Phase {
    if outcome.connected == 0 { return .connecting }
    if isEncrypted && outcome.tls_established == 0 { return .tlsHandshake }
    return outcome.status == 0 ? .response : .responseBody
  }

  private var handshakeError: TransportError {
    if let error = text.tlsError { return .tls(error) }
    // A server that closes the connection during the handshake is starting or stopping.
    return outcome.code == CURLcode.receiveError.rawValue || isClosed
      ? .connectionClosed : .tls(.handshakeFailed(text.shown))
  }

  /// Whether the connection was closed during the TLS handshake.
  private var isClosed: Bool {
    if outcome.os_errno == Int(ECONNRESET) || outcome.os_errno == Int(EPIPE) { return true }
    // Through a TLS proxy, libcurl also reports this for a certificate that OpenSSL rejected.
    return outcome.connect_status == 0 && text.endsWithoutReason
  }

  /// The certificate error for OpenSSL's result (x509_vfy.h).
  private func certificateError(_ result: Int) -> TLSError {
    switch result {
    case 2, 18, 19, 20, 21: .unknownIssuer(reason: text.certificateProblem)
    case 9: .notYetValid
    case 10: .expired
    // libcurl compares the names itself, before it stores OpenSSL's result.
    case 0, 1, 62, 64: .nameMismatch
    default: .invalidCertificate(reason: text.certificateProblem)
    }
  }
}

extension TransportFailure {
  /// The failure of the connection to the proxy; nil if the server failed.
  private func proxyError(_ proxy: ProxyURL) -> ProxyError? {
    // Without verification, OpenSSL's result is not 0 although TLS was established.
    if outcome.proxy_verify_result != 0, trust != .insecureSkipVerify, let error = proxyTLSError {
      return error
    }
    switch CURLcode(rawValue: outcome.code) {
    case .notBuiltIn, .couldNotResolveProxy: return .unsupported
    case .couldNotConnect:
      switch connectionError {
      case .connectionRefused: return .connectionRefused
      case .unreachable(let errno): return .unreachable(errno: errno)
      case .timedOut(let phase): return .timedOut(phase)
      default: return .other(text.shown)
      }
    case .proxyHandshakeFailed: return .other(text.shown)
    case .receiveError, .sslConnectError:
      if outcome.connect_status != 0, outcome.connect_status / 100 != 2 {
        return .connectRejected(status: outcome.connect_status)
      }
    default: break
    }
    guard outcome.connect_status == 0 else { return isTunnelClosed(proxy) ? .tunnelClosed : nil }
    var direct = self
    direct.proxy = nil
    switch direct.error {
    case .timedOut: return .timedOut(outcome.connected == 0 ? .connecting : .response)
    // With SOCKS there is no CONNECT status, so it is unknown whether the proxy or the server
    // closed.
    case .connectionClosed where !proxy.isSOCKS: return .connectionClosed
    case .notHTTP(let text) where !proxy.isSOCKS: return .notHTTP(text)
    default: return nil
    }
  }

  /// Whether the proxy or the server closed the connection during the TLS handshake with the server.
  private func isTunnelClosed(_ proxy: ProxyURL) -> Bool {
    guard outcome.tls_established == 0 else { return false }
    if proxy.scheme == "http", text.endsWithoutReason { return true }
    var direct = self
    direct.proxy = nil
    return direct.error == .connectionClosed
  }

  private var proxyTLSError: ProxyError? {
    var direct = self
    direct.proxy = nil
    direct.outcome.verify_result = outcome.proxy_verify_result
    return switch direct.error {
    case .timedOut: .timedOut(.tlsHandshake)
    case .connectionClosed: .tlsConnectionClosed
    case .tls(let error): .tls(error)
    default: nil
    }
  }
}

/// The libcurl results that map to different errors (curl.h).
private enum CURLcode: Int32 {
  case unsupportedProtocol = 1
  case notBuiltIn = 4
  case couldNotResolveProxy = 5
  case couldNotResolveHost = 6
  case couldNotConnect = 7
  case weirdServerReply = 8
  case partialFile = 18
  case outOfMemory = 27
  case operationTimedOut = 28
  case sslConnectError = 35
  case gotNothing = 52
  case sendError = 55
  case receiveError = 56
  case peerVerificationFailed = 60
  case badContentEncoding = 61
  case badCACertificates = 77
  case proxyHandshakeFailed = 97
  case clientCertificateRequired = 98
}

/// libcurl's error text; only this type interprets messages of libcurl and OpenSSL.
struct LibcurlText: Equatable, Sendable {
  private let text: String

  init(_ text: String) { self.text = text }

  /// The text for display; empty if it may contain a password, because libcurl quotes invalid URLs.
  var shown: String { text.contains("@") ? "" : text }

  /// Whether the connection ended during the handshake without an OpenSSL error.
  var endsWithoutReason: Bool { text.contains("SSL_ERROR_SYSCALL") }

  /// OpenSSL's reason for rejecting a certificate.
  var certificateProblem: String {
    let opening = "SSL certificate problem: "
    return text.hasPrefix(opening) ? String(text.dropFirst(opening.count)) : shown
  }

  /// The handshake error for an error code of OpenSSL, as in `error:0A00010B:…`; nil for codes
  /// without a specific meaning.
  var tlsError: TLSError? {
    guard let start = text.firstRange(of: "error:"),
      let code = UInt32(text[start.upperBound...].prefix(8), radix: 16)
    else { return nil }
    // The upper bits identify the library; 20 is SSL.
    guard code >> 23 == 20 else { return nil }
    return switch code & 0x7F_FFFF {
    case 155, 156, 267: .notTLS  // https proxy request, http request, wrong version number
    case 258, 1070: .protocolVersion  // unsupported protocol, alert protocol version
    case 1042, 1116: .clientCertificateRequired  // alert bad certificate, certificate required
    default: nil
    }
  }
}
