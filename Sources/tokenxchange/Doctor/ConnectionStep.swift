import Platform
import TokenExchange

extension Doctor {
  /// Everything below HTTP: proxy, name, port, TLS; and the clocks.
  static func connection(_ context: inout DoctorContext) -> DoctorStep {
    guard let configuration = context.configuration, let trust = context.trust else {
      return .skipped(.connection, .incompleteSettings)
    }
    guard let probe = context.discovery else { return .skipped(.connection, .noDiscoveryURL) }
    let url = probe.url
    var step = DoctorStep(.connection)
    step.note("address", url.authority + (url.scheme == "http" ? ", plain http" : ""))
    step.facts += context.network.take().map(\.fact)
    if url.scheme == "https" {
      step.note("trust", trust.description(configuration.authority, in: context.world))
    }
    if let validity = context.clientCertificateValidity {
      step.facts.append(.clientCertificate(validity, now: context.world.now()))
    }
    switch probe.response {
    case .failure(let error):
      step.add(.error(.transport(error, url, timeout: configuration.timeout)))
    case .success(let response):
      step.note("response", "\(response.status) after \(probe.milliseconds) ms")
      step.summary = .connected(
        url, isCertificateVerified: url.scheme == "https" && trust != .insecureSkipVerify)
      if response.isAskingForTLS { step.add(.httpToTLSPort(url, status: response.status)) }
      if let difference = probe.clockDifference { step.facts.append(.clock(difference)) }
      if let difference = context.harmfulClockDifference { step.add(.clockDifference(difference)) }
    }
    return step
  }
}
