import Encoding
import Platform
import TokenExchange

extension Doctor {
  /// The grant type of the token exchange (RFC 8693).
  static let exchangeGrant = "urn:ietf:params:oauth:grant-type:token-exchange"

  /// The discovery document: issuer, token endpoint, grant types and keys.
  static func discovery(_ context: inout DoctorContext) -> DoctorStep {
    guard let provider = context.provider, let trust = context.trust,
      let probe = context.discovery, case .success(let response) = probe.response
    else { return .skipped(.discovery, .noConnection(nil)) }
    var step = DoctorStep(.discovery)
    step.note("document", probe.url.text)
    guard let document = probe.document, let issuer = document["issuer"]?.string else {
      if let name = probe.duplicateMember {
        step.add(.duplicateMember(name, probe.url, isDex: provider.isDex))
      } else if provider.isDex {
        let other = context.otherIssuer()
        step.add(
          .discovery(.noDocument(probe.url, status: response.status, otherIssuer: other)))
      } else {
        step.add(.issuer(.noDocument(probe.url, status: response.status)))
      }
      return step
    }
    step.note("issuer", issuer)
    if provider.isDex {
      step.summary = .discovered(issuer: issuer, isExchange: context.method == .getToken)
      step.checkDex(document, provider, probe.url, isExchange: context.method == .getToken)
      step.compare(issuer: issuer, provider)
    } else {
      step.summary = .issuerPublished(issuer)
      if let expected = context.subject?.issuer, !expected.hasSameBytes(as: issuer) {
        step.add(.issuer(.mismatch(found: issuer, token: expected)))
      }
    }
    switch context.providerWorld.keyIDs(of: document, trust, timeout: context.timeout) {
    case .success(let keyIDs):
      step.note("keys", keyIDs.joined(separator: ", "))
      context.keyIDs = keyIDs
      if !provider.isDex, context.isKeyPublished(of: context.subject) == false {
        let id = context.subject?.header["kid"]?.string ?? ""
        step.add(.issuer(.unknownKey(id, known: keyIDs)))
      }
    case .failure(let failure):
      step.note("keys", "not fetched")
      if !provider.isDex { step.add(.issuer(.noKeys(failure))) }
    }
    return step
  }
}

extension DoctorStep {
  fileprivate mutating func checkDex(
    _ document: JSON, _ provider: DoctorContext.Provider, _ url: EndpointURL, isExchange: Bool
  ) {
    if let endpoint = document["token_endpoint"]?.string {
      note("token endpoint", endpoint)
      if let tokenURL = provider.tokenURL { compare(endpoint, tokenURL) }
    }
    guard isExchange, let grants = document["grant_types_supported"]?.strings,
      !grants.containsBytes(of: Doctor.exchangeGrant)
    else { return }
    add(.discovery(.exchangeNotOffered(url)))
  }

  fileprivate mutating func compare(issuer: String, _ provider: DoctorContext.Provider) {
    guard let option = provider.issuer?.text, !option.hasSameBytes(as: issuer) else { return }
    add(
      .discovery(
        option.differsOnlyByTrailingSlash(from: issuer)
          ? .issuerDiffersBySlash(found: issuer, option: option)
          : .issuerMismatch(found: issuer, option: option)))
  }

  fileprivate mutating func compare(_ endpoint: String, _ tokenURL: EndpointURL) {
    guard !endpoint.hasSameBytes(as: tokenURL.text),
      let url = try? EndpointURL(endpoint, allowsHTTP: true)
    else { return }
    if url.path == tokenURL.path {
      // Common in a cluster: Dex is reached at an internal URL, and the issuer is the public one.
      facts.append(.requestsTo(tokenURL))
    } else {
      add(.discovery(.tokenEndpointMismatch(found: endpoint, configured: tokenURL)))
    }
  }
}

extension DoctorContext {
  /// The issuer whose document is at the usual path, if there is one.
  fileprivate func otherIssuer() -> String? {
    guard let trust, let base = provider?.discoveryBase else { return nil }
    return DiscoveryProbe(
      base.appending("/dex"), trust: trust, timeout: timeout, in: providerWorld
    ).document?["issuer"]?.string
  }
}
