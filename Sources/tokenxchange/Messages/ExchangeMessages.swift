import Encoding
import FoundationEssentials
import TokenExchange

/// The context of a failed exchange, for its message.
struct ExchangeContext: Equatable {
  var request: TokenExchangeRequest
  /// Seconds until the run was given up.
  var timeout: Double
  /// When the exchange failed, by the local clock.
  var now: Date
}

extension Diagnosis {
  init(_ error: TokenExchangeError, _ context: ExchangeContext) {
    let request = context.request
    switch error {
    case .transport(let error, _):
      self.init(error, to: request.tokenURL, timeout: context.timeout)
    case .oauth(let error, _):
      self.init(
        "Dex at \(url: request.tokenURL) rejected the exchange: \(error.message)",
        hint: error.hint(request), exitCode: .oauthError)
    case .invalidResponse(let response, _):
      self.init(response, from: request.tokenURL)
    }
    if error.attempts > 1 { message = "\(message) (\(error.attempts) attempts)" }
    if let retryAfter = error.retryAfter, retryAfter >= 1, exitCode == .network {
      message = "\(message); retry after \(duration: retryAfter.rounded(.up))"
    }
    self = redacted(by: Redaction(request.secrets))
  }

  init(_ response: InvalidResponse, from url: EndpointURL) {
    let status = response.status
    switch response.reason {
    case .redirect(.argoCDSignIn):
      self.init(
        "\(url: url) returned \(status): Argo CD's Dex failed with status 500",
        hint: """
          argocd-server then redirects to /login?has_sso_error=true; is an --audience missing in \
          dex.config? see the log of argocd-dex-server
          """, exitCode: .invalidResponse)
    case .redirect(let target):
      self.init(
        "\(url: url) returned \(status) with a redirect \(target.message)",
        hint: """
          redirects are not followed, because they would send the token to another server; use the \
          final URL in --issuer or --token-url
          """, exitCode: .invalidResponse)
    case .serverError(let body):
      self.init(
        "\(url: url) returned \(status)\(body.kindMessage)\(body.excerpt)",
        hint: status == 429
          ? "an ingress or proxy in front of Dex limits the rate; Dex itself does not"
          : "Dex or the ingress in front of it is down or overloaded: check its pods and log",
        exitCode: .network)
    case .plainHTTPToTLSPort:
      self.init(
        "\(hostAndPort: url) expects https on that port, but the URL says http",
        hint: "write https:// in --issuer or --token-url")
    case .notFound(let body):
      self.init(
        "\(url: url) returned 404\(body.excerpt)",
        hint: """
          the token endpoint is <issuer>/token, where the issuer in Dex's config.yaml often ends in \
          /dex; no slash follows /token
          """, exitCode: .invalidResponse)
    case .unexpectedStatus(let body):
      self.init(
        "\(url: url) returned \(status)\(body.kindMessage) and no OAuth error\(body.excerpt)",
        hint: "Dex sends no such response: check the ingress, proxy or login page in front of it",
        exitCode: .invalidResponse)
    case .clientCertificateRequired:
      self.init(
        "\(hostAndPort: url) requires a client certificate",
        hint: Self.clientCertificateHint, exitCode: .network)
    case .empty:
      self.init(
        "\(url: url) returned \(status) with an empty body",
        hint: "Dex sends no such response: does --issuer or --token-url point to Dex?",
        exitCode: .invalidResponse)
    case .html:
      self.init(
        "\(url: url) returned \(status) with a web page instead of JSON",
        hint: """
          the URL is not the token endpoint, or an ingress responded: --issuer takes the issuer, \
          --token-url the complete URL of the endpoint
          """, exitCode: .invalidResponse)
    case .notJSON(let count):
      self.init(
        "\(url: url) returned \(status) with \(count) bytes that are not complete JSON",
        hint: "a proxy, ingress or captive portal in between truncated or replaced the response",
        exitCode: .invalidResponse)
    case .duplicateMember(let name):
      self.init(
        "\(url: url) returned JSON with the member \(quoted: name) twice in one object",
        hint: "Dex sends no such response: did a proxy or ingress in between change it?",
        exitCode: .invalidResponse)
    case .notJSONObject:
      self.init(
        "\(url: url) returned JSON that is not an object",
        hint: Self.notTokenEndpoint, exitCode: .invalidResponse)
    case .invalidErrorMember(let member):
      self.init(
        "\(url: url) returned an error that is not a string: \(untrusted: member)",
        hint: Self.notTokenEndpoint, exitCode: .invalidResponse)
    case .token(let error): self.init(error, from: url)
    }
  }

