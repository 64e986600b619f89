import TokenExchange

extension Doctor {
  /// The target API server's own answer: whom it takes the token for.
  static func apiServer(_ examination: inout DoctorContext) -> DoctorStep {
    let name = "API server"
    let arguments = examination.arguments
    guard arguments.isSet(.server) else {
      return .skipped(name, "not asked: --server URL, and --server-ca FILE, let it be asked")
    }
    guard let token = examination.token else { return .skipped(name, "there is no token to show") }
    var step = DoctorStep(name)
    let world = examination.world
    do throws(Problem) {
      guard let server = try arguments[.server] else { return step }
      let trust = try arguments.serverTrust(in: world)
      step.note("server", server.text)
      let review = SelfSubjectReview(
        server: server, trust: trust, timeout: examination.settings?.timeout ?? 10)
      let answer = try review.ask(token.secret, in: world)
      step.note("answer", "\(answer.status)")
      let user = try SelfSubjectReview.user(in: answer, from: server, token)
      step.note("user", user.name)
      step.note("groups", user.groups.isEmpty ? "none" : user.groups.joined(separator: ", "))
      step.summary = "it sees the user \(user.name.sanitized())"
      let origins = token.jwt.map { UserNames($0).origins(of: user.name) } ?? []
      let needsName = origins.count > 1 && examination.isRefusedWithoutName(review)
      step.judge(user.name, origin: needsName ? "name" : origins.first)
    } catch {
      step.fail(error)
    }
    return step
  }
}

extension DoctorContext {
  /// Whether the API server refuses a token of the same bearer that has no `name`: if two claims
  /// say the same, only this tells which of them it maps.
  fileprivate func isRefusedWithoutName(_ review: SelfSubjectReview) -> Bool {
    guard var attempt, let settings, let trust else { return false }
    attempt.request.scopes.removeAll { $0 == "profile" }
    let token = try? settings.issue(
      attempt, trust, in: world, since: world.uptime(), log: log)
    guard let token, token.jwt?.claims["name"] == nil else { return false }
    return (try? review.ask(token.secret, in: world))?.status == 401
  }
}

extension DoctorStep {
  fileprivate mutating func judge(_ user: String, origin: String?) {
    let seen = user.sanitized()
    guard let origin else {
      warn(
        "it sees the user \(seen), whom no claim of the token names",
        hint: "its username expression makes the name up: RBAC must bind that very name")
      return
    }
    note("mapped from", origin)
    switch origin {
    case "sub":
      warn(
        "it maps sub, and so sees the opaque user \(seen)",
        hint: "bind that very name in RBAC (generate rbac computes it), or let an "
          + "AuthenticationConfiguration map federated_claims.user_id; the service account's name "
          + "matches nobody")
    case "name", "email":
      warn(
        "it maps \(origin), and so sees the user \(seen), whom others may become too",
        hint: "map federated_claims.user_id and check federated_claims.connector_id: "
          + "\(origin) is not unique across connectors")
    default: return
    }
  }
}

extension ParsedArguments {
  /// Whose certificates the API server may show.
  fileprivate func serverTrust(in world: World) throws(Problem) -> HTTPOptions.Trust {
    try self[.serverCA].map { TrustSource.file($0, source: source(of: .serverCA)) }?.trust(
      in: world)
      ?? .system
  }
}
