import Encoding
import FoundationEssentials
import Platform
import TokenExchange

/// Why a token file has no usable subject token.
enum SubjectTokenError: Error, Equatable {
  /// The token must not be sent.
  case invalid(InvalidSubjectToken)
  /// The file cannot be read by a user.
  case unreadable(FileReadError, user: UInt32)
}

extension Diagnosis {
  /// The message about a subject token in a file.
  init(_ error: SubjectTokenError, file: String) {
    switch error {
    case .invalid(let error):
      self.init(
        error.message("the token file \(path: file)", token: "in \(path: file)"),
        hint: error.fileHint)
    case .unreadable(let error, let user): self.init(error, file: file, user: user)
    }
    exitCode = .subjectToken
  }

  private init(_ error: FileReadError, file: String, user: UInt32) {
    let isPodVolume = ["/var/run/secrets/", "/run/secrets/"].contains { file.hasPrefix($0) }
    let hint: Message =
      switch error {
      case .missing where isPodVolume:
        """
        mount a projected serviceAccountToken volume there, or pass --token-file; with \
        automountServiceAccountToken: false, the default path has no token
        """
      case .missing: "check the spelling of the path, and whether its volume is mounted"
      case .notRegular(.directory): "pass the file in it, usually \(path: file)/token"
      case .notRegular:
        "pass a regular file; get-token, sidecar --once and inspect also read - (stdin)"
      case .tooLarge: "a service account token has 1 to 2 KB: is this the right file?"
      case .unstable: "its writer must replace it by rename, as kubelet and tokenxchange sidecar do"
      case .system where error.isPermissionDenied && isPodVolume:
        "projected token files are 0600: set fsGroup or runAsUser in the pod's securityContext"
      case .system where error.isPermissionDenied:
        "check the owner and mode of the file and of its directories"
      case .system, .notOwned, .accessibleByOthers:
        error.pathHint ?? "the cause is not a missing permission: check the path and its volume"
      }
    self.init(error.message("the token file \(path: file)", user: user), hint: hint)
  }
}

extension InvalidSubjectToken {
  /// The hint about a JWT with two members of the same name.
  static let duplicateHint: Message =
    "parsers disagree on which of the two counts: correct the program that issued the token"

  /// The message about a token in a source such as `the token file /t`; the place is the same to
  /// follow "token", such as `in /t`.
  func message(_ source: Message, token place: Message) -> Message {
    switch self {
    case .empty: "\(source) is empty"
    case .invalidCharacters: "\(source) contains spaces or characters that are invalid in a token"
    case .wrapped(let wrapping): "\(source) contains \(wrapping.message)"
    case .notJWT: "\(source) is not a JWT"
    case .duplicateMember(let name):
      "the JWT \(place) has the member \(quoted: name) twice in its header or claims"
    case .expired(let expiry, let now): "the token \(place) \(expired: expiry, now: now)"
    case .notYetValid(let start, let now): "the token \(place) \(notYetValid: start, now: now)"
    case .audience(let required, let found):
      "the token \(place) lacks the audience \(untrusted: required): it has \(list: found)"
    }
  }

  fileprivate var fileHint: Message {
    switch self {
    case .empty: "did its writer fail, or does it write in place? check the file's time and size"
    case .invalidCharacters:
      "it must contain one token and nothing else: no JSON, no \"Bearer\", no second line"
    case .wrapped(let wrapping): wrapping.hintMessage
    case .notJWT:
      "a service account token has three base64url parts; see tokenxchange inspect --file"
    case .duplicateMember: Self.duplicateHint
    case .expired:
      """
      kubelet renews projected tokens after 80 % of their lifetime, but never in a subPath mount; if \
      the token is fresh, this machine's clock is wrong
      """
    case .notYetValid:
      "compare this machine's clock with that of the API server that issued the token"
    case .audience(let required, _):
      """
      set audience: \(untrusted: required) in the serviceAccountToken source of the projected \
      volume, or correct --token-file
      """
    }
  }
}

extension TokenWrapping {
  /// The wrapping, to follow "contains".
  var message: Message {
    switch self {
    case .quotes: "a token in quotes"
    case .bearer: "a header (\"Bearer …\") instead of a bare token"
    case .base64: "the base64 of a JWT"
    case .json: "a JSON document instead of a bare token"
    }
  }

  /// How to remove it.
  var hintMessage: Message {
    switch self {
    case .quotes: "remove the quotes: the file must contain the token and nothing else"
    case .bearer: "keep only what follows Bearer: the file must contain the token and nothing else"
    case .base64:
      "decode it first: base64 -d, or kubectl get secret -o go-template with base64decode"
    case .json:
      "the file must contain the token and nothing else, such as the value of status.token"
    }
  }
}
