import FoundationEssentials
import Manifests
import TokenExchange

extension LoginSession.Outcome {
  /// Who signed in, with which groups, until when: one line for whoever ran this by hand.
  func greeting(in world: World) -> String {
    let jwt = UnverifiedJWT(login.token.secret.revealed)
    func text(_ name: String) -> String? {
      jwt?.claims[name]?.string.flatMap { $0.isEmpty ? nil : $0.sanitized(maxLength: 100) }
    }
    let who = text("email") ?? text("preferred_username") ?? text("name") ?? text("sub")
    let groups = (jwt?.claims["groups"]?.strings ?? []).map { $0.sanitized(maxLength: 60) }
    let end = login.token.expiry.map {
      "until \(Timestamp.text($0)) (\(Lifetime.relative($0, to: world.now())))"
    }
    let parts = [
      "Signed in as \(who ?? "somebody unknown")",
      Self.words(groups),
      end ?? "until an unknown time",
    ]
    let isRenewed = isKept && login.refreshToken != nil
    return parts.joined(separator: ", ") + (isRenewed ? ", then renewed by itself." : ".")
  }

  /// Groups in words; a line that fills the screen would be read by nobody.
  static func words(_ groups: [String], most: Int = 20) -> String {
    guard !groups.isEmpty else { return "in no groups" }
    let more = groups.count > most ? " and \(groups.count - most) more" : ""
    return "in the groups \(groups.prefix(most).joined(separator: ", "))" + more
  }

  /// What keeps the next sign-in from being spared, if it is not the person's own wish.
  func advice(_ settings: LoginConfiguration) -> String? {
    if !isKept {
      return settings.forgetful == nil
        ? "This could not be kept, so the next run asks again; --verbose says why." : nil
    }
    guard login.refreshToken == nil, settings.scopes.contains(LoginConfiguration.refreshScope)
    else {
      return nil
    }
    return "Dex gave no refresh token, so the end of this one brings the next sign-in: list "
      + "refresh_token in its oauth2.grantTypes and use a connector that can refresh."
  }
}

extension ParsedArguments {
  /// What to type in a terminal to get what this run could not; secrets are left out.
  ///
  /// A shell must make exactly these words of it again: other words would be kept under another key.
  func commandByHand(program: String) -> String {
    var words = [ShellWord(program).quoted, command.name]
    let leftOut: [OptionDeclaration] = [
      .output, .apiVersion, .expiryMargin, .verbose, .force, .timeout, .noCache,
      .insecureSkipTLSVerify, .insecureAllowHTTP,
    ]
    for option in command.options.without(leftOut) {
      guard let set = resolved(option), option.kind != .flag || set.values.last == "true" else {
        continue
      }
      if option.isSame(as: .clientSecret), set.values.last?.isEmpty == false {
        words.insert("\(option.variable ?? "")=…", at: 0)
      } else {
        let value = set.values.joined(separator: ",")
        words.append(option.flag + (option.kind == .flag ? "" : "=" + ShellWord(value).quoted))
      }
    }
    return words.joined(separator: " ")
  }
}
