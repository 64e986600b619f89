import Encoding
import FoundationEssentials
import OpenIDConnect
import TokenExchange

/// Why Dex may have rejected a subject token, according to its claims; the doctor shows it.
///
/// Dex returns the same 401 `access_denied` for every fault of the subject token and of the
/// connector that verifies it; only its log has the reason.
enum AccessDeniedDiagnosis {
  /// The claims that matter and the likely causes, on one line.
  ///
  /// - Parameters:
  ///   - request: The request that was denied.
  ///   - now: The current time.
  ///   - observed: What the doctor observed; causes that it ruled out are omitted.
  /// - Returns: The hint.
  static func hint(
    _ request: TokenExchangeRequest, now: Date, _ observed: SubjectObservations
  ) -> Message {
    let causes = causes(request, now: now, observed).enumerated()
      .map { "(\($0.offset + 1)) \($0.element)" }
      .joined(separator: "; ")
    // Each claim is already sanitized.
    return Message(
      stringLiteral: "\(claims(request.subjectToken.jwt, now: now)); likely: \(causes); "
        + "Dex's log has the reason after \"failed to verify subject token\"")
  }

  /// The claims of the token.
  static func claims(_ jwt: UnverifiedJWT?, now: Date) -> String {
    guard let jwt else { return "the subject token is not a JWT" }
    let audiences = jwt.audiences.isEmpty ? "(none)" : jwt.audiences.joined(separator: ", ")
    let expiry = jwt.expiry.map {
      "\(Timestamp.text($0)) (\(DurationText.relative($0, to: now)))"
    }
    return "the subject token has iss \(show(jwt.issuer)), sub \(show(jwt.subject)), "
      + "aud \(show(audiences)), exp \(expiry ?? "(none)")"
  }

  /// The possible causes, most likely first.
  static func causes(
    _ request: TokenExchangeRequest, now: Date, _ observed: SubjectObservations
  ) -> [String] {
    let connector = "connector " + request.connectorID.sanitized(maxLength: 100)
    var causes: [String] = []
    if request.subjectTokenType != .idToken {
      causes.append(
        "sent as \(request.subjectTokenType.name), for which Dex queries the issuer's userinfo endpoint: "
          + "a service account token must be sent as id_token")
    }
    guard let jwt = request.subjectToken.jwt else {
      return causes + ["\(connector) cannot read a token that is not a JWT"]
    }
    if jwt.header["alg"]?.string?.lowercased() == "none" { causes.append("it is not signed") }
    if let issuer = jwt.issuer, isDex(issuer, request) {
      causes.append("it was issued by this Dex: --token-file names the wrong file")
    }
    if observed.clocksAgree != true, let clock = clockCause(jwt, now: now) {
      causes.append(clock)
    }
    if observed.isKeyPublished == false {
      causes.append(
        "the issuer does not publish its signing key (as seen from here): it is from another "
          + "cluster with the same issuer name, or the published keys are out of date")
    }
    if jwt.expiry == nil { causes.append("it has no exp") }
    causes += connectorCauses(jwt, connector)
    switch observed.isKeyPublished {
    case false?: break
    case true?:
      causes.append(
        "\(connector) cannot fetch the issuer's keys, which are published as seen from here "
          + "(rootCAs needs Dex 2.44), or has cached older ones")
    case nil:
      causes.append(
        "the issuer does not publish its signing key: it is from another cluster with the same "
          + "issuer name, or \(connector) cannot fetch the keys (rootCAs needs Dex 2.44)")
    }
    return causes
  }

  private static func connectorCauses(_ jwt: UnverifiedJWT, _ connector: String) -> [String] {
    let issuer = show(jwt.issuer)
    let isServiceAccount =
      jwt.claims["kubernetes.io"]?.object != nil
      || jwt.subject?.hasPrefix("system:serviceaccount:") == true
    var trust = "the issuer of \(connector) is not exactly \(issuer)"
    if let host = jwt.issuer.flatMap({ URLComponents(string: $0)?.encodedHost }),
      host.hasPrefix("kubernetes.default")
    {
      trust += ", or Dex runs in another cluster, where that host is another API server"
    }
    guard isServiceAccount else {
      return ["it is not a service account token, and " + trust]
    }
    guard jwt.claims["name"] == nil || jwt.claims["email"] == nil else { return [trust] }
    return [
      trust,
      "\(connector) lacks userNameKey: sub or scopes: [openid], or has getUserInfo: true",
    ]
  }

  private static func clockCause(_ jwt: UnverifiedJWT, now: Date) -> String? {
    if let expiry = jwt.expiry, expiry.timeIntervalSince(now) < 60 {
      return expiry > now ? "by Dex's clock it has expired" : "it has expired"
    }
    let start = jwt.notBefore ?? jwt.issuedAt
    guard let start, start > now else { return nil }
    return "by Dex's clock it is not valid yet"
  }

  private static func isDex(_ issuer: String, _ request: TokenExchangeRequest) -> Bool {
    request.issuer.hasSameBytes(as: issuer)
      || request.tokenURL.text.hasSameBytes(as: issuer + "/token")
  }

  private static func show(_ text: String?) -> String {
    text.map { $0.sanitized(maxLength: 200) } ?? "(none)"
  }
}
