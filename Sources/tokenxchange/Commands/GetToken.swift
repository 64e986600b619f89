import FoundationEssentials
import TokenExchange

extension Command {
  /// The main job: service account token in, ExecCredential out.
  static let getToken = Command(
    name: "get-token",
    summary: "exchange a service account token at Dex and print an ExecCredential (the default)",
    details: """
      Reads the subject token, exchanges it at Dex's token endpoint (RFC 8693) and prints an
      ExecCredential for kubectl, Argo CD and every other client-go program.
      """,
    example: "tokenxchange get-token --issuer=https://dex.example.com/dex "
      + "--client-id=target-cluster --connector-id=cluster-a",
    options: OptionDeclaration.exchange.inserting(
      OptionDeclaration.getToken + OptionDeclaration.cache, after: .audience)
  ) { arguments, world throws(CommandError) in
    let start = world.uptime()
    let credential = try CredentialSettings(arguments, world: world)
    let settings = try ExchangeConfiguration(arguments, world: world)
    world.warn(settings.warnings)
    let log = world.log(for: arguments)
    if arguments[.verbose] {
      world.logFile(settings.tokenFile, to: log)
      world.logTrust(settings, to: log)
    }
    let attempt = try settings.attempt(in: world)
    log("subject token \(settings.tokenFile): \(attempt.subjectSummary(now: world.now()))")
    if let start = SubjectToken.earlyStart(of: attempt.subject, now: world.now()) {
      world.warn(World.earlyStart(of: "the subject token", start, now: world.now()))
    }
    let trust = try settings.trust(in: world)
    let fetch = { () throws(CommandError) in
      let token = try settings.issue(attempt, trust, in: world, since: start, log: log)
      return CachedToken(token, for: attempt, written: world.clockReading)
    }
    let token: CachedToken
    if let cache = TokenCache(
      arguments, attempt, trust, world: world, margin: credential.margin, log: log)
    {
      token = try cache.token(
        forced: arguments[.forceRefresh], deadline: start + settings.timeout, fetch: fetch)
    } else {
      token = try fetch()
    }
    world.warn(of: token.issuer, expected: attempt.expectation)
    if token.expiry == nil {
      world.warn("no expiry could be found for the token: it is reported good for 60 s")
    }
    try world.writeOutput(credential.text(token.secret, expiry: token.expiry, now: world.now()))
    return .done
  }
}

extension World {
  /// Says that a token is not valid yet by this machine's clock.
  static func earlyStart(of token: String, _ start: Date, now: Date) -> String {
    "\(token) is not valid before \(Timestamp.text(start)), in "
      + "\(Lifetime.words(start.timeIntervalSince(now))) (our clock: \(Timestamp.text(now)))"
  }

  static let earlyStartHint =
    "Dex accepts up to 5 min; compare this machine's clock with the API server's that issued it"

  /// Warns of an issuer that differs by a trailing slash only.
  func warn(of issuer: String?, expected: ExpectedClaims) {
    guard expected.differsOnlyBySlash(from: issuer) else { return }
    warn(
      "the token's iss \((issuer ?? "").sanitized()) differs from --issuer by a trailing slash: "
        + "the API server compares them to the letter")
  }
}

extension ExchangeAttempt {
  /// The subject token in words.
  func subjectSummary(now: Date) -> String { subject?.summary(now: now) ?? "opaque" }
}

extension UnverifiedJWT {
  /// Who, from whom, for whom, until when: nothing that grants access.
  func summary(now: Date) -> String {
    let end = expiry.map {
      "exp \(Timestamp.text($0)) (\(Lifetime.relative($0, to: now)))"
    }
    let parts = [
      "iss \(issuer ?? "none")", "sub \(subject ?? "none")",
      "aud \(audiences.isEmpty ? "none" : audiences.joined(separator: ","))", end ?? "no exp",
    ]
    return parts.joined(separator: ", ").sanitized(maxLength: 600)
  }
}
