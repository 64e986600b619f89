import Encoding
import FoundationEssentials
import TokenExchange

extension LoginNotice {
  var lines: [Message] {
    switch self {
    case .openPage(let page, let issuer, let now): page.lines(issuer, now)
    case .pageNotServedByIssuer(let issuer):
      ["Warning: this page is not served over HTTPS by \(authority: issuer)."]
    case .startedByProcess(let id):
      ["Process \(id) started this sign-in; this terminal continues when it is complete."]
    case .takesOver(let id):
      ["Process \(id) ended before its sign-in was complete; this one starts another."]
    case .usesDeviceFlow(let clientID):
      [
        """
        The client \(untrusted: clientID, maxLength: 100) allows no redirect to this machine, so \
        the device flow is used.
        """
      ]
    case .browserNotStarted(let programs, true):
      [
        """
        Cannot start $BROWSER, \(list: programs): it must be the name of a program, without \
        arguments. Open the page yourself.
        """
      ]
    case .browserNotStarted(let programs, false):
      ["Cannot start a browser (\(list: programs)). Open the page yourself."]
    case .stillWaiting:
      [
        """
        Still waiting for the browser. Check its page: Dex shows some errors only there, such as an \
        unregistered redirect_uri, a login error or a rejected approval. Ctrl-C ends this sign-in.
        """
      ]
    case .signedIn(let user): [Message(user), Message(rbac: user)]
    case .tokensNotStored(let error):
      [
        """
        The tokens \(error == nil ? "could not be" : "are not") stored, so the next run requires a \
        new sign-in\(error.map { ": \(Message($0))." } ?? "; --verbose shows why.")
        """
      ]
    case .noRefreshToken:
      [
        """
        Dex returned no refresh token, so a new sign-in is required when this token expires: add \
        refresh_token to oauth2.grantTypes in Dex's config.yaml, and use a connector that supports \
        refresh.
        """
      ]
    }
  }
}

extension SignInPage {
  fileprivate func lines(_ issuer: EndpointURL, _ now: Double) -> [Message] {
    // The preceding requests took some time.
    let remaining = max(end - now, 0)
    let step = remaining > 60 ? 10.0 : 1
    let time: Message = "\(duration: (remaining / step).rounded(.up) * step)"
    guard let userCode else {
      return [
        "To sign in at \(authority: issuer), open this page in a browser on this machine",
        "    \(page: url)", "within \(time).",
      ]
    }
    return [
      "To sign in at \(authority: issuer), open", "    \(page: url)",
      "and confirm the code \(untrusted: userCode) within \(time).",
    ]
  }
}

extension Message {
  /// One line about the user who signed in.
  init(_ user: SignedInUser) {
    let name = user.name.map { "\(untrusted: $0, maxLength: 100)" as Message } ?? "an unknown user"
    let expiry: Message =
      user.expiry.map { "until \(time: $0) (in \(duration: $0.timeIntervalSince(user.now)))" }
      ?? "until an unknown time"
    let end: Message = user.isRenewed ? ", then renewed automatically." : "."
    self = "Signed in as \(name), \(expiry)\(end)"
  }

  /// The names to use in RBAC.
  init(rbac user: SignedInUser) {
    let groups: Message =
      user.groups.isEmpty
      ? "no groups"
      : """
      \(user.groups.count + user.moreGroups == 1 ? "group" : "groups") \
      \(untrusted: user.groups, maxLength: 60)\
      \(user.moreGroups > 0 ? " and \(user.moreGroups) more" : "")
      """
    let names: Message =
      user.username.map { "user \(untrusted: $0, maxLength: 200), \(groups)" }
      ?? "\(groups); no user, because the token lacks federated_claims (scope federated:id)"
    self = "In RBAC, as generate api-server maps it: \(names)."
  }

  /// What a refresh changed.
  init(_ change: RefreshChange) {
    self =
      switch change {
      case .lostGroups(let groups):
        """
        the refresh removed \(groups.count == 1 ? "the group" : "the groups") \
        \(untrusted: groups.prefix(20), maxLength: 60) from your token; login --force reads them again
        """
      case .email(let from, let to):
        """
        the refresh changed the email address in your token from \
        \(untrusted: from, maxLength: 100) to \(to.map { "\(untrusted: $0, maxLength: 100)" } ?? "none")
        """
      }
  }
}

extension Message.StringInterpolation {
  /// The URL of a page, which must work: only control characters are left out.
  fileprivate mutating func appendInterpolation(page url: String) {
    appendLiteral(String(decoding: url.utf8.filter { (0x21...0x7E).contains($0) }, as: UTF8.self))
  }

  /// Texts of a server, in a list.
  fileprivate mutating func appendInterpolation(
    untrusted texts: some Sequence<String>, maxLength: Int
  ) {
    appendLiteral(texts.map { $0.sanitized(maxLength: maxLength) }.joined(separator: ", "))
  }
}

extension World {
  func show(_ notice: LoginNotice) {
    for line in notice.lines { writeError(line.text) }
  }
}
