import FoundationEssentials
import TokenExchange

extension Diagnosis {
  /// The message of a failed sign-in.
  init(_ error: LoginError) {
    switch error {
    case .noTerminal(let issuer, let command, let flag):
      let advice: Message =
        flag.map { "\(option: $0) stores nothing, so that every run needs a terminal: omit it; " }
        ?? ""
      self.init(
        "a sign-in at \(host: issuer.authority) is required, and stderr is not a terminal",
        hint: "\(advice)run this first, in a terminal: \(example: command)", exitCode: .signIn)
    case .signInElsewherePending(let issuer, let processID, let seconds):
      self.init(
        """
        the sign-in at \(host: issuer.authority) that process \(untrusted: processID) started was \
        not completed within \(duration: seconds)
        """,
        hint: "complete that sign-in or end that process, then run this again", exitCode: .signIn)
    case .signInElsewhereFailed(let issuer, let command):
      self.init(
        "the sign-in at \(host: issuer.authority) that another process started was not completed",
        hint: "run this again, or sign in by hand: \(example: command)", exitCode: .signIn)
    }
  }
}

extension LoginNotice {
  /// What the user reads, line by line.
  var lines: [Message] {
    switch self {
    case .openPage(let device, let issuer):
      [
        "To sign in at \(host: issuer.authority), open",
        "    \(untrusted: device.verificationURIComplete ?? device.verificationURI, maxLength: 1000)",
        """
        and confirm the code \(untrusted: device.userCode) within \(duration: device.expiresIn).
        """,
      ]
    case .pageNotServedByIssuer(let issuer):
      ["Warning: this page is not served over HTTPS by \(host: issuer.authority)."]
    case .waitingForProcess(let processID, let issuer):
      [
        """
        Waiting for the sign-in at \(host: issuer.authority) that process \(untrusted: processID) \
        started.
        """
      ]
    case .signedIn(let user): [Message(user)]
    case .tokensNotStored:
      [
        """
        The tokens could not be stored, so the next run requires a new sign-in; --verbose shows why.
        """
      ]
    case .noRefreshToken:
      [
        """
        Dex returned no refresh token, so a new sign-in is required when this token expires: list \
        refresh_token in oauth2.grantTypes of Dex's config.yaml, and use a connector that supports \
        refresh.
        """
      ]
    }
  }
}

extension Message {
  /// One line about the user who signed in.
  init(_ user: SignedInUser) {
    let name = user.name.map { "\(untrusted: $0, maxLength: 100)" as Message } ?? "an unknown user"
    let expiry: Message =
      user.expiry.map { "until \(date: $0) (\(date: $0, relativeTo: user.now))" }
      ?? "until an unknown time"
    let end: Message = user.isRenewed ? ", then renewed automatically." : "."
    let groups = Message(groups: user.groups, more: user.moreGroups)
    self = "Signed in as \(name), \(groups), \(expiry)\(end)"
  }

  /// The first groups, and the number of the others.
  init(groups: [String], more: Int) {
    guard !groups.isEmpty else {
      self = "in no groups"
      return
    }
    let others: Message = more > 0 ? " and \(more) more" : ""
    self = "in the groups \(untrusted: groups, maxLength: 60)\(others)"
  }
}

extension Message.StringInterpolation {
  fileprivate mutating func appendInterpolation(date: Date) {
    appendLiteral(Timestamp.text(date))
  }

  fileprivate mutating func appendInterpolation(date: Date, relativeTo now: Date) {
    appendLiteral(Lifetime.relative(date, to: now))
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
