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
  /// The message about the subject token in a file.
  init(_ error: SubjectTokenError, file: String) {
    switch error {
    case .invalid(let error): self.init(error, file: file)
    case .unreadable(let error, let user): self.init(error, file: file, user: user)
    }
  }

  private init(_ error: InvalidSubjectToken, file: String) {
    let (message, hint): (Message, Message) =
      switch error {
      case .empty:
        (
          "the token file \(path: file) is empty",
          "did its writer fail, or does it write in place? check the file's time and size"
        )
      case .invalidCharacters:
        (
          "the token file \(path: file) contains spaces or characters that are invalid in a token",
          """
          it must contain one token and nothing else: no JSON, no "Bearer", no second line
          """
        )
      case .wrapped(let wrapping):
        ("the token file \(path: file) contains \(wrapping.message)", wrapping.hintMessage)
      case .notJWT:
        (
          "the token file \(path: file) does not contain a JWT",
          """
          a service account token has three base64url parts separated by dots; see tokenxchange \
          inspect --file
          """
        )
      case .duplicateMember(let name):
        (
          "the JWT in \(path: file) has the member \(quoted: name) twice in its header or claims",
          InvalidSubjectToken.duplicateHint
        )
      case .expired(let expiry, let now):
        (
          """
          the token in \(path: file) expired \(duration: now.timeIntervalSince(expiry)) ago, at \
          \(time: expiry) (local clock: \(time: now))
          """,
          """
          kubelet renews projected tokens after 80 % of their lifetime, but never in a subPath mount; if \
          the token is fresh, this machine's clock is wrong
          """
        )
      case .notYetValid(let start, let now):
        (
          """
          the token in \(path: file) is not valid before \(time: start), in \
          \(duration: start.timeIntervalSince(now)) (local clock: \(time: now))
          """,
          "compare this machine's clock with that of the API server that issued the token"
        )
      case .audience(let required, let found):
        (
          """
          the token in \(path: file) lacks the audience \(untrusted: required): it has \
          \(list: found)
          """,
          """
          set audience: \(untrusted: required) in the serviceAccountToken source of the projected \
          volume, or correct --token-file
          """
        )
      }
    self.init(.subjectToken, message, hint: hint)
  }

  private init(_ error: FileReadError, file: String, user: UInt32) {
    let (message, hint): (Message, Message) =
      switch error {
      case .missing:
        (
          "the token file \(path: file) does not exist",
          """
          mount a projected serviceAccountToken volume there, or pass --token-file; with \
          automountServiceAccountToken: false, the default path has no token
          """
        )
      case .notRegular(.directory):
        (
          "the token file \(path: file) is a directory, not a file",
          "name the file in it, usually \(path: file)/token"
        )
      case .notRegular(let kind):
        (
          "the token file \(path: file) is \(kind: kind), not a file",
          """
          name a regular file; get-token, sidecar --once and inspect also read standard input, which \
          is named -
          """
        )
      case .tooLarge:
        (
          "the token file \(path: file) is larger than 1 MiB",
          "a service account token has 1 to 2 KB: is this the right file?"
        )
      case .unstable:
        (
          "the token file \(path: file) kept changing while it was read",
          "let its writer replace it by rename, as kubelet and tokenxchange sidecar do"
        )
      case .system, .notOwned, .accessibleByOthers:
        (
          "the token file \(path: file) cannot be read by uid \(Int(user)): \(reason: error)",
          error.isPermissionDenied
            ? """
            projected token files are 0600: set fsGroup or runAsUser in the pod's securityContext
            """
            : error.pathHint
              ?? "the cause is not a missing permission: check the path and its volume"
        )
      }
    self.init(.subjectToken, message, hint: hint)
  }
}

extension InvalidSubjectToken {
  /// The hint about a JWT with two members of the same name.
  static let duplicateHint: Message = """
    readers disagree on which of the two counts: correct the program that issued the token
    """
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
