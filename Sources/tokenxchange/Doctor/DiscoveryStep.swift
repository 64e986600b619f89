import Encoding
import Platform
import TokenExchange

extension Doctor {
  /// The grant type of the token exchange (RFC 8693).
  static let exchangeGrant = "urn:ietf:params:oauth:grant-type:token-exchange"

  /// Dex's discovery document: its issuer, its token endpoint, and its grants.
  static func discovery(_ context: inout DoctorContext) -> DoctorStep {
    guard let configuration = context.configuration, let probe = context.discovery,
      case .success(let response) = probe.response
    else { return .skipped(.discovery, .noConnection(nil)) }
    var step = DoctorStep(.discovery)
    step.note("document", probe.url.text)
    guard (200...299).contains(response.status), let document = JSON(parsing: response.body),
      let issuer = document["issuer"]?.string
    else {
      let otherIssuer = context.otherIssuer(than: configuration)
      step.add(
        .discovery(
          .noDocument(probe.url, status: response.status, otherIssuer: otherIssuer)))
      return step
    }
    step.summary = .discovered(issuer: issuer)
    step.note("issuer", issuer)
    if let endpoint = document["token_endpoint"]?.string {
      step.note("token endpoint", endpoint)
      step.compare(endpoint, configuration)
    }
    if let grants = document["grant_types_supported"]?.strings,
      !grants.containsBytes(of: exchangeGrant)
    {
      step.add(.discovery(.exchangeNotOffered(probe.url)))
    }
    step.compare(issuer: issuer, configuration)
    return step
  }
}

extension DoctorStep {
  fileprivate mutating func compare(issuer: String, _ configuration: ExchangeConfiguration) {
    guard let option = configuration.issuer?.text, !option.hasSameBytes(as: issuer) else { return }
    let isSlash = option.differsOnlyByTrailingSlash(from: issuer)
    add(
      .discovery(
        isSlash
          ? .issuerDiffersBySlash(found: issuer, option: option)
          : .issuerMismatch(found: issuer, option: option)))
  }

  fileprivate mutating func compare(_ endpoint: String, _ configuration: ExchangeConfiguration) {
    guard !endpoint.hasSameBytes(as: configuration.tokenURL.text),
      let url = try? EndpointURL(endpoint, allowsHTTP: true)
    else { return }
    if url.path == configuration.tokenURL.path {
      // Usual in a cluster: Dex is reached at an internal address, and its tokens name the public one.
      facts.append(.requestsTo(configuration.tokenURL))
    } else {
      add(
        .discovery(
          .tokenEndpointMismatch(found: endpoint, configured: configuration.tokenURL)))
    }
  }
}

extension DoctorContext {
  /// The issuer whose document is at the usual path, if there is one.
  fileprivate func otherIssuer(than configuration: ExchangeConfiguration) -> String? {
    guard let trust, let base = configuration.discoveryBase,
      let network = try? configuration.network(in: world)
    else { return nil }
    var world = world
    world.network = network
    let probe = DiscoveryProbe(
      base.appending("/dex"), trust: trust, timeout: configuration.timeout, in: world)
    guard case .success(let response) = probe.response, response.status == 200 else { return nil }
    return JSON(parsing: response.body)?["issuer"]?.string
  }
}
