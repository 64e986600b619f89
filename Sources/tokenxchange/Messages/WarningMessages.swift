import FoundationEssentials
import TokenExchange

/// A problem that does not stop the run.
enum Warning: Equatable, Sendable {
  case tokenOverHTTP(host: String)
  case certificatesNotVerified(host: String)
  case secretInArguments(option: String)
  case issuerDiffersBySlash(String)
  case unknownExpiry
  case subjectTokenNotYetValid(from: Date, now: Date)
  case sidecar(SidecarWarning)

  /// Whether another warning differs at most by the time at which it was noticed.
  func isSame(as other: Warning) -> Bool {
    switch (self, other) {
    case (.subjectTokenNotYetValid(let left, _), .subjectTokenNotYetValid(let right, _)):
      left == right
    default: self == other
    }
  }
}

extension Message {
  /// The text of a warning.
  init(_ warning: Warning) {
    self =
      switch warning {
      case .tokenOverHTTP(let host):
        "--insecure-allow-http is on: the token is sent to \(host: host) unencrypted"
      case .certificatesNotVerified(let host):
        "--insecure-skip-tls-verify is on: anyone between here and \(host: host) can read the token"
      case .secretInArguments(let option):
        """
        every user of this machine can read the value of \(option: option): use \
        --client-secret-file or TOKENXCHANGE_CLIENT_SECRET
        """
      case .issuerDiffersBySlash(let issuer):
        """
        the token's iss \(untrusted: issuer) differs from --issuer by a trailing slash: the API \
        server compares them exactly
        """
      case .subjectTokenNotYetValid(let start, let now):
        """
        the subject token is not valid before \(time: start), in \
        \(duration: start.timeIntervalSince(now)) (local clock: \(time: now))
        """
      case .unknownExpiry:
        "the token has no readable expiry: it is reported as valid for 60 s"
      case .sidecar(let warning): Message(warning)
      }
  }
}

extension World {
  /// Writes warnings to standard error.
  func warn(_ warnings: [Warning]) {
    for warning in warnings { warn(Message(warning).text) }
  }
}
