import Platform
import TokenExchange

extension Doctor {
  /// The exchange of `get-token`.
  static func exchange(_ context: inout DoctorContext) -> DoctorStep {
    guard let configuration = context.configuration, let trust = context.trust else {
      return .skipped(.exchange, .incompleteSettings)
    }
    guard let attempt = context.attempt else { return .skipped(.exchange, .noSubjectToken) }
    if let probe = context.discovery, case .failure = probe.response,
      probe.url.authority == attempt.url.authority
    {
      return .skipped(.exchange, .noConnection(attempt.url))
    }
    var step = DoctorStep(.exchange)
    step.facts += Fact.request(attempt)
    let world = context.world
    let start = world.uptime()
    do throws(CommandError) {
      context.token = try configuration.issue(
        attempt, trust, in: world, since: start, log: context.log)
      step.summary = .exchanged
    } catch {
      step.add(.error(error))
    }
    step.note("time", "\(Int((world.uptime() - start) * 1000)) ms")
    return step
  }
}
