import Encoding
import Platform
import TokenExchange

extension Doctor {
  /// The user that the target API server sees.
  static func apiServer(_ context: inout DoctorContext) -> DoctorStep {
    let arguments = context.arguments
    guard arguments.isSet(.server) else { return .skipped(.apiServer, .noServer) }
    guard let token = context.token else { return .skipped(.apiServer, .noToken) }
    var step = DoctorStep(.apiServer)
    let review: SelfSubjectReview
    do throws(CommandError) {
      guard let server = try arguments[.server] else { return step }
      review = SelfSubjectReview(
        server: server, trust: try arguments.trust(by: .serverCA, in: context.world),
        timeout: context.configuration?.timeout ?? 10)
    } catch {
      step.add(.error(error))
      return step
    }
    step.note("server", review.server.text)
    do throws(APIServerError) {
      let response = try review.send(token.secret, in: context.world)
      step.note("response", "\(response.status)")
      let user = try review.user(in: response, token)
      step.facts += Fact.user(user)
      step.summary = .apiServer(user: user.name)
      let origins = token.jwt.map { UsernameClaims($0).origins(of: user.name) } ?? []
      let isName = origins.count > 1 && context.isRejectedWithoutName(review)
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
  fileprivate func isRejectedWithoutName(_ review: SelfSubjectReview) -> Bool {
    guard var request, let configuration, let trust else { return false }
    request.scopes.removeAll { $0 == "profile" }
    let token = try? configuration.issue(
      request, trust, in: world, since: world.uptime(), log: log)
    guard let token, token.jwt?.claims["name"] == nil else { return false }
    return (try? review.send(token.secret, in: world))?.status == 401
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
