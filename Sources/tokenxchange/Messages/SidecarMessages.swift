import FoundationEssentials
import Platform
import TokenExchange

extension Diagnosis {
  /// The message about an option of `sidecar` or a variable of dexsidecar.
  init(_ error: SidecarError) {
    let (message, hint): (Message, Message) =
      switch error {
      case .invalidMode(let text, let source):
        (
          "\(option: source): invalid file mode \(word: text)",
          "write octal digits, such as 0600 or 0640; the owner must be able to read and write"
        )
      case .writableByAll(let text, let source):
        (
          "\(option: source) \(untrusted: text) would let every user replace the token",
          "use 0600, or 0640 and the pod's fsGroup for readers in other containers"
        )
      case .writesInput(let path, let source, let input):
        (
          "\(option: source) \(path: path) is the file that \(input.message)",
          "name another file to write: the first renewal would overwrite this one"
        )
      case .settingFromFile(let variable):
        (
          "\(word: variable) is not read from a file",
          "set dex_\(untrusted: String(variable.dropFirst(9))) to the value itself"
        )
      case .textAndFile(let variable, let file):
        (
          "\(untrusted: variable) and \(untrusted: file) cannot be used together",
          "keep one of them"
        )
      case .missingEndpoint:
        (
          "dex_access_token_file is set, but dex_endpoint is not",
          """
          dex_endpoint is the URL of Dex's token endpoint, such as https://dex.example.org/token
          """
        )
      case .invalidChoiceInFile(let source, let choices):
        (
          "the file of \(option: source) contains a value that is not allowed (not shown)",
          "it must be one of \(choices: choices)"
        )
      }
    self.init(.usage, message, hint: hint)
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
  /// The line of the log about an event of the sidecar.
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
        renewal failed: \(Diagnosis(error).message); next attempt in \
        \(duration: pause.rounded(.up)), then after longer pauses; the same failure is logged every \
        \(duration: FailureLog.interval); \(Self.state(token)); hint: \(Diagnosis(error).hint)
        """
      case .stillFailing(let error, 1, let seconds, let pause, let token):
        """
        still failing after \(duration: seconds), 1 more attempt: \(Diagnosis(error).message); \
        next attempt in \(duration: pause.rounded(.up)); \(Self.state(token))
        """
      case .stillFailing(let error, let attempts, let seconds, let pause, let token):
        """
        still failing after \(duration: seconds), \(attempts) more attempts: \
        \(Diagnosis(error).message); next attempt in \(duration: pause.rounded(.up)); \
        \(Self.state(token))
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
    guard failures.count > 1 else {
      return ", after 1 failed attempt in \(duration: failures.seconds)"
    }
    return ", after \(failures.count) failed attempts in \(duration: failures.seconds)"
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
  /// The text of a warning.
  init(_ warning: SidecarWarning) {
    self =
      switch warning {
      case .unknownScope(let scope, let source, let nearest):
        "Dex does not know the scope \(word: scope) of \(option: source)"
          + (nearest.map { ": did you mean \(option: $0)?" } ?? "")
      case .unknownScopes(1, let source):
        "Dex does not know 1 scope of \(option: source) (not shown)"
      case .unknownScopes(let count, let source):
        "Dex does not know \(count) scopes of \(option: source) (not shown)"
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
        "cannot \(untrusted: error.step): \(untrusted: error.reason)"
      case .notRemoved(let error, let reason):
        "cannot \(untrusted: error.step): \(untrusted: error.reason); \(reason.message)"
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
