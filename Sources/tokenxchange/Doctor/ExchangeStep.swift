import Encoding
import Platform
import TokenExchange

extension Doctor {
  /// The exchange of `get-token`.
  static func exchange(_ context: inout DoctorContext) -> DoctorStep {
    guard let configuration = context.configuration, let trust = context.trust else {
      return .skipped(.exchange, .incompleteSettings)
    }
    guard let request = context.request else { return .skipped(.exchange, .noSubjectToken) }
    if let probe = context.discovery, case .failure = probe.response,
      probe.url.authority == request.tokenURL.authority
    {
      return .skipped(.exchange, .noConnection(request.tokenURL))
    }
    var step = DoctorStep(.exchange)
    step.facts += Fact.request(request)
    let world = context.world
    let start = world.uptime()
    do throws(CommandError) {
      let token = try configuration.issue(
        request, trust, in: world, since: start, log: context.log)
      context.token = DoctorContext.Token(secret: token.secret, jwt: token.jwt)
      step.summary = .exchanged
    } catch {
      step.add(context.finding(for: error))
    }
    step.note("time", "\(Int((world.uptime() - start) * 1000)) ms")
    return step
  }
}

extension DoctorContext {
  /// The finding for a failed exchange; Dex says little about `access_denied`, so what can be
  /// observed from here is added.
  fileprivate func finding(for error: CommandError) -> DoctorFinding {
    guard case .exchange(.oauth(let oauthError, _), let exchange) = error,
      oauthError.code == "access_denied"
    else { return .error(error) }
    let isClockKnown = discovery?.clockDifference != nil
    return .accessDenied(
      error, exchange,
      SubjectObservations(
        clocksAgree: isClockKnown ? harmfulClockDifference == nil : nil,
        isKeyPublished: isSubjectKeyPublished))
  }

  /// Whether the issuer of the subject token publishes its key; nil if that cannot be fetched here.
  private var isSubjectKeyPublished: Bool? {
    guard let subject, let id = subject.header["kid"]?.string,
      let issuer = subject.issuer.flatMap({ try? EndpointURL($0) }),
      let trust = try? world.authority(ofIssuer: issuer).trust(in: world)
    else { return nil }
    let probe = DiscoveryProbe(issuer, trust: trust, timeout: min(timeout, 5), in: world)
    guard let document = probe.document,
      case .success(let keyIDs) = world.keyIDs(of: document, trust, timeout: min(timeout, 5))
    else { return nil }
    return keyIDs.containsBytes(of: id)
  }
}
