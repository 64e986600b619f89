import TokenExchange

extension Doctor {
  /// The exchange itself, as `get-token` does it.
  static func exchange(_ examination: inout DoctorContext) -> DoctorStep {
    let name = "exchange"
    guard let settings = examination.settings, let trust = examination.trust else {
      return .skipped(name, "the settings are not whole")
    }
    guard let attempt = examination.attempt else {
      return .skipped(name, "there is no usable subject token")
    }
    if let probe = examination.probe, case .failure = probe.answer,
      probe.url.authority == attempt.url.authority
    {
      return .skipped(name, "there is no connection to \(attempt.url.authority)")
    }
    var step = DoctorStep(name)
    let world = examination.world
    let request = attempt.request
    step.note("token endpoint", attempt.url.text)
    step.note("connector", request.connectorID)
    step.note("client", "\(request.clientID), \(request.authentication.words)")
    step.note("types", "\(request.subjectTokenType.name) for \(request.requestedTokenType.name)")
    step.note("scopes", request.allScopes.joined(separator: " "))
    let begin = world.uptime()
    do throws(Problem) {
      let token = try settings.issue(attempt, trust, in: world, since: begin, log: examination.log)
      examination.token = token
      step.summary = "Dex gave a token"
    } catch {
      step.fail(error)
    }
    step.note("time", "\(Int((world.uptime() - begin) * 1000)) ms")
    return step
  }
}

extension ClientAuthentication {
  /// How the client proves itself, in words.
  var words: String {
    switch self {
    case .none: "public, no secret sent"
    case .basic: "secret sent by Basic"
    case .post: "secret sent in the form"
    }
  }
}
