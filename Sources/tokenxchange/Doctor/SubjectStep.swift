import FoundationEssentials
import Platform
import TokenExchange

extension Doctor {
  /// The subject token: its file, and what it says of itself.
  static func subjectToken(_ examination: inout DoctorContext) -> DoctorStep {
    // Asked for now, because Dex's clock helps to judge the token's times.
    examination.askForDiscovery()
    var step = DoctorStep("subject token")
    let world = examination.world
    let arguments = examination.arguments
    let path = arguments.text(of: .tokenFile) ?? OptionDeclaration.defaultTokenFile
    let status = world.files.status(path)
    step.note(path, status, user: world.process.userID)
    let jwt = examination.readSubject(path)
    if let jwt {
      let facts = TokenFacts(jwt: jwt, now: world.now())
      step.facts += facts.rows
      step.summary =
        "\(jwt.subject ?? "no sub") of \(jwt.issuer ?? "no issuer"), \(facts.expiry)"
      step.judge(facts, examination.settings)
    } else {
      step.summary = "an opaque token, of which nothing can be known here"
    }
    do throws(Problem) {
      examination.attempt = try examination.attemptOrCheck(path)
    } catch {
      // The settings' own step has told already.
      if error.category == .subjectToken { step.fail(examination.blamingClock(error, jwt)) }
    }
    if examination.attempt != nil, let start = SubjectToken.earlyStart(of: jwt, now: world.now()) {
      step.warn(
        World.earlyStart(of: "the subject token", start, now: world.now()),
        hint: World.earlyStartHint)
    }
    step.judge(status, world, TokenFacts.life(jwt, now: world.now()))
    return step
  }
}

extension DoctorContext {
  /// Asks Dex for its discovery document, if it is known where that is.
  fileprivate mutating func askForDiscovery() {
    guard let settings, let trust, let base = settings.discoveryBase else { return }
    let url = base.appending("/.well-known/openid-configuration")
    probe = Probe(url, trust: trust, timeout: settings.timeout, in: world)
  }

  fileprivate mutating func readSubject(_ path: String) -> UnverifiedJWT? {
    let content = (try? world.files.read(path, 1 << 20)) ?? []
    subject = (try? Secret(tokenFile: content)).flatMap { UnverifiedJWT($0.revealed) }
    return subject
  }

  /// The attempt that `get-token` would make; without settings at least the token is checked.
  fileprivate func attemptOrCheck(_ path: String) throws(Problem) -> ExchangeAttempt? {
    if let settings { return try settings.attempt(in: world) }
    _ = try world.subjectToken(content: world.readToken(path), file: path)
    return nil
  }

  /// The same problem, or another one if by Dex's clock the token would be good.
  fileprivate func blamingClock(_ problem: Problem, _ jwt: UnverifiedJWT?) -> Problem {
    guard let clockTrouble, let lead = clockLead, let jwt else { return problem }
    let theirs = world.now().addingTimeInterval(-lead)
    let isGood =
      (jwt.expiry.map { $0 > theirs } ?? true)
      && (jwt.notBefore.map { $0.timeIntervalSince(theirs) <= SubjectToken.dexLeeway } ?? true)
    guard isGood else { return problem }
    return Problem(
      .subjectToken, "\(clockTrouble), by whose clock the subject token is good now",
      hint: "set this machine's clock (NTP); what its own clock says: " + problem.sentence)
  }
}

extension ExchangeConfiguration {
  /// The URL below which the discovery document is: the issuer, or the token endpoint's parent.
  var discoveryBase: EndpointURL? {
    if let issuer { return issuer }
    let ending = "/token"
    guard tokenURL.text.hasSuffix(ending) else { return nil }
    return try? EndpointURL(
      String(tokenURL.text.dropLast(ending.count)), allowsHTTP: true)
  }
}

extension TokenFacts {
  static func life(_ jwt: UnverifiedJWT?, now: Date) -> (start: Date, end: Date)? {
    jwt.flatMap { TokenFacts(jwt: $0, now: now).life }
  }
}
