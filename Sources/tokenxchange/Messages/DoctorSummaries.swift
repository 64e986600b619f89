import Encoding
import FoundationEssentials
import Platform
import TokenExchange

extension Message {
  /// The summary of a step without findings.
  init(_ summary: DoctorSummary) {
    self =
      switch summary {
      case .skipped(let reason): Message(reason)
      case .settingsComplete: "all required options are set"
      case .noExecInfo(let version):
        "KUBERNETES_EXEC_INFO is not set, as in a shell: credentials are \(option: version.rawValue)"
      case .execInfo(nil): "the client asks for no version: credentials are v1"
      case .execInfo(let version?): "the client asks for \(option: version.rawValue)"
      case .opaqueSubjectToken: "an opaque token, which has no readable claims"
      case .subjectToken(let jwt, let now):
        """
        \(untrusted: jwt.subject ?? "no sub") of \(untrusted: jwt.issuer ?? "no issuer"), \
        \(expiry: jwt.expiry, now: now)
        """
      case .connected(let url, let isCertificateVerified):
        """
        \(host: url.authority) responds\
        \(isCertificateVerified ? " and its certificate is valid" : "")
        """
      case .discovered(let issuer):
        "Dex is the issuer \(untrusted: issuer) and offers the exchange"
      case .exchanged: "Dex returned a token"
      case .result(let jwt, let now):
        """
        for \(untrusted: jwt.audiences.joined(separator: ", ")), \(expiry: jwt.expiry, now: now)
        """
      case .username(let userID?, let connectorID?):
        """
        bind \(untrusted: userID) from federated_claims.user_id, with a rule that \
        federated_claims.connector_id is \(untrusted: connectorID)
        """
      case .username:
        "only sub is safe to bind: request the scope federated:id for a readable name"
      case .apiServer(let user): "the API server sees the user \(untrusted: user)"
      case .program(let isStatic):
        """
        tokenxchange \(option: Version.number), \
        \(isStatic ? "static: runs in any image" : "not static: needs its shared libraries")
        """
      }
  }

  private init(_ reason: DoctorSummary.SkipReason) {
    self =
      switch reason {
      case .incompleteSettings: "the settings are incomplete"
      case .noDiscoveryURL: "--issuer is not set, and --token-url does not end in /token"
      case .noConnection(nil): "no connection"
      case .noConnection(let url?): "no connection to \(host: url.authority)"
      case .noSubjectToken: "no usable subject token"
      case .noToken: "no token from Dex"
      case .noServer: "pass --server (and --server-ca)"
      }
  }
}

extension DoctorReport {
  /// The result in one line.
  var verdict: String {
    guard let first else {
      let skipped = steps.filter { $0.status == .skipped }.map(\.name.rawValue)
      return "no problems found"
        + (skipped.isEmpty ? "" : "; skipped: \(skipped.joined(separator: ", "))")
    }
    let verb = first.step.status == .failed ? "failed" : "has a warning"
    let warnings = steps.prefix(first.number - 1).enumerated()
      .filter { $0.element.status == .warning }.map { String($0.offset + 1) }
    return "step \(first.number), \(first.step.name.rawValue), \(verb): \(first.step.line)"
      + (warnings.isEmpty
        ? "" : " (check first the warning of step \(warnings.joined(separator: ", ")))")
  }
}

extension Message.StringInterpolation {
  /// "expires in 41 min".
  fileprivate mutating func appendInterpolation(expiry: Date?, now: Date) {
    guard let expiry else {
      appendLiteral("never expires")
      return
    }
    appendLiteral((expiry > now ? "expires " : "expired ") + DurationText.relative(expiry, to: now))
  }
}
