import FoundationEssentials
import Platform
import TokenExchange

extension Diagnosis {
  init(_ error: SidecarError) {
    switch error {
    case .invalidMode(let text, let source):
      self.init(
        "\(option: source): invalid file mode \(word: text)",
        hint: "write octal digits, such as 0600 or 0640; the owner must be able to read and write")
    case .writableByAll(let text, let source):
      self.init(
        "\(option: source) \(untrusted: text) would let every user replace the token",
        hint: "use 0600, or 0640 and the pod's fsGroup for readers in other containers")
    case .writesInput(let path, let source, let input):
      self.init(
        "\(option: source) \(path: path) is the file that \(input.message)",
        hint: "pass another file to write: the first renewal would overwrite this one")
    case .settingFromFile(let variable):
      self.init(
        "\(word: variable) is not read from a file",
        hint: "set dex_\(untrusted: String(variable.dropFirst(9))) to the value itself")
    case .textAndFile(let variable, let file):
      self.init(
        "\(untrusted: variable) and \(untrusted: file) cannot be used together",
        hint: "keep one of them")
    case .missingEndpoint:
      self.init(
        "dex_access_token_file is set, but dex_endpoint is not",
        hint: "set dex_endpoint to Dex's token endpoint, such as https://dex.example.org/token")
    case .invalidChoiceInFile(let source, let choices):
      self.init(
        "the file of \(option: source) contains a value that is not allowed (not shown)",
        hint: "it must be one of \(choices: choices)")
    }
  }
}

extension SidecarInput {
  fileprivate var message: Message {
    switch self {
    case .subjectToken: "the subject token is read from"
    case .clientSecret: "the client secret is read from"
    case .certificates: "the CA certificates are read from"
    case .variable(let name): "\(untrusted: name, maxLength: 100) names"
    }
  }
}

extension Message {
  /// The line of the sidecar's log.
  init(_ event: SidecarEvent) {
    self =
      switch event {
      case .renewed(let file, let expiry, let now, let wait, let failures):
        """
        renewed \(path: file): \(Self.expiry(expiry, now: now)), next renewal at \
        \(time: now.addingTimeInterval(wait)) (in \(duration: wait))\(Self.failures(failures))
        """
      case .requested: "received SIGUSR1: renewing now"
      case .failed(let error, let pause, let token):
        """
        renewal failed: \(Diagnosis(error).message.withoutPeriod); next attempt in \
        \(duration: pause.rounded(.up)), then after longer pauses; the same failure is logged every \
        \(duration: FailureLog.interval); \(Self.state(token)); hint: \(Diagnosis(error).hint)
        """
      case .stillFailing(let error, let attempts, let seconds, let pause, let token):
        """
        still failing after \(duration: seconds), \
        \(count: attempts, "more attempt", "more attempts"): \(Diagnosis(error).message.withoutPeriod); next \
        attempt in \(duration: pause.rounded(.up)); \(Self.state(token))
        """
      case .removed(let file, let reason): "removed \(path: file): \(reason.message)"
      }
  }

  private static func expiry(_ date: Date?, now: Date) -> Message {
    guard let date else { return "its expiry is unknown" }
    return "expires at \(time: date) (in \(duration: date.timeIntervalSince(now)))"
  }

  private static func failures(_ failures: FailedAttempts?) -> Message {
    guard let failures else { return "" }
    let count: Message = "\(count: failures.count, "failed attempt", "failed attempts")"
    return ", after \(count) in \(duration: failures.seconds)"
  }

  private static func state(_ token: OldToken) -> Message {
    switch token {
    case .missing: "no token is available"
    case .notRemoved: "the old token could not be removed"
    case .valid(let expiry?): "the old token remains until \(time: expiry)"
    case .valid(nil): "the old token remains"
    }
  }
}

extension RemovalReason {
  var message: Message {
    switch self {
    case .expired(let date): "the token expired at \(time: date)"
    case .subjectChanged:
      "Dex rejected the new subject token, which belongs to another identity"
    }
  }
}

extension Message {
  init(_ warning: SidecarWarning) {
    self =
      switch warning {
      case .unknownScope(let scope, let source, let nearest):
        "Dex does not support the scope \(word: scope) of \(option: source)"
          + (nearest.map { ": did you mean \(option: $0)?" } ?? "")
      case .unknownScopes(let count, let source):
        "Dex does not support \(count: count, "scope", "scopes") of \(option: source) (not shown)"
      case .readableByAll(let file):
        """
        every user may read \(path: file): its mode is 0644, as in dexsidecar; use --mode=0640 or \
        --mode=0600
        """
      case .unknownExpiry:
        """
        the token has no readable expiry: it is renewed as if it were valid for \
        \(duration: RenewalSchedule.unknownLifetime)
        """
      case .rejectedClientCredentials(let source, let fault):
        """
        Dex rejected the client of \(option: source): it must be CLIENT_ID:SECRET, with the ID of a \
        client in staticClients of Dex's configuration\(fault.map { "; \($0.message)" } ?? "")
        """
      case .modeNotSet(let error):
        "\(cannot: error)"
      case .notRemoved(let error, let reason):
        "\(cannot: error); \(reason.message)"
      }
  }
}

extension InvalidClientCredentials {
  fileprivate var message: Message {
    switch self {
    case .header: "it begins with \"Basic \", which is part of the header only"
    case .percentEncoded: "it must not be percent-encoded: it is encoded when it is sent"
    case .base64: "it looks like base64, but must be plain text"
    case .noColon: "it contains no colon, so no secret was sent"
    }
  }
}
