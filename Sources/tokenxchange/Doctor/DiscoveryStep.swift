import TokenExchange

extension Doctor {
  /// Dex's discovery document: its issuer, its token endpoint, and the grants that it offers.
  static func discovery(_ examination: inout DoctorContext) -> DoctorStep {
    let name = "discovery"
    guard let settings = examination.settings, let probe = examination.probe,
      case .success(let answer) = probe.answer
    else { return .skipped(name, "there is no connection") }
    var step = DoctorStep(name)
    step.note("document", probe.url.text)
    guard (200...299).contains(answer.status), let document = JSON(parsing: answer.body),
      let issuer = document["issuer"]?.string
    else {
      step.fail(.noDiscovery(probe.url, answer, better: examination.betterIssuer(than: settings)))
      return step
    }
    step.summary = "Dex is the issuer \(issuer.sanitized()) and offers the exchange"
    step.note("issuer", issuer)
    if let endpoint = document["token_endpoint"]?.string {
      step.note("token endpoint", endpoint)
      step.compare(endpoint, settings)
    }
    if let grants = document["grant_types_supported"]?.strings {
      let exchange = "urn:ietf:params:oauth:grant-type:token-exchange"
      if !grants.containsBytes(of: exchange) { step.fail(.grantNotOffered(probe.url, exchange)) }
    }
    step.compare(issuer: issuer, settings)
    return step
  }
}

extension DoctorStep {
  fileprivate mutating func compare(issuer: String, _ settings: ExchangeConfiguration) {
    guard let wanted = settings.issuer?.text, !wanted.hasSameBytes(as: issuer) else { return }
    if wanted.withoutSlashes.hasSameBytes(as: issuer.withoutSlashes) {
      warn(
        "--issuer \(wanted) differs from Dex's own \(issuer.sanitized()) by a trailing slash",
        hint: "write it as Dex does: the API server compares issuers to the letter")
    } else {
      fail(.otherIssuer(wanted: wanted, found: issuer))
    }
  }

  fileprivate mutating func compare(_ endpoint: String, _ settings: ExchangeConfiguration) {
    guard !endpoint.hasSameBytes(as: settings.tokenURL.text),
      let theirs = try? EndpointURL(endpoint, allowsHTTP: true)
    else { return }
    guard theirs.path == settings.tokenURL.path else {
      warn(
        "Dex's token endpoint is \(endpoint.sanitized()) and not \(settings.tokenURL.text)",
        hint: "leave --token-url out, or give it the whole path")
      return
    }
    // Reaching Dex by an inner address is usual; its tokens name the outer one.
    note("asked at", settings.tokenURL.text + ", another address with the same path")
  }
}

extension DoctorContext {
  /// An issuer that does have a document, below the usual path, where the one given has none.
  fileprivate func betterIssuer(than settings: ExchangeConfiguration) -> String? {
    guard let trust, let base = settings.discoveryBase else { return nil }
    let guess = base.appending("/dex/.well-known/openid-configuration")
    let probe = Probe(guess, trust: trust, timeout: settings.timeout, in: world)
    guard case .success(let answer) = probe.answer, answer.status == 200 else { return nil }
    return JSON(parsing: answer.body)?["issuer"]?.string
  }
}

extension String {
  fileprivate var withoutSlashes: Substring {
    var text = self[...]
    while text.hasSuffix("/") { text.removeLast() }
    return text
  }
}

extension Problem {
  /// There is no discovery document at the issuer.
  static func noDiscovery(_ url: EndpointURL, _ answer: HTTPResponse, better: String?) -> Problem {
    let what =
      (200...299).contains(answer.status)
      ? "\(answer.status), but no discovery document" : "\(answer.status)"
    let guess = better.map { "; one is at \($0.sanitized()): is that the issuer?" } ?? ""
    return Problem(
      .answer, "\(url.text) answered \(what)\(guess)",
      hint: "--issuer takes Dex's issuer with its whole path, often /dex, as in Dex's config.yaml; "
        + "or an ingress in front of Dex does not pass this path on")
  }

  /// The document names another issuer.
  static func otherIssuer(wanted: String, found: String) -> Problem {
    Problem(
      .answer, "Dex calls itself \(found.sanitized()), but --issuer says \(wanted)",
      hint: "--issuer must equal issuer: in Dex's config.yaml, character by character; if Dex is "
        + "reached by another address than its name, keep its name and add --token-url")
  }

  /// The exchange is switched off.
  static func grantNotOffered(_ url: EndpointURL, _ grant: String) -> Problem {
    Problem(
      .refused, "Dex at \(url.authority) does not offer the token exchange",
      hint: "list \(grant) in oauth2.grantTypes of Dex's config.yaml, or leave that list out; the "
        + "exchange needs Dex 2.38 or later")
  }
}
