import Encoding
import Platform
import TokenExchange

extension Doctor {
  /// The user that the target API server sees.
  static func apiServer(_ context: inout DoctorContext) -> DoctorStep {
    func skipped(_ reason: DoctorSummary.SkipReason) -> DoctorStep {
      context.apiServerSkipReason = reason
      return .skipped(.apiServer, reason)
    }
    guard let target = context.target else { return skipped(.noServer) }
    guard let token = context.token else { return skipped(.noToken) }
    if let name = target.tlsServerName { return skipped(.tlsServerName(name)) }
    var step = DoctorStep(.apiServer)
    step.note("server", target.url.text)
    do throws(APIServerError) {
      _ = context.network.take()
      let result = Result { () throws(APIServerError) in
        try target.send(.subject, token.secret, in: context.world)
      }
      step.facts += context.network.take().filter { event in
        if case .route = event { true } else { false }
      }.map(\.fact)
      let response = try result.get()
      step.note("response", "\(response.status)")
      let user = try target.user(in: response, TokenObservations(context))
      context.user = user
      step.facts += Fact.user(user)
      step.summary = .apiServer(user: user.name)
      if target.trust == .insecureSkipVerify {
        step.add(.apiServer(.certificateNotVerified(target.url)))
      }
      // Without Dex, sub is the readable and unique name of the service account.
      guard context.method != .tokenFile else { return step }
      let origins = token.jwt.map { UsernameClaims($0).origins(of: user.name) } ?? []
      let isName = origins.count > 1 && context.isRejectedWithoutName(target)
      step.checkMapping(of: user.name, origin: isName ? .name : origins.first)
    } catch {
      step.add(.apiServer(.error(error)))
    }
    return step
  }
}

extension DoctorContext {
  /// Whether the API server rejects a token of the same user without the claim `name`.
  ///
  /// If two claims have the same value, only this shows which of them the API server maps.
  fileprivate func isRejectedWithoutName(_ target: APIServer) -> Bool {
    guard var request, let configuration, let trust else { return false }
    request.scopes.removeAll { $0 == "profile" }
    let token = try? configuration.issue(
      request, trust, in: world, since: world.uptime(), log: log)
    guard let token, token.jwt?.claims["name"] == nil else { return false }
    return (try? target.send(.subject, token.secret, in: world))?.status == 401
  }
}

extension DoctorStep {
  fileprivate mutating func checkMapping(of user: String, origin: UsernameClaims.Claim?) {
    if let origin { note("mapped from", origin.rawValue) }
    switch origin {
    case nil: add(.apiServer(.composedUsername(user)))
    case .federatedUserID: break
    case .subject: add(.apiServer(.mapsSubject(user: user)))
    case .some(let claim): add(.apiServer(.mapsUnsafeClaim(claim, user: user)))
    }
  }
}
