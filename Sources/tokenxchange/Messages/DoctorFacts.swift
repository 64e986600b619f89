import Encoding
import FoundationEssentials
import OpenIDConnect
import Platform
import TokenExchange

/// The facts of the doctor.
extension Fact {
  static func file(_ path: String, _ status: PathStatus?, user: UInt32) -> [Fact] {
    var facts = [Fact("file", path)]
    guard let status else { return facts }
    if let target = status.target { facts.append(Fact("link to", target)) }
    if status.realPath != path { facts.append(Fact("real path", status.realPath)) }
    facts.append(
      Fact("mode", "\(status.modeText), owner \(status.owner):\(status.group), own uid \(user)"))
    facts.append(Fact("size", "\(status.size) bytes"))
    return facts
  }

  static func modified(_ date: Date, now: Date) -> Fact {
    Fact("written", DurationText.date(date, relativeTo: now))
  }

  static func clientCertificate(_ validity: (start: Date, end: Date), now: Date) -> Fact {
    let isEarly = validity.start > now
    let date = isEarly ? validity.start : validity.end
    let what = isEarly ? "NOT VALID before" : date > now ? "expires" : "EXPIRED"
    return Fact("client certificate", "\(what) \(DurationText.date(date, relativeTo: now))")
  }

  /// The local clock, compared with that of Dex or of another issuer.
  static func clock(_ difference: ClockDifference, isDex: Bool) -> Fact {
    let other: Message = isDex ? "Dex's" : "the issuer's"
    return Fact(
      "clock",
      (abs(difference.seconds) < 2 ? "same as \(other)" : "\(difference) \(other)" as Message).text)
  }

  static func groups(_ jwt: UnverifiedJWT) -> Fact {
    let groups = jwt.claims["groups"]?.strings ?? []
    return Fact(
      "groups",
      groups.isEmpty ? "none in the token" : "\(groups.count): \(groups.joined(separator: ", "))")
  }

  static func client(_ client: ClientConfiguration, _ own: ParsedArguments) -> [Fact] {
    var facts = [Fact("name", client.name), Fact("server", client.server)]
    let authority =
      switch client.authority {
      case .system: "the system's"
      case .file(let path, _): path
      case .data: "embedded"
      case .insecureSkipVerify: "any certificate: insecure"
      }
    facts.append(Fact("CA", own.isSet(.serverCA) ? "replaced by --server-ca" : authority))
    if let name = client.tlsServerName { facts.append(Fact("server name", name)) }
    if let url = client.proxyURL { facts.append(Fact("proxy", url.withoutPassword)) }
    if !client.namespaces.isEmpty {
      facts.append(Fact("namespaces", client.namespaces.joined(separator: ", ")))
    }
    return facts
  }

  static func signIn(_ login: CachedLogin, _ jwt: UnverifiedJWT?, now: Date) -> [Fact] {
    var facts: [Fact] = []
    if let jwt {
      facts = ["email", "name", "preferred_username"].compactMap { claim in
        jwt.claims[claim]?.string.map { Fact(claim, $0) }
      }
      facts.append(.groups(jwt))
    }
    facts.append(modified(login.token.written.date, now: now))
    return facts
  }

  /// Whether Dex allows each flow; empty if that was not checked.
  static func flows(_ flows: AllowedFlows?, _ request: LoginRequest) -> [Fact] {
    guard let flows else { return [] }
    func text(_ check: RedirectCheck, _ error: CommandError?) -> String {
      if let error { return Diagnosis(error).message.text }
      return check == .accepted ? "allowed" : "unknown"
    }
    return [
      Fact("browser flow", text(flows.browser, flows.browserError(request))),
      Fact("device flow", text(flows.device, flows.deviceError(request))),
    ]
  }

  static func cachedToken(_ token: CachedToken, now: Date) -> Fact {
    Fact("cached token", "written \(DurationText.relative(token.written.date, to: now))")
  }

  static func rules(_ rules: [AccessRule], namespace: String) -> Fact {
    let texts = rules.prefix(20).map { rule in
      let groups = rule.groups.filter { !$0.isEmpty }
      let resources = rule.resources.joined(separator: ",")
      return "\(rule.verbs.joined(separator: ",")) \(resources)"
        + (groups.isEmpty ? "" : " (\(groups.joined(separator: ",")))")
    }
    let more = rules.count > texts.count ? "; and \(rules.count - texts.count) more" : ""
    return Fact(
      "rights in \(namespace)",
      rules.isEmpty ? "none except those of every user" : texts.joined(separator: "; ") + more)
  }

