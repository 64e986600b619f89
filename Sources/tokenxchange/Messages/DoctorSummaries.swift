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
      case .source(let source, let context, let method, let ignored):
        Message(source, context: context, method, ignored: ignored)
      case .settingsComplete: "all required options are set"
      case .noExecInfo(let version):
        "KUBERNETES_EXEC_INFO is not set, as in a shell: credentials have the version \(option: version.rawValue)"
      case .execInfo(nil): "the client requests no version: credentials have the version v1"
      case .execInfo(let version?): "the client requests \(option: version.rawValue)"
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
      case .discovered(let issuer, let isExchange):
        "Dex is the issuer \(untrusted: issuer)\(isExchange ? " and offers the exchange" : "")"
      case .issuerPublished(let issuer):
        "\(untrusted: issuer) publishes its documents and the token's key"
      case .exchanged: "Dex returned a token"
      case .signedIn(let jwt, let expiry, let now):
        """
        signed in as \(untrusted: jwt?.claims.personName ?? "an unknown user", maxLength: 100), \
        \(expiry: expiry, now: now)
        """
      case .nothingStored(let flag):
        "with \(option: flag), no tokens are stored: every run signs in"
      case .result(let jwt, let now):
        "for \(untrusted: jwt.audiences.joined(separator: ", ")), \(expiry: jwt.expiry, now: now)"
      case .username(let userID?, let connectorID?):
        """
        map federated_claims.user_id, \(untrusted: userID), to the user name, and require \
        federated_claims.connector_id to be \(untrusted: connectorID)
        """
      case .username:
        "only sub is safe as the user name: request the scope federated:id for a readable one"
      case .apiServer(let user): "the API server sees the user \(untrusted: user)"
      case .access(let namespaces):
        namespaces.isEmpty
          ? "the user has rights in the cluster or in the namespace default"
          : "the user has rights in \(list: namespaces)"
      case .program(let isStatic):
        """
        tokenxchange \(option: Version.number), \
        \(isStatic ? "static: runs in any image" : "not static: needs its shared libraries")
        """
      }
  }

  private init(
    _ source: DoctorPlan.Source, context: String?, _ method: AuthenticationMethod?,
    ignored: [String]
  ) {
    let name: Message = context.map { " \(untrusted: $0, maxLength: 100)" } ?? ""
    let place: Message =
      switch source {
      case .options: "options"
      case .command: "command line"
      case .kubeconfig: "context\(name)"
      case .argoCDSecret: "cluster\(name)"
      }
    let command: Message =
      method.map { ": tokenxchange \(option: $0.rawValue)" } ?? ""
    let rest: Message =
      ignored.isEmpty ? "" : "; no effect here: \(list: ignored)"
    self = "\(place)\(command)\(rest)"
  }

  private init(_ reason: DoctorSummary.SkipReason) {
    self =
      switch reason {
      case .incompleteSettings: "the settings are incomplete"
      case .noDiscoveryURL: "--issuer is not set, and --token-url does not end in /token"
      case .noConnection(nil): "no connection"
      case .noConnection(let url?): "no connection to \(host: url.authority)"
      case .noSubjectToken: "no usable subject token"
      case .noIssuer: "the token has no issuer with an https URL"
      case .noToken: "no token"
      case .noServer: "pass --server (and --server-ca)"
      case .noUser: "the API server did not return the user"
      case .apiServerSkipped(let reason): "the API server step was skipped: \(Message(reason))"
      case .tlsServerName(let name):
        "the doctor cannot check the certificate name \(untrusted: name) (tls-server-name)"
      }
  }
}

extension DoctorReport {
  /// The result in one line.
  var verdict: String {
    let failed = numbers(of: .failed)
    let warned = numbers(of: .warning)
    if let number = failed.first {
      let step = steps[number - 1]
      let earlier = warned.filter { $0 < number }
      return "step \(number), \(step.name.rawValue), failed: \(step.line)"
        + (earlier.isEmpty ? "" : " (see also \(warnings(in: earlier)))")
    }
    let skipped = steps.filter { $0.status == .skipped }.map(\.name.rawValue)
    let rest = skipped.isEmpty ? "" : "; skipped: \(skipped.joined(separator: ", "))"
    guard let number = warned.first else { return "works" + rest }
    let count = steps.flatMap(\.findings).count
    let details =
      warned.count == 1
      ? "step \(number), \(steps[number - 1].name.rawValue): \(steps[number - 1].line)"
      : "steps \(list(warned))"
    return "works, with \(count) warning\(count == 1 ? "" : "s"): \(details)\(rest)"
  }

  /// "the warnings in steps 1 and 2".
  private func warnings(in numbers: [Int]) -> String {
    numbers.count == 1
      ? "the warning in step \(numbers[0])" : "the warnings in steps \(list(numbers))"
  }

  private func list(_ numbers: [Int]) -> String { numbers.map(String.init).joinedByAnd }
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
