import TokenExchange

extension Doctor {
  /// The target API server's own answer: whom it takes the token for.
  static func apiServer(_ examination: inout Examination) -> DoctorStep {
    let name = "API server"
    let invocation = examination.invocation
    guard invocation.text(.server) != nil else {
      return .skipped(name, "not asked: --server URL, and --server-ca FILE, let it be asked")
    }
    guard let token = examination.token else { return .skipped(name, "there is no token to show") }
    var step = DoctorStep(name)
    let world = examination.world
    do throws(Problem) {
      let allowsHTTP = invocation.isOn(.insecureAllowHTTP)
      guard let server = try invocation.url(.server, allowsHTTP: allowsHTTP) else { return step }
      let trust = try invocation.serverTrust(in: world)
      step.note("server", server.text)
      let timeout = examination.settings?.timeout ?? 10
      let answer = try SelfSubjectReview(server: server, trust: trust, timeout: timeout)
        .ask(token.secret, in: world)
      step.note("answer", "\(answer.status)")
      let user = try SelfSubjectReview.user(in: answer, from: server, token)
      step.note("user", user.name)
      step.note("groups", user.groups.isEmpty ? "none" : user.groups.joined(separator: ", "))
      step.summary = "it sees the user \(CleanText.line(user.name))"
      step.judge(user, token)
    } catch {
      step.fail(error)
    }
    return step
  }
}

extension DoctorStep {
  fileprivate mutating func judge(_ user: SelfSubjectReview.User, _ token: IssuedToken) {
    guard let jwt = token.jwt else { return }
    let seen = CleanText.line(user.name)
    guard let origin = UserNames(jwt).origin(of: user.name) else {
      warn(
        "it sees the user \(seen), whom no claim of the token names",
        hint: "its username expression makes the name up: RBAC must bind that very name")
      return
    }
    note("mapped from", origin.claim)
    switch origin.claim {
    case "sub":
      warn(
        "it maps sub, and so sees the opaque user \(seen)",
        hint: "bind that very name in RBAC (generate rbac computes it), or let an "
          + "AuthenticationConfiguration map federated_claims.user_id; the service account's name "
          + "matches nobody")
    case "name", "email":
      warn(
        "it maps \(origin.claim), and so sees the user \(seen), whom others may become too",
        hint: "map federated_claims.user_id and check federated_claims.connector_id: "
          + "\(origin.claim) is not unique across connectors")
    default: return
    }
  }
}

extension Invocation {
  /// Whose certificates the API server may show.
  fileprivate func serverTrust(in world: World) throws(Problem) -> HTTPOptions.Trust {
    try text(.serverCA).map { Authority.file($0, source: source(.serverCA)) }?.trust(in: world)
      ?? .system
  }
}
