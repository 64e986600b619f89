import FoundationEssentials
import TokenExchange

extension Diagnosis {
  /// The message about a subject token that is not in a file.
  init(_ error: TokenInputError) {
    switch error {
    case .invalid(let error, let input):
      self.init(
        error.message(input.name, token: "from \(input.name)"), hint: error.hint(for: input),
        exitCode: .subjectToken)
    case .invalidName(let source):
      self.init(
        "the value of \(option: source) is not the name of a variable (not shown)",
        hint: "write --token-env=ID_TOKEN, without $: a command line is visible to every user")
    case .unsetVariable(let name, let source):
      self.init(
        "the variable \(untrusted: name) (\(option: source)) is not set",
        hint: "in GitLab, define it in the job's id_tokens; elsewhere, export it to this step",
        exitCode: .subjectToken)
    case .interactive(let source):
      self.init(
        "\(option: source) cannot read a token from a terminal",
        hint:
          "pipe the token in; in a plugin, use --token-env or a file, and interactiveMode: Never"
      )
    case .unreadableInput(let error):
      self.init(
        "the token cannot be read from standard input: \(reason: error)",
        hint: "pipe one token and nothing else: … | tokenxchange --token-file=- …",
        exitCode: .subjectToken)
    case .needsOnce(let source):
      self.init(
        "\(option: source) requires --once",
        hint: "the sidecar reads a new token for each renewal: pass the path of a file")
    case .gitHub(let error): self.init(error)
    }
  }

  private init(_ error: GitHubActionsError) {
    switch error {
    case .missingVariables(let names):
      self.init(
        "--github-actions: \(options: names) \(names.count == 1 ? "is" : "are") not set",
        hint:
          "set permissions: id-token: write for the job; pull requests from forks do not get it",
        exitCode: .subjectToken)
    case .invalidURL(let variable):
      self.init(
        "\(option: variable) is not a usable https URL",
        hint: "the runner of GitHub Actions sets it; do not change it", exitCode: .subjectToken)
    case .invalidToken(let variable):
      self.init(
        "\(option: variable) contains a character that is invalid in a token",
        hint: "the runner of GitHub Actions sets it; do not change it", exitCode: .subjectToken)
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
        "GitHub Actions at \(host: url.authority) returned a redirect (\(status))",
        hint: Self.otherServerHint, exitCode: .subjectToken)
    case .status(let status, let url) where status == 429 || status >= 500:
      self.init(
        "GitHub Actions at \(host: url.authority) returned \(status) for the ID token",
        hint: "try again; https://www.githubstatus.com shows outages", exitCode: .network)
    case .status(let status, let url):
      self.init(
        "GitHub Actions at \(host: url.authority) returned \(status) for the ID token",
        hint: """
          is the job still running? its request token is valid only until it ends, and it needs \
          permissions: id-token: write
          """, exitCode: .subjectToken)
    case .duplicateMember(let name, let url):
      self.init(
        """
        the response from GitHub Actions at \(host: url.authority) has the member \
        \(quoted: name) twice in one object
        """,
        hint: Self.otherServerHint, exitCode: .subjectToken)
    case .noToken(let url):
      self.init(
        "the response from GitHub Actions at \(host: url.authority) contains no ID token",
        hint: Self.otherServerHint, exitCode: .subjectToken)
    }
  }

  private static let otherServerHint: Message = """
    is a proxy or another server in between? ACTIONS_ID_TOKEN_REQUEST_URL must be GitHub's own
    """
}

extension InvalidSubjectToken {
  fileprivate func hint(for input: TokenInput) -> Message {
    switch self {
    case .empty: input.emptyHint
    case .invalidCharacters, .wrapped: "it must be one token and nothing else"
    case .notJWT: "is it an ID token? an access token may be opaque"
    case .duplicateMember: Self.duplicateHint
    case .expired:
      "such tokens expire after minutes: request one in the same step, or check the clock"
    case .notYetValid: "compare this machine's clock with that of the issuer"
    case .audience(let required, _): "\(input.audienceHint): \(untrusted: required)"
    }
  }
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
