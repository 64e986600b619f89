import Encoding
import FoundationEssentials
import OpenIDConnect
import TokenExchange

/// The likely causes of a rejected subject token, by its claims; the doctor shows them.
///
/// Dex returns the same 401 `access_denied` for every fault of the subject token and of the
/// connector that verifies it; only its log contains the reason.
enum AccessDeniedDiagnosis {
  /// The claims that matter and the likely causes, on one line; causes that the doctor ruled out
  /// are omitted.
  static func hint(
    _ request: TokenExchangeRequest, now: Date, _ observed: SubjectObservations
  ) -> Message {
    let causes = causes(request, now: now, observed).enumerated()
      .map { "(\($0.offset + 1)) \($0.element)" }
      .joined(separator: "; ")
    // Each claim is already sanitized.
    return Message(
      stringLiteral: "\(claims(request.subjectToken.jwt, now: now)); likely: \(causes); "
        + "Dex logs the reason after \"failed to verify subject token\"")
  }

  private static func claims(_ jwt: UnverifiedJWT?, now: Date) -> String {
    guard let jwt else { return "the subject token is not a JWT" }
    let audiences = jwt.audiences.isEmpty ? "(none)" : jwt.audiences.joined(separator: ", ")
    let expiry = jwt.expiry.map { DurationText.date($0, relativeTo: now) }
    return "the subject token has iss \(show(jwt.issuer)), sub \(show(jwt.subject)), "
      + "aud \(show(audiences)), exp \(expiry ?? "(none)")"
  }

  /// The possible causes, the most likely first.
  private static func causes(
    _ request: TokenExchangeRequest, now: Date, _ observed: SubjectObservations
  ) -> [String] {
    let connector = "connector " + request.connectorID.sanitized(maxLength: 100)
    var causes: [String] = []
    if request.subjectTokenType != .idToken {
      causes.append(
        "it was sent as \(request.subjectTokenType.name), so Dex queries the issuer's userinfo "
          + "endpoint: a service account token must be sent as id_token")
    }
    guard let jwt = request.subjectToken.jwt else {
      return causes + ["\(connector) cannot read a token that is not a JWT"]
    }
    if jwt.header["alg"]?.string?.lowercased() == "none" { causes.append("it is not signed") }
    if let issuer = jwt.issuer, isDex(issuer, request) {
      causes.append("it was issued by this Dex: --token-file is the wrong file")
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
      return expiry > now ? "it has expired by Dex's clock" : "it has expired"
    }
    let start = jwt.notBefore ?? jwt.issuedAt
    guard let start, start > now else { return nil }
    return "it is not valid yet by Dex's clock"
  }

  private static func isDex(_ issuer: String, _ request: TokenExchangeRequest) -> Bool {
    request.issuer.hasSameBytes(as: issuer)
      || request.tokenURL.text.hasSameBytes(as: issuer + "/token")
  }

  private static func show(_ text: String?) -> String {
    text.map { $0.sanitized(maxLength: 200) } ?? "(none)"
  }
}
