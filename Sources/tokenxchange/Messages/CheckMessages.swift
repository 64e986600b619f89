import FoundationEssentials
import Platform
import TokenExchange

extension Diagnosis {
  /// The message of `check`.
  init(_ error: CheckError) {
    if case .wrapped(let path, let wrapping) = error {
      self.init(wrapping, path)
      return
    }
    let (message, hint) = Self.parts(error)
    self.init(message, hint: hint, exitCode: .subjectToken)
  }

  private static func parts(_ error: CheckError) -> (message: Message, hint: Message) {
    let fileHint: Message =
      "is this the file that tokenxchange sidecar writes? also check its --mode"
    let logHint: Message = "the sidecar's log has the reason why the token was not renewed"
    return switch error {
    case .unreadable(let path, .missing, _):
      (
        "no such file: \(path: path)",
        """
        the sidecar has not written a token yet, or removed an expired one: see its log
        """
      )
    case .unreadable(let path, .notRegular(let kind), _):
      ("\(path: path) is \(kind: kind), not a file", fileHint)
    case .unreadable(let path, .tooLarge, _): ("\(path: path) is larger than 1 MiB", fileHint)
    case .unreadable(let path, .unstable, _):
      ("\(path: path) kept changing while it was read", fileHint)
    case .unreadable(let path, let error, let user):
      (
        "uid \(Int(user)) cannot read \(path: path): \(reason: error)", error.pathHint ?? fileHint
      )
    case .empty(let path): ("\(path: path) is empty", fileHint)
    case .wrapped(let path, _), .notToken(let path):
      ("\(path: path) does not contain exactly one token", fileHint)
    case .truncated(let path): ("the token in \(path: path) is truncated", fileHint)
    case .duplicateMember(let path, let name):
      (
        "the JWT in \(path: path) has the member \(quoted: name) twice in its header or claims",
        InvalidSubjectToken.duplicateHint
      )
    case .notYetValid(let path, let start, let now):
      (
        "the token in \(path: path) is not valid before \(time: start) (local clock: \(time: now))",
        "compare the clocks of this machine and of Dex"
      )
    case .expired(let path, let expiry, let now):
      (
        """
        the token in \(path: path) expired \(duration: now.timeIntervalSince(expiry)) ago, at \
        \(time: expiry) (local clock: \(time: now))
        """,
        logHint
      )
    case .expiresTooSoon(let path, let expiry, let now, let minimum):
      (
        """
        the token in \(path: path) is valid for \(duration: expiry.timeIntervalSince(now)), less \
        than the required \(duration: minimum): it expires at \(time: expiry) (local clock: \
        \(time: now))
        """,
        logHint
      )
    case .unknownExpiry(let path):
      (
        "the token in \(path: path) has no readable expiry",
        "omit --min-ttl for an opaque token"
      )
    }
  }
}