  init(_ error: InvalidToken, from url: EndpointURL) {
    let response: Message = "the response from \(url: url) has"
    switch error {
    case .missing(let member):
      self.init("\(response) no \(option: member)", hint: Self.notTokenEndpoint)
    case .notAString(let member):
      self.init(
        "\(response) an \(option: member) that is not a string", hint: Self.notTokenEndpoint)
    case .empty(let member):
      self.init("\(response) an empty \(option: member)", hint: Self.notTokenEndpoint)
    case .invalidCharacters:
      self.init(
        "\(response) an access_token with spaces or control characters",
        hint: Self.notTokenEndpoint)
    case .duplicateMember(let name):
      self.init(
        "the token from \(url: url) has the member \(quoted: name) twice in its header or claims",
        hint: InvalidSubjectToken.duplicateHint)
    case .damaged:
      self.init(
        "\(response) an access_token that is a damaged JWT",
        hint: "a proxy, ingress or filter in between truncated or changed the response")
    case .opaque(let hasIDToken):
      self.init(
        """
        \(response) an access_token that is opaque, but an ID token was requested\
        \(hasIDToken ? "; the id_token in the response is not used" : "")
        """,
        hint: """
          the issuer and audience of an opaque token cannot be checked; Dex returns an ID token as \
          access_token: does --issuer or --token-url point to Dex?
          """)
    case .expired(let expiry, let now):
      self.init(
        "the token from \(url: url) \(expired: expiry, now: now)",
        hint: "compare this machine's clock with Dex's, and see expiry.idTokens in its config.yaml")
    case .issuer(let expected, let found):
      self.init(
        """
        the token from \(url: url) has the issuer \(untrusted: found ?? "(none)"), expected \
        \(untrusted: expected)
        """,
        hint: """
          --issuer must equal issuer in Dex's config.yaml exactly; if Dex's URL differs, \
          add --token-url
          """)
    case .audience(let missing, let found):
      self.init(
        "the token from \(url: url) lacks the audience \(list: missing): it has \(list: found)",
        hint:
          "the target API server accepts only its own client ID: check --client-id and --audience")
    }
    exitCode = .invalidResponse
  }

  static let notTokenEndpoint: Message = """
    this is not a response of Dex's token endpoint: does --issuer or --token-url point to Dex?
    """
}

extension OAuthError {
  /// Status, code and description.
  var message: Message {
    let description: Message =
      errorDescription.map { ": \(untrusted: $0)" } ?? " (no error_description)"
    return "\(status) \(untrusted: code, maxLength: 100)\(description)"
  }

  /// What an error of the exchange usually means; Dex returns one error for many causes.
  fileprivate func hint(_ request: TokenExchangeRequest) -> Message {
    let connector: Message = "\(quoted: request.connectorID)"
    let client: Message = "\(untrusted: request.clientID, maxLength: 100)"
    switch (code, dexReason) {
    case ("access_denied", _):
      return """
        connector \(connector) rejects the subject token: tokenxchange doctor lists likely causes; \
        Dex logs the reason
        """
    case ("invalid_client", _):
      if request.authentication.hasSecret {
        return "Dex has no client \(client), its secret is wrong, or it is public and needs none"
      }
      return """
        Dex has no client \(client), or it has a secret: pass it with --client-secret-file, or \
        remove secret from a public client in Dex's config.yaml
        """
    case ("server_error", _):
      let audiences = request.allScopes.filter(DexScope.isAudience)
        .map { String($0.split(separator: ":").last ?? "") }
      guard !audiences.isEmpty else {
        return "Dex's storage or signing keys failed: check Dex's log"
      }
      return """
        Dex returns this if the client of a requested audience does not exist or does not list \
        \(client) in its trustedPeers; requested audiences: \(list: audiences)
        """
    case ("unsupported_grant_type", _):
      return """
        add urn:ietf:params:oauth:grant-type:token-exchange to oauth2.grantTypes in Dex's \
        config.yaml, or remove that list; the exchange needs Dex 2.38 or later
        """
    case (_, .requestedTokenTypeNotSupported):
      return "Dex issues id_token and access_token only: change --requested-token-type"
    case (_, .subjectTokenTypeNotSupported):
      return """
        Dex accepts id_token and access_token only, and a service account token only as id_token: \
        change --subject-token-type
        """
    case (_, .connectorNotFound):
      return """
        Dex has no connector with the ID \(connector) that can exchange tokens: --connector-id must \
        be the id of a connector of type oidc
        """
    case (_, .credentialsImproperlyEncoded):
      return "a proxy in between rewrote the Authorization header; --client-auth post avoids this"
    case (_, .methodNotAllowed):
      return "a redirect or proxy changed the request method: use Dex's final URL"
    case (_, .subjectTokenMissing):
      return "a proxy or ingress in between dropped the request body: check its configuration"
    case (_, .connectorNotAllowed):
      return "add \(connector) to allowedConnectors of the client in Dex's config.yaml"
    case (_, .connectorLacksGrantType):
      return "add the token-exchange grant to grantTypes of the connector \(connector)"
    case ("invalid_scope", _), ("invalid_target", _):
      return """
        check --scopes (sent: \(untrusted: request.allScopes.joined(separator: " "))) and --audience
        """
    case ("unauthorized_client", _):
      return "allow the token-exchange grant for the client \(client) in Dex's config.yaml"
    default:
      return "check Dex's log; tokenxchange doctor checks each step"
    }
  }
}

extension InvalidResponse.RedirectTarget {
  fileprivate var message: Message {
    switch self {
    case .missing: "without a Location"
    case .invalid: "to an invalid URL"
    case .server(let server): "to \(untrusted: server, maxLength: 120)"
    case .scheme(let scheme): "to a \(untrusted: scheme, maxLength: 100): URL"
    case .path(let path): "to \(untrusted: path, maxLength: 100) on the same host"
    case .argoCDSignIn: "to Argo CD's sign-in page"
    }
  }
}

extension InvalidResponse.Body {
  fileprivate var kindMessage: Message { self == .html ? " with a web page" : "" }

  /// A short text; a web page is not shown.
  fileprivate var excerpt: Message {
    guard case .text(let text) = self else { return "" }
    let excerpt: Message = "\(untrusted: text, maxLength: 120)"
    return excerpt.text.isEmpty ? "" : ": \(excerpt)"
  }
}
