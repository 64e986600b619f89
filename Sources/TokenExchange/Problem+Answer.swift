public import FoundationEssentials

/// What can be wrong with an answer that is no refusal.
extension Problem {
  /// A redirect, which would send the token to another place.
  public static func redirected(_ url: EndpointURL, _ answer: HTTPResponse) -> Problem {
    let target =
      answer.headers["location"].map { answer.shown(targetOf($0), maxLength: 120) } ?? "nowhere"
    return Problem(
      .answer, "\(url.text) answered \(answer.status) with a redirect to \(target)",
      hint: "redirects are refused, because they would carry the token to another place; "
        + "give the final address by --issuer or --token-url")
  }

  /// 429 or 5xx without an OAuth error.
  public static func serverBusy(_ url: EndpointURL, _ answer: HTTPResponse) -> Problem {
    let kind = TokenResponse.isHTML(answer) ? " with a web page" : ""
    return Problem(
      .network, "\(url.text) answered \(answer.status)\(kind)\(excerpt(answer))",
      hint: answer.status == 429
        ? "an ingress or proxy in front of Dex limits the rate; Dex itself does not"
        : "Dex or the ingress in front of it is down or overloaded: look at its pods and log")
  }

  /// Plain http was spoken to a port that wants TLS.
  public static func speaksTLS(_ url: EndpointURL) -> Problem {
    Problem(
      .usage, "\(url.hostAndPort) speaks https on that port, and was asked by plain http",
      hint: "write https:// in --issuer or --token-url")
  }

  /// 404: not Dex's token endpoint.
  public static func notFound(_ url: EndpointURL, _ answer: HTTPResponse) -> Problem {
    Problem(
      .answer, "\(url.text) answered 404\(excerpt(answer))",
      hint: "the token endpoint is Dex's issuer with its whole path, often /dex, and then /token, "
        + "with no slash at the end; the issuer is in Dex's config.yaml")
  }

  /// Another status without an OAuth error.
  public static func unusableStatus(_ url: EndpointURL, _ answer: HTTPResponse) -> Problem {
    if answer.isAskingForCertificate { return .wantsClientCertificate(url) }
    return Problem(
      .answer,
      "\(url.text) answered \(answer.status)\(TokenResponse.isHTML(answer) ? " with a web page" : "")"
        + " and no OAuth error\(excerpt(answer))",
      hint: "this is not Dex's own answer: look at the ingress, proxy or login page in front of it")
  }

  /// A success with nothing in it.
  public static func emptyAnswer(_ url: EndpointURL, status: Int) -> Problem {
    Problem(
      .answer, "\(url.text) answered \(status) with an empty body",
      hint: "this is not Dex's own answer: is --issuer or --token-url Dex's address?")
  }

  /// A success with a web page.
  public static func htmlAnswer(_ url: EndpointURL, _ answer: HTTPResponse) -> Problem {
    Problem(
      .answer, "\(url.text) answered \(answer.status) with a web page and not with JSON",
      hint: "the URL given is Dex's issuer itself, which shows a page, or an ingress answered: "
        + "--issuer takes the issuer and adds /token, --token-url takes the whole address")
  }

  /// A success that is broken off or no JSON at all.
  public static func notJSON(_ url: EndpointURL, _ answer: HTTPResponse) -> Problem {
    Problem(
      .answer,
      "\(url.text) answered \(answer.status) with \(answer.body.count) bytes that are not whole JSON",
      hint: "something on the way cut or replaced the answer: a proxy, an ingress, a captive portal"
    )
  }

  /// JSON, but not an object.
  public static func notJSONObject(_ url: EndpointURL) -> Problem {
    Problem(
      .answer, "\(url.text) answered with JSON that is no object", hint: notTokenEndpoint)
  }

  /// An `error` member that is no text.
  public static func errorOfWrongType(
    _ url: EndpointURL, _ error: JSON, in answer: HTTPResponse
  ) -> Problem {
    Problem(
      .answer,
      "\(url.text) answered with an error that is no OAuth error: "
        + answer.shown(error.text()),
      hint: notTokenEndpoint)
  }

  /// No `access_token`.
  public static func noToken(
    _ url: EndpointURL, _ name: String = "access_token"
  ) -> Problem {
    Problem(.answer, "the answer of \(url.text) has no \(name)", hint: notTokenEndpoint)
  }

  /// `access_token` is no text.
  public static func tokenOfWrongType(
    _ url: EndpointURL, _ name: String = "access_token"
  ) -> Problem {
    Problem(
      .answer, "the answer of \(url.text) has an \(name) that is not a string",
      hint: notTokenEndpoint)
  }

