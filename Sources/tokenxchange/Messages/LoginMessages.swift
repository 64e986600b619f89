import OpenIDConnect
import TokenExchange

extension Diagnosis {
  init(_ error: LoginError) {
    switch error {
    case .noTerminal(let issuer, let remedy, let noCache):
      self.init(
        """
        a sign-in at \(authority: issuer) is required, and stderr is not a terminal\
        \(noCache.map { "; \($0.message)" } ?? "")
        """,
        hint: "\(noCache?.remedy ?? "")run this first, in a terminal: \(remedy)",
        exitCode: .loginRequired)
    case .signInElsewherePending(let issuer, let processID, let seconds):
      self.init(
        """
        the sign-in at \(authority: issuer) that process \(processID) started was not completed \
        within \(duration: seconds)
        """,
        hint: "complete that sign-in or end that process, then run this again",
        exitCode: .loginRequired)
    case .signInElsewhereFailed(let issuer, let remedy):
      self.init(
        "the sign-in at \(authority: issuer) that another process started was not completed",
        hint: "run this again in a terminal: \(remedy)", exitCode: .loginRequired)
    case .unknownClient(let request):
      self.init(
        "Dex at \(url: request.issuer) has no client \(client: request)",
        hint: "compare --client-id with staticClients in Dex's config.yaml", exitCode: .oauthError)
    case .redirectNotAllowed(let request, let uri):
      self.init(
        """
        the client \(client: request) does not allow the redirect to \
        \(untrusted: uri, maxLength: 100)
        """,
        hint: """
          in Dex's config.yaml, make it public without redirectURIs, or list a URI with a fixed port \
          and pass --listen-port; or use --flow=device
          """, exitCode: .oauthError)
    case .devicePageNotAllowed(let request, let uri):
      self.init(
        """
        the client \(client: request) does not allow the redirect to \
        \(untrusted: uri, maxLength: 100), which Dex's device code page requires
        """,
        hint: """
          use --flow=browser on a machine with a browser, or a client whose redirectURIs list \
          \(deviceCallbacks: request.issuer)
          """, exitCode: .oauthError)
    case .noFlowAllowed(let request, let uri):
      self.init(
        """
        the client \(client: request) allows no sign-in: neither the \
        redirect to this machine nor the one to \(untrusted: uri, maxLength: 100)
        """,
        hint: """
          in Dex's config.yaml, make it public without redirectURIs (browser), or list \
          \(deviceCallbacks: request.issuer) (device)
          """, exitCode: .oauthError)
    case .notLoginContext(let name):
      self.init(
        "the user of the context \(quoted: name) does not run tokenxchange login",
        hint: "tokenxchange generate kubeconfig --auth=login writes one that does")
    case .cannotListen(let port?, let code):
      self.init(
        "cannot listen on 127.0.0.1:\(port): \(errno: code)",
        hint: "end the program that uses port \(port), or pass another --listen-port",
        exitCode: .unexpected)
    case .cannotListen(nil, let code):
      self.init(
        "cannot listen on 127.0.0.1: \(errno: code)",
        hint: "use --flow=device", exitCode: .unexpected)
    }
  }
}

extension LoginError.NoCacheReason {
  fileprivate var message: Message {
    switch self {
    case .flag(let flag): "with \(option: flag), no tokens are stored"
    case .unusable(let error): "no tokens are stored: \(Message(error))"
    }
  }

  /// How to store tokens.
  fileprivate var remedy: Message {
    switch self {
    case .flag(let flag): "omit \(option: flag), and "
    case .unusable: "set --cache-dir, and "
    }
  }
}

extension Message.StringInterpolation {
  /// The client ID of a sign-in.
  mutating func appendInterpolation(client request: LoginRequest) {
    appendInterpolation(untrusted: request.clientID, maxLength: 100)
  }

  /// What to run in a terminal.
  fileprivate mutating func appendInterpolation(_ remedy: LoginError.Remedy) {
    switch remedy {
    case .kubectl:
      appendLiteral("kubectl auth whoami, or tokenxchange login --kubeconfig=FILE --context=NAME")
    case .command(let command): appendLiteral(command)
    }
  }

  /// The redirect URIs that the device flow needs, which depend on Dex's version.
  fileprivate mutating func appendInterpolation(deviceCallbacks issuer: EndpointURL) {
    appendLiteral("/device/callback")
    guard !issuer.path.isEmpty else { return }
    appendInterpolation(" and \(untrusted: issuer.path, maxLength: 100)/device/callback" as Message)
  }
}