  static func permission(_ question: AccessQuestion, namespace: String?, isAllowed: Bool) -> Fact {
    Fact("can \(question.text)\(namespace.map { " in \($0)" } ?? "")", isAllowed ? "yes" : "no")
  }

  /// The token endpoint in use, if it differs from that of the discovery document.
  static func requestsTo(_ url: EndpointURL) -> Fact {
    Fact("requests to", url.text + ", another host with the same path")
  }

  static func request(_ request: TokenExchangeRequest) -> [Fact] {
    let authentication =
      switch request.authentication {
      case .none: "public, no secret sent"
      case .basic: "secret sent by HTTP Basic"
      case .post: "secret sent in the form"
      }
    return [
      Fact("token endpoint", request.tokenURL.text),
      Fact("connector", request.connectorID),
      Fact("client", "\(request.clientID), \(authentication)"),
      Fact("types", "\(request.subjectTokenType.name) for \(request.requestedTokenType.name)"),
      Fact("scopes", request.allScopes.joined(separator: " ")),
    ]
  }

  /// The lifetimes of both tokens, in seconds.
  static func lifetime(_ seconds: Double, subjectToken: Double?) -> Fact {
    let other = subjectToken.map { ", subject token \(DurationText.text($0))" } ?? ""
    return Fact("lifetime", DurationText.text(seconds) + other)
  }

  /// A claim that an API server may map to the user name, and whether it is safe to bind.
  static func usernameClaim(_ claim: UsernameClaims.Claim, _ claims: UsernameClaims) -> Fact {
    let value = claims.value(of: claim)
    let note: String? =
      switch (claim, value == nil) {
      case (.federatedUserID, false):
        "safe with a rule on connector_id; needs an AuthenticationConfiguration"
      case (.federatedUserID, true): "request the scope federated:id"
      case (.subject, false): "safe, but opaque: bind exactly this text"
      case (.subject, true), (.preferredUsername, _): nil
      case (.name, false): "UNSAFE: not unique across connectors"
      case (.name, true): "request the scope profile"
      case (.email, false) where claims.isEmailUnverified:
        "rejected by the API server: email_verified is false"
      case (.email, false): "UNSAFE unless every connector verifies it"
      case (.email, true): "service accounts have none"
      }
    return Fact(claim.rawValue, (value ?? "absent") + (note.map { ": " + $0 } ?? ""))
  }

  static func user(_ user: APIServer.User) -> [Fact] {
    [
      Fact("user", user.name),
      Fact("groups", user.groups.isEmpty ? "none" : user.groups.joined(separator: ", ")),
    ]
  }
}

extension HTTPOptions.Trust {
  /// Which certificates are trusted, and where they come from.
  func description(_ source: TrustSource, in world: World) -> String {
    switch self {
    case .insecureSkipVerify: return "any certificate: --insecure-skip-tls-verify"
    case .certificates(let pem):
      let count = String(decoding: pem, as: UTF8.self).split(separator: "-----BEGIN ").count
      let certificates = count == 1 ? "one certificate" : "\(count) certificates"
      guard case .file(let path, let option) = source else {
        return "only the \(certificates) given"
      }
      return "only the \(certificates) of \(option) \(path)"
    case .system: return world.systemTrustDescription
    }
  }
}

extension World {
  fileprivate var systemTrustDescription: String {
    let store = network.systemTrust(variables)
    guard let store else { return "the system's, but none was found" }
    let places = [store.directory.map { "directory \($0)" }, store.file.map { "bundle \($0)" }]
    return "the system's, " + places.compactMap(\.self).joined(separator: " and ")
  }
}

extension String {
  /// A URL of a proxy without the user and password that it may have.
  fileprivate var withoutPassword: String {
    guard let at = lastIndex(of: "@") else { return self }
    let scheme = firstRange(of: "://").map { self[..<$0.upperBound] } ?? ""
    return String(scheme + self[index(after: at)...])
  }
}
