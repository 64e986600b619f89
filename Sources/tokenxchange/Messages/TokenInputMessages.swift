import FoundationEssentials
import TokenExchange

extension Diagnosis {
  /// The message about a subject token that is not in a file.
  init(_ error: TokenInputError) {
    switch error {
    case .invalid(let error, let input): self.init(error, input)
    case .invalidName(let source):
      self.init(
        .usage, "the value of \(option: source) is not the name of a variable (not shown)",
        hint: "write --token-env=ID_TOKEN, without $: a command line is visible to every user")
    case .unsetVariable(let name, let source):
      self.init(
        .subjectToken, "the variable \(untrusted: name) (\(option: source)) is not set",
        hint: """
          in GitLab, define it in the job's id_tokens; elsewhere, export it to this step
          """)
    case .interactive(let source):
      self.init(
        .usage, "\(option: source) cannot read a token from a terminal",
        hint: """
          pipe the token in; in a plugin, use --token-env or a file, and interactiveMode: Never
          """)
    case .unreadableInput(let error):
      self.init(
        .subjectToken, "the token cannot be read from standard input: \(reason: error)",
        hint: "pipe one token and nothing else: … | tokenxchange --token-file=- …")
    case .needsOnce(let source):
      self.init(
        .usage, "\(option: source) requires --once",
        hint: "the sidecar reads a new token for each renewal: pass the path of a file")
    case .gitHub(let error): self.init(error)
    }
  }

  private init(_ error: InvalidSubjectToken, _ input: TokenInput) {
    let (message, hint): (Message, Message) =
      switch error {
      case .empty: ("\(input.name) is empty", input.emptyHint)
      case .invalidCharacters:
        (
          "\(input.name) contains spaces or characters that are invalid in a token",
          "it must be one token and nothing else"
        )
      case .wrapped(let wrapping):
        ("\(input.name) contains \(wrapping.message)", "it must be the token and nothing else")
      case .notJWT:
        ("\(input.name) is not a JWT", "is it an ID token? an access token may be opaque")
      case .duplicateMember(let name):
        (
          """
          the JWT from \(input.name) has the member \(quoted: name) twice in its header or claims
          """,
          InvalidSubjectToken.duplicateHint
        )
      case .expired(let expiry, let now):
        (
          """
          the token from \(input.name) expired \(duration: now.timeIntervalSince(expiry)) ago, at \
          \(time: expiry) (local clock: \(time: now))
          """,
          "such tokens expire after minutes: request one in the same step, or check the clock"
        )
      case .notYetValid(let start, let now):
        (
          """
          the token from \(input.name) is not valid before \(time: start), in \
          \(duration: start.timeIntervalSince(now)) (local clock: \(time: now))
          """,
          "compare this machine's clock with that of the issuer"
        )
      case .audience(let required, let found):
        (
          """
          the token from \(input.name) lacks the audience \(untrusted: required): it has \
          \(list: found)
          """,
          "\(input.audienceHint): \(untrusted: required)"
        )
      }
    self.init(.subjectToken, message, hint: hint)
  }

  private init(_ error: GitHubActionsError) {
    switch error {
    case .missingVariables(let names):
      self.init(
        .subjectToken,
        "--github-actions: \(options: names) \(names.count == 1 ? "is" : "are") not set",
        hint: """
          set permissions: id-token: write for the job; pull requests from forks do not get it
          """)
    case .invalidURL(let variable):
      self.init(
        .subjectToken, "\(option: variable) is not a usable https URL",
        hint: "the runner of GitHub Actions sets it; do not change it")
    case .invalidToken(let variable):
      self.init(
        .subjectToken, "\(option: variable) contains a character that is invalid in a token",
        hint: "the runner of GitHub Actions sets it; do not change it")
    case .transport(let error, let url, let timeout):
      self.init(error, to: url, timeout: timeout)
      switch error {
      case .bodyTooLarge, .headersTooLarge, .notHTTP, .compressed:
        exitCode = .subjectToken
        hint = Self.otherServerHint
      default: hint = "the token is requested from GitHub Actions: can the runner reach this host?"
      }
    case .redirect(let status, let url):
      self.init(
        .subjectToken, "GitHub Actions at \(host: url.authority) returned a redirect (\(status))",
        hint: Self.otherServerHint)
    case .status(let status, let url) where status == 429 || status >= 500:
      self.init(
        .network, "GitHub Actions at \(host: url.authority) returned \(status) for the ID token",
        hint: "try again; https://www.githubstatus.com shows outages")
    case .status(let status, let url):
      self.init(
        .subjectToken,
        "GitHub Actions at \(host: url.authority) returned \(status) for the ID token",
        hint: """
          is the job still running? its request token is valid only until it ends, and it needs \
          permissions: id-token: write
          """)
    case .noToken(let url):
      self.init(
        .subjectToken,
        "the response from GitHub Actions at \(host: url.authority) contains no ID token",
        hint: Self.otherServerHint)
    }
  }

  private static let otherServerHint: Message = """
    is a proxy or another server in between? ACTIONS_ID_TOKEN_REQUEST_URL must be GitHub's own
    """
}

extension TokenInput {
  /// The input, for messages.
  var name: Message {
    switch self {
    case .standardInput: "standard input"
    case .variable(let name): "the variable \(untrusted: name)"
    case .gitHubActions: "the ID token of GitHub Actions"
    }
  }

  fileprivate var emptyHint: Message {
    switch self {
    case .standardInput:
      "pipe the token in; a client passes no standard input to a plugin: use --token-env"
    case .variable: "in GitLab, define it in the job's id_tokens; elsewhere, export it to this step"
    case .gitHubActions: "try again"
    }
  }

  fileprivate var audienceHint: Message {
    switch self {
    case .standardInput: "request the token for this audience"
    case .variable: "request the token for this audience, in GitLab with aud in id_tokens"
    case .gitHubActions: "pass this audience to --github-actions"
    }
  }
}
