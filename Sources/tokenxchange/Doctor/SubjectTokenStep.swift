import Encoding
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
    step.describe(context)
    if let jwt = context.subject { context.findIssuer(of: jwt) }
    do throws(CommandError) {
      try context.checkSubject(path)
    } catch {
      // Other errors were reported by the settings step.
      if case .subjectToken = error { step.add(context.finding(for: error)) }
    }
    step.addWarnings(context)
    if let status { step.check(status, context) }
    if context.method == .tokenFile, let token = context.token {
      step.checkSize(of: token)
      step.checkMargin(context)
    }
    return step
  }

  /// A subject token that is not in a file: only its claims can be checked.
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
    step.describe(context)
    step.addWarnings(context)
    return step
  }
}

extension DoctorStep {
  /// Shows and checks the claims of the subject token.
  fileprivate mutating func describe(_ context: DoctorContext) {
    guard let jwt = context.subject else {
      summary = .opaqueSubjectToken
      return
    }
    let now = context.world.now()
    facts += TokenFacts(jwt: jwt, now: now).rows
    summary = .subjectToken(jwt, now: now)
    // Without Dex, the token is for an API server.
    guard context.method == .getToken else { return }
    let configuration = context.configuration
    if let issuer = jwt.issuer, issuer.hasSameBytes(as: configuration?.issuer?.text ?? "") {
      add(.subjectToken(.issuedByDex))
    }
    if let audience = jwt.audiences.first(where: { isAPIServer($0, issuer: jwt.issuer) }) {
      add(.subjectToken(.apiServerAudience(audience)))
    }
    if configuration?.subjectTokenType == .accessToken { add(.subjectToken(.sentAsAccessToken)) }
  }

  fileprivate mutating func addWarnings(_ context: DoctorContext) {
    for warning in context.request?.warnings(now: context.world.now()) ?? [] {
      add(.warning(warning))
    }
  }

  /// Checks the token file for the properties that kubelet gives it.
  fileprivate mutating func check(_ status: PathStatus, _ context: DoctorContext) {
    let now = context.world.now()
    facts.append(.modified(status.modified, now: now))
    if status.mode & 0o002 != 0 { add(.subjectToken(.worldWritable)) }
    if context.world.isMountPoint(status.realPath) { add(.subjectToken(.subPathMount)) }
    guard let validity = context.subject.flatMap({ TokenFacts(jwt: $0, now: now).validity }) else {
      return
    }
    let age = now.timeIntervalSince(validity.start)
    // Kubelet checks about once a minute, and adds up to ten seconds of jitter.
    if age > validity.duration * 0.8 + 150, age < validity.duration {
      add(.subjectToken(.notRenewed(percent: Int(age / validity.duration * 100))))
    }
  }
}

/// Whether API servers accept an audience: the issuer itself, or one of the usual names.
private func isAPIServer(_ audience: String, issuer: String?) -> Bool {
  issuer.hasSameBytes(as: audience) || audience == "k3s" || audience == "api"
    || audience.hasPrefix("https://kubernetes.default")
    || audience.hasPrefix("kubernetes.default.svc")
}

extension World {
  fileprivate func isMountPoint(_ path: String) -> Bool {
    guard let table = try? files.read("/proc/self/mountinfo", 1 << 22) else { return false }
    return String(decoding: table, as: UTF8.self).split(separator: "\n").contains { line in
      let fields = line.split(separator: " ")
      return fields.count > 4 && fields[4] == path
    }
  }
}

extension DoctorContext {
  /// The file that the plugin reads.
  fileprivate var tokenPath: String? {
    let option: OptionDeclaration = method == .tokenFile ? .printedTokenFile : .tokenFile
    return arguments.text(of: option)
      ?? (method == .tokenFile ? nil : OptionDeclaration.defaultTokenFile)
  }

  /// Reads the claims, even those of an unusable token.
  fileprivate mutating func readSubject(_ path: String) {
    let content = (try? world.files.read(path, 1 << 20)) ?? []
    let secret = try? Secret(tokenFile: content)
    secrets += secret.map { [$0] } ?? []
    subject = secret.flatMap { UnverifiedJWT($0.revealed) }
  }

  /// Without Dex, the token's own issuer is examined.
  fileprivate mutating func findIssuer(of jwt: UnverifiedJWT) {
    guard method == .tokenFile, let issuer = jwt.issuer.flatMap({ try? EndpointURL($0) }) else {
      return
    }
    provider = Provider(
      issuer: issuer, discoveryBase: issuer, authority: world.authority(ofIssuer: issuer),
      isDex: false)
    trust = try? provider?.authority.trust(in: world)
  }

  /// Makes the request of `get-token`, or checks the token if there is no configuration.
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

  /// The finding for an error; a wrong clock if the token is valid by Dex's clock.
  fileprivate func finding(for error: CommandError) -> DoctorFinding {
    guard let harmfulClockDifference, let subject else { return .error(error) }
    let dexTime = world.now().addingTimeInterval(-harmfulClockDifference.seconds)
    let isValid =
      (subject.expiry.map { $0 > dexTime } ?? true)
      && (subject.notBefore.map { $0.timeIntervalSince(dexTime) <= SubjectToken.dexLeeway } ?? true)
    return isValid ? .subjectToken(.wrongClock(harmfulClockDifference, error)) : .error(error)
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