  /// `access_token` is empty.
  public static func emptyToken(
    _ url: EndpointURL, _ name: String = "access_token"
  ) -> Problem {
    Problem(
      .answer, "the answer of \(url.text) has an empty \(name)", hint: notTokenEndpoint)
  }

  /// `access_token` cannot be sent in a header.
  public static func tokenWithBadCharacters(_ url: EndpointURL) -> Problem {
    Problem(
      .answer, "the answer of \(url.text) has an access_token with spaces or control characters",
      hint: notTokenEndpoint)
  }

  /// `access_token` begins as a JWT and is none.
  public static func damagedToken(_ url: EndpointURL) -> Problem {
    Problem(
      .answer, "the answer of \(url.text) has an access_token that is a damaged JWT",
      hint: "something on the way cut or changed the answer: a proxy, an ingress, a filter")
  }

  /// An opaque token where an ID token was asked for.
  public static func opaqueToken(_ url: EndpointURL, hasIDToken: Bool) -> Problem {
    Problem(
      .answer,
      "the answer of \(url.text) has an access_token that is opaque, but an ID token was requested"
        + (hasIDToken ? "; the id_token beside it is not used" : ""),
      hint: "issuer and audience of an opaque token cannot be checked; Dex returns the ID token as "
        + "access_token: is --issuer or --token-url Dex's address?")
  }

  /// The token's life is over already.
  public static func resultExpired(_ url: EndpointURL, _ expiry: Date, _ now: Date) -> Problem {
    Problem(
      .answer,
      "the token from \(url.text) expired \(Lifetime.words(now.timeIntervalSince(expiry))) ago, at "
        + "\(Timestamp.text(expiry)) (our clock: \(Timestamp.text(now)))",
      hint: "compare this machine's clock with Dex's, and see expiry.idTokens in Dex's config.yaml")
  }

  /// Another issuer than the one given.
  public static func resultIssuer(_ url: EndpointURL, wanted: String, found: String?) -> Problem {
    Problem(
      .answer,
      "the token from \(url.text) has the issuer \(found.map { $0.sanitized() } ?? "(none)") "
        + "and not \(wanted.sanitized())",
      hint: "--issuer must equal issuer: in Dex's config.yaml, and the API server's issuer, "
        + "character by character; if Dex is reached by another address, add --token-url")
  }

  /// Not for the audience asked for.
  public static func resultAudience(
    _ url: EndpointURL, missing: [String], found: [String]
  ) -> Problem {
    Problem(
      .answer,
      "the token from \(url.text) lacks the audience "
        + missing.joined(separator: ", ").sanitized()
        + ": it has \(found.isEmpty ? "none" : found.joined(separator: ", ").sanitized())",
      hint: "the target API server accepts only its own client ID as audience: check --client-id "
        + "and --audience")
  }

  /// The answer was larger than anything a token endpoint gives; `what` ends the sentence.
  public static func answerTooLarge(_ url: EndpointURL, _ what: String) -> Problem {
    Problem(.answer, "the answer of \(url.text) \(what)", hint: notTokenEndpoint)
  }

  private static let notTokenEndpoint =
    "this is not what Dex's token endpoint answers: is --issuer or --token-url Dex's address?"

  /// What a short plain answer says; web pages and long texts are not shown.
  private static func excerpt(_ answer: HTTPResponse) -> String {
    guard !TokenResponse.isHTML(answer) else { return "" }
    let text = answer.shown(String(decoding: answer.body, as: UTF8.self), maxLength: 120)
    return text.isEmpty ? "" : ": " + text
  }

  /// The scheme and host of a redirect's target, or its path on the same host; its query may hold
  /// secrets.
  private static func targetOf(_ location: String) -> String {
    guard let parts = URLComponents(string: location) else { return "an unreadable address" }
    if let host = parts.encodedHost, !host.isEmpty {
      return (parts.scheme.map { $0 + "://" } ?? "") + host + (parts.port.map { ":\($0)" } ?? "")
    }
    if let scheme = parts.scheme { return "a \(scheme): address" }
    return "\(parts.path.isEmpty ? "/" : parts.path) on the same host"
  }
}

extension HTTPResponse {
  /// nginx shakes hands with everybody, and tells those without a certificate only afterwards.
  fileprivate var isAskingForCertificate: Bool {
    status == 400 && body.count < 10_000
      && String(decoding: body, as: UTF8.self).contains("No required SSL certificate was sent")
  }
}
