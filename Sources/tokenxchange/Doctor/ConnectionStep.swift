import Platform
import TokenExchange

extension Doctor {
  /// Everything below HTTP (proxy, name, port, TLS), and the clocks.
  static func connection(_ context: inout DoctorContext) -> DoctorStep {
    context.requestDiscoveryDocument()
    guard let provider = context.provider, let trust = context.trust else {
      return .skipped(
        .connection, context.method == .tokenFile ? .noIssuer : .incompleteSettings)
    }
    guard let probe = context.discovery else { return .skipped(.connection, .noDiscoveryURL) }
    let url = probe.url
    var step = DoctorStep(.connection)
    step.note("address", url.authority + (url.scheme == "http" ? ", plain http" : ""))
    step.facts += context.network.take().map(\.fact)
    if url.scheme == "https" {
      step.note("trust", trust.description(provider.authority, in: context.world))
    }
    if let validity = context.clientCertificateValidity {
      step.facts.append(.clientCertificate(validity, now: context.world.now()))
    }
    switch probe.response {
    case .failure(let error):
      // Only the API server must reach the issuer of service accounts, not this machine.
      step.add(
        provider.isDex
          ? .error(.transport(error, url, timeout: context.timeout))
          : .issuer(.unreachable(error, url, timeout: context.timeout)))
    case .success(let response):
      step.note("response", "\(response.status) after \(probe.milliseconds) ms")
      step.summary = .connected(
        url, isCertificateVerified: url.scheme == "https" && trust != .insecureSkipVerify)
      if response.isAskingForTLS { step.add(.httpToTLSPort(url, status: response.status)) }
      if let difference = probe.clockDifference {
        step.facts.append(.clock(difference, isDex: provider.isDex))
      }
      if let difference = context.harmfulClockDifference {
        step.add(.clockDifference(difference, isDex: provider.isDex))
      }
    }
    return step
  }
}

extension DoctorContext {
  /// Requests the discovery document, once.
  mutating func requestDiscoveryDocument() {
    guard discovery == nil, let trust, let issuer = provider?.discoveryBase else { return }
    discovery = DiscoveryProbe(issuer, trust: trust, timeout: timeout, in: providerWorld)
  }
}
