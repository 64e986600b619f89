import FoundationEssentials
import Platform
import TokenExchange

extension Doctor {
  /// The token in the file: the subject token of an exchange, or the credential itself.
  static func subjectToken(_ context: inout DoctorContext) -> DoctorStep {
    // Requested now, because Dex's clock is needed to check the times of the token.
    context.requestDiscoveryDocument()
    if let input = context.configuration?.tokenInput { return tokenInput(input, &context) }
    var step = DoctorStep(.subjectToken)
    let world = context.world
    guard let path = context.tokenPath else { return .skipped(.subjectToken, .incompleteSettings) }
    let status = world.files.status(path)
    step.facts += Fact.file(path, status, user: world.process.userID)
    context.readSubject(path)
    let claims = context.subject.map { TokenFacts(jwt: $0, now: world.now()) }
    if let claims {
      step.facts += claims.rows
      step.summary = .subjectToken(claims.jwt, now: world.now())
      // Without Dex, the token is for an API server.
      if context.method == .getToken { step.check(claims, context.configuration) }
      context.findIssuer(of: claims.jwt)
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
    if context.method == .tokenFile, let token = context.token {
      step.checkSize(of: token)
      step.checkMargin((try? context.arguments[.expiryMargin]) ?? 0)
    }
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
      context.request = try context.configuration?.request(in: context.world)
      context.subject = context.request?.subjectToken.jwt
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
    for warning in context.request?.warnings(now: context.world.now()) ?? [] {
      step.add(.warning(warning))
    }
    return step
  }
}

extension DoctorContext {
  /// The file that the plugin reads.
  fileprivate var tokenPath: String? {
    let option: OptionDeclaration = method == .tokenFile ? .printedTokenFile : .tokenFile
    return arguments.text(of: option)
      ?? (method == .tokenFile ? nil : OptionDeclaration.defaultTokenFile)
  }

  /// Reads the claims, also of a token that is not usable.
  fileprivate mutating func readSubject(_ path: String) {
    let content = (try? world.files.read(path, 1 << 20)) ?? []
    let secret = try? Secret(tokenFile: content)
    secrets += secret.map { [$0] } ?? []
    subject = secret.flatMap { UnverifiedJWT($0.revealed) }
  }

  /// Without Dex, the token's own issuer is the one to examine.
  fileprivate mutating func findIssuer(of jwt: UnverifiedJWT) {
    guard method == .tokenFile, let issuer = jwt.issuer.flatMap({ try? EndpointURL($0) }) else {
      return
    }
    provider = Provider(
      issuer: issuer, discoveryBase: issuer, authority: world.authority(ofIssuer: issuer),
      isDex: false)
    trust = try? provider?.authority.trust(in: world)
  }

  /// Makes the request of `get-token`; without a configuration it checks only the token.
  fileprivate mutating func checkSubject(_ path: String) throws(CommandError) {
    if let configuration {
      request = try configuration.request(in: world)
    } else if method == .tokenFile {
      let audience = try arguments[.subjectAudience]?.text
      let token = try world.subjectToken(
        content: world.readToken(path), file: path, type: .accessToken, requiredAudience: audience)
      self.token = Token(secret: token.secret, jwt: token.jwt)
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

extension World {
  /// The CA of the cluster that a pod runs in.
  private static let clusterCA = "/var/run/secrets/kubernetes.io/serviceaccount/ca.crt"

  /// The certificates for the issuer of service account tokens: the API server's if that is the
  /// issuer itself.
  func authority(ofIssuer issuer: EndpointURL) -> TrustSource {
    let isAPIServer = issuer.host.hasPrefix("kubernetes.default")
    return isAPIServer && files.status(Self.clusterCA) != nil
      ? .file(Self.clusterCA, source: "the cluster's CA") : .system
  }
}
