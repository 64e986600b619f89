import FoundationEssentials
import TokenExchange

/// The lines of the log: one an event, no secrets.
extension Sidecar {
  func tell(_ text: String) {
    world.writeError("tokenxchange: " + text.sanitized(maxLength: 2000))
  }

  func tellRenewed(_ token: IssuedToken, now: Date, wait: Double) {
    let end =
      token.expiry.map {
        "good until \(Timestamp.text($0)) (\(Lifetime.words($0.timeIntervalSince(now))))"
      } ?? "its end is not known"
    let next = Timestamp.text(now.addingTimeInterval(wait))
    let tries = failures.count == 1 ? "one failed try" : "\(failures.count) failed tries"
    let span = Lifetime.words(world.uptime() - failures.start)
    tell(
      "renewed \(settings.file): \(end), next renewal at \(next) (in \(Lifetime.words(wait)))"
        + (failures.count > 0 ? ", after \(tries) in \(span)" : ""))
  }

  func tell(_ problem: Problem, _ telling: FailureLog.LogDecision, pause: Double) {
    let next = "next try in \(Lifetime.words(pause.rounded(.up)))"
    let file =
      !kept.exists
      ? "there is no token"
      : kept.pendingRemoval != nil
        ? "the old token could not be removed"
        : kept.expiry.map { "the old token stays until \(Timestamp.text($0))" }
          ?? "the old token stays"
    switch telling {
    case .nothing: log("failed again: \(problem.sentence); \(next)")
    case .first:
      tell("failed: \(problem.sentence); \(next); \(file); hint: \(problem.hint)")
    case .summary(let tries, let seconds):
      let count = tries == 1 ? "one more try" : "\(tries) more tries"
      tell(
        "still failing after \(Lifetime.words(seconds)), \(count): \(problem.sentence); \(next); "
          + file)
    }
  }

  /// Warns of what a refusal of the client most likely means in a dexsidecar's environment.
  mutating func warn(_ problem: Problem, of request: TokenExchangeRequest) {
    guard problem.oauthError?.code == "invalid_client", settings.hasBasicUser,
      case .basic(let password) = request.authentication
    else { return }
    warnOnce(DexSidecarEnvironment.refusedUser(request.clientID, password: password))
  }

  /// Warns of a token that will not do, or not well.
  mutating func warn(_ token: IssuedToken, _ attempt: ExchangeAttempt) {
    if token.expiry == nil {
      warnOnce(
        "no expiry could be found for the token: it is renewed as if good for "
          + Lifetime.words(RenewalSchedule.unknownLife))
    }
    if attempt.differsOnlyBySlash(token) {
      warnOnce(
        "the token's iss \((token.jwt?.issuer ?? "").sanitized()) differs from --issuer by a "
          + "trailing slash: the API server compares them to the letter")
    }
  }
}
