import FoundationEssentials
import Platform
import TokenExchange

extension Diagnosis {
  /// The message of `check`.
  init(_ error: CheckError) {
    let fileHint: Message =
      "is this the file that tokenxchange sidecar writes? also check its --mode"
    let logHint: Message = "the sidecar's log shows why the token was not renewed"
    switch error {
    case .unreadable(let path, let error, let user):
      self.init(
        error.message("\(path: path)", user: user),
        hint: error == .missing
          ? "the sidecar has not written a token yet, or removed an expired one: see its log"
          : error.pathHint ?? fileHint)
    case .empty(let path): self.init("\(path: path) is empty", hint: fileHint)
    case .wrapped(let path, let wrapping): self.init(wrapping, path)
    case .notToken(let path):
      self.init("\(path: path) does not contain exactly one token", hint: fileHint)
    case .truncated(let path): self.init("the token in \(path: path) is truncated", hint: fileHint)
    case .duplicateMember(let path, let name):
      self.init(
        "the JWT in \(path: path) has the member \(quoted: name) twice in its header or claims",
        hint: InvalidSubjectToken.duplicateHint)
    case .notYetValid(let path, let start, let now):
      self.init(
        "the token in \(path: path) \(notYetValid: start, now: now)",
        hint: "compare this machine's clock with Dex's")
    case .expired(let path, let expiry, let now):
      self.init("the token in \(path: path) \(expired: expiry, now: now)", hint: logHint)
    case .expiresTooSoon(let path, let expiry, let now, let minimum):
      self.init(
        """
        the token in \(path: path) is valid for \(duration: expiry.timeIntervalSince(now)), less \
        than the required \(duration: minimum): it expires at \(time: expiry) (local clock: \
        \(time: now))
        """,
        hint: logHint)
    case .unknownExpiry(let path):
      self.init(
        "the token in \(path: path) has no readable expiry",
        hint: "omit --min-ttl for an opaque token")
    }
    exitCode = .subjectToken
  }
}
