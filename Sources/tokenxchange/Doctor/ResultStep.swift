import FoundationEssentials
import TokenExchange

extension Doctor {
  /// Dex's token: its issuer, audience and life.
  static func result(_ examination: inout DoctorContext) -> DoctorStep {
    let name = "result"
    guard let token = examination.token, let attempt = examination.attempt else {
      return .skipped(name, "there is no token")
    }
    var step = DoctorStep(name)
    let now = examination.world.now()
    guard let jwt = token.jwt else {
      step.warn(
        "Dex's token is no JSON Web Token, which no API server takes",
        hint: "is a Dex before 2.38, or something else, at \(attempt.url.text)?")
      return step
    }
    let facts = TokenFacts(jwt: jwt, now: now)
    step.facts = facts.rows
    step.summary = "for \(jwt.audiences.joined(separator: ", ")), \(facts.expiry)"
    if attempt.differsOnlyBySlash(token) {
      step.warn(
        "its issuer \((jwt.issuer ?? "").sanitized()) differs from --issuer by a trailing slash",
        hint: "the API server compares issuers to the letter: write it there as it stands here")
    }
    if let start = jwt.notBefore, start > now {
      step.warn(
        World.earlyStart(of: "Dex's token", start, now: now),
        hint: "compare this machine's clock with Dex's: the API server rejects the token until then"
      )
    }
    step.judge(facts, of: examination.subject, now: now)
    step.judgeMargin(token, examination.arguments)
    return step
  }
}

extension DoctorStep {
  /// Dex gives its own life to a token, whatever is left of the subject token's.
  fileprivate mutating func judge(_ facts: TokenFacts, of subject: UnverifiedJWT?, now: Date) {
    guard let (start, end) = facts.life else { return }
    let life = end.timeIntervalSince(start)
    let other = TokenFacts.life(subject, now: now).map { $0.end.timeIntervalSince($0.start) }
    note(
      "life",
      Lifetime.words(life) + (other.map { ", the subject token's is \(Lifetime.words($0))" } ?? ""))
    // An hour is what kubelet gives; the jitter of a few seconds that it adds is no matter.
    guard life > max(other ?? 0, 3600) + 60 else { return }
    warn(
      "Dex's token lives \(Lifetime.words(life)), longer than the subject token's "
        + (other.map(Lifetime.words) ?? "own life"),
      hint: "set expiry.idTokens in Dex's config.yaml to 1h or less: deleting the pod revokes "
        + "nothing, and the default is 24h")
  }

  fileprivate mutating func judgeMargin(_ token: IssuedToken, _ arguments: ParsedArguments) {
    let margin = (try? arguments[.expiryMargin]) ?? 0
    note("expiry margin", "\(Lifetime.words(margin))")
    guard margin == 0 else { return }
    warn(
      "--expiry-margin is 0, so that client-go uses the token to its very last second",
      hint: "set --expiry-margin=60s, or now and then a request is answered 401 Unauthorized")
  }
}
