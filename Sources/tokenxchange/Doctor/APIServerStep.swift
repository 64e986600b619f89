import Encoding
import Platform
import TokenExchange

extension Doctor {
  /// The user that the target API server sees.
  static func apiServer(_ context: inout DoctorContext) -> DoctorStep {
    guard let target = context.target else { return .skipped(.apiServer, .noServer) }
    guard let token = context.token else { return .skipped(.apiServer, .noToken) }
    if let name = target.tlsServerName { return .skipped(.apiServer, .tlsServerName(name)) }
    var step = DoctorStep(.apiServer)
    step.note("server", target.url.text)
    do throws(APIServerError) {
      _ = context.network.take()
      let result = Result { () throws(APIServerError) in
        try target.send(.subject, token.secret, in: context.world)
      }
      step.facts += context.network.take().filter(\.isRoute).map(\.fact)
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

extension NetworkEvent {
  /// Whether it is about the proxy.
  fileprivate var isRoute: Bool {
    if case .route = self { true } else { false }
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
    guard let origin else {
      add(.apiServer(.composedUsername(user)))
      return
    }
    note("mapped from", origin.rawValue)
    switch origin {
    case .federatedUserID: return
    case .subject: add(.apiServer(.mapsSubject(user: user)))
    case .name, .email, .preferredUsername: add(.apiServer(.mapsUnsafeClaim(origin, user: user)))
    }
  }
}
