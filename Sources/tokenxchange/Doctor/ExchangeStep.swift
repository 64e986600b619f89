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
      context.token = try configuration.issue(
        request, trust, in: world, since: start, log: context.log)
      step.summary = .exchanged
    } catch {
      step.add(.error(error))
    }
    step.note("time", "\(Int((world.uptime() - start) * 1000)) ms")
    return step
  }
}
