import FoundationEssentials
import Platform
import TokenExchange

extension Doctor {
  /// The subject token: its file and its claims.
  static func subjectToken(_ context: inout DoctorContext) -> DoctorStep {
    // Sent now, because Dex's clock is needed to check the times of the token.
    context.requestDiscoveryDocument()
    if let input = context.configuration?.tokenInput { return tokenInput(input, &context) }
    var step = DoctorStep(.subjectToken)
    let world = context.world
    let path = context.arguments.text(of: .tokenFile) ?? OptionDeclaration.defaultTokenFile
    let status = world.files.status(path)
    step.facts += Fact.file(path, status, user: world.process.userID)
    context.readSubject(path)
    let claims = context.subject.map { TokenFacts(jwt: $0, now: world.now()) }
    if let claims {
      step.facts += claims.rows
      step.summary = .subjectToken(claims.jwt, now: world.now())
      step.check(claims, context.configuration)
    } else {
      step.summary = .opaqueSubjectToken
    }
    do throws(CommandError) {
      try context.checkSubject(path)
    } catch {
      // Other errors were reported by the settings step.
      if case .subjectToken = error { step.add(context.finding(for: error)) }
    }
    for warning in context.request?.warnings(now: world.now()) ?? [] {
      step.add(.warning(warning))
    }
    step.check(status, world, claims?.validity)
    return step
  }
}

extension Doctor {
  /// The subject token that is not in a file: only its claims can be checked.
  private static func tokenInput(_ input: TokenInput, _ context: inout DoctorContext) -> DoctorStep
  {
    var step = DoctorStep(.subjectToken)
    step.note("source", input.name.text)
    do throws(CommandError) {
      let attempt = try context.configuration?.attempt(in: context.world)
      context.attempt = attempt
      context.subject = attempt?.subject
    } catch {
      if case .tokenInput = error { step.add(.error(error)) }
    }
    if let jwt = context.subject {
      let claims = TokenFacts(jwt: jwt, now: context.world.now())
      step.facts += claims.rows
      step.summary = .subjectToken(jwt, now: context.world.now())
      step.check(claims, context.configuration)
    } else {
      step.summary = .opaqueSubjectToken
    }
    for warning in context.attempt?.warnings(now: context.world.now()) ?? [] {
      step.add(.warning(warning))
    }
    return step
  }
}

extension DoctorContext {
  fileprivate mutating func requestDiscoveryDocument() {
    guard let configuration, let trust, let issuer = configuration.discoveryBase else { return }
    var world = world
    // An unusable client certificate was reported by the settings step.
    guard let network = try? configuration.network(in: world) else { return }
    world.network = network
    discovery = DiscoveryProbe(
      issuer, trust: trust, timeout: configuration.timeout, in: world)
  }

  /// Reads the claims, also of a token that is not usable.
  fileprivate mutating func readSubject(_ path: String) {
    let content = (try? world.files.read(path, 1 << 20)) ?? []
    subject = (try? Secret(tokenFile: content)).flatMap { UnverifiedJWT($0.revealed) }
  }

  /// Makes the request of `get-token`; without a configuration it checks only the token.
  fileprivate mutating func checkSubject(_ path: String) throws(CommandError) {
    if let configuration {
      request = try configuration.request(in: world)
    } else {
      _ = try world.subjectToken(content: world.readToken(path), file: path)
    }
  }

  /// The finding for an error; another one if the token is valid by Dex's clock.
  fileprivate func finding(for error: CommandError) -> DoctorFinding {
    guard let harmfulClockDifference, let subject else { return .error(error) }
    let dexTime = world.now().addingTimeInterval(-harmfulClockDifference.seconds)
    let isValid =
      (subject.expiry.map { $0 > dexTime } ?? true)
      && (subject.notBefore.map { $0.timeIntervalSince(dexTime) <= SubjectToken.dexLeeway } ?? true)
    return isValid
      ? .subjectToken(.wrongClock(harmfulClockDifference, error))
      : .error(error)
  }
}

extension ExchangeConfiguration {
  /// The URL above the discovery document: the issuer, or the parent of the token endpoint.
  var discoveryBase: EndpointURL? {
    if let issuer { return issuer }
    let suffix = "/token"
    guard tokenURL.text.hasSuffix(suffix) else { return nil }
    return try? EndpointURL(
      String(tokenURL.text.dropLast(suffix.count)), allowsHTTP: true)
  }
}
