public import FoundationEssentials

/// What Dex refuses, and what that usually means.
///
/// Dex gives one bare answer for many faults, so the hints add what this side can see.
extension Problem {
  /// An OAuth error.
  public static func refused(
    _ refusal: OAuthError, _ attempt: ExchangeAttempt, now: Date
  ) -> Problem {
    var problem = Problem(
      .refused, "Dex at \(attempt.url.text) refused the exchange: \(refusal.words)",
      hint: hint(refusal, attempt, now: now))
    problem.refusal = refusal
    return problem
  }

  private static func hint(
    _ refusal: OAuthError, _ attempt: ExchangeAttempt, now: Date
  ) -> String {
    let request = attempt.request
    let connector = JSON.quote(request.connectorID.sanitized(maxLength: 100))
    let text = refusal.explanation ?? ""
    switch refusal.code {
    case "access_denied":
      return AccessDeniedDiagnosis.hint(attempt, now: now)
    case "invalid_client":
      return clientHint(request)
    case "server_error" where request.allScopes.contains(where: DexScope.isAudience):
      return "Dex answers so when a client of an audience asked for does not list "
        + "\(request.clientID.sanitized(maxLength: 100)) in its trustedPeers, or does not exist: "
        + "audiences asked for are " + audienceScopes(request)
    case "server_error":
      return "storage or signing keys of Dex failed: look at Dex's log"
    case "unsupported_grant_type":
      return "list urn:ietf:params:oauth:grant-type:token-exchange in oauth2.grantTypes of Dex's "
        + "config.yaml, or leave that list out; the exchange needs Dex 2.38 or later"
    case "request_not_supported" where text.contains("requested_token_type"):
      return "Dex issues id_token and access_token only: change --requested-token-type"
    case "request_not_supported" where text.contains("subject_token_type"):
      return "Dex takes id_token and access_token only, and a service account token only as "
        + "id_token: change --subject-token-type"
    case "invalid_request" where text.contains("connector does not exist"):
      return "Dex has no connector with the id \(connector), or one of a type that cannot exchange "
        + "tokens: --connector-id takes the connector's id, and its type must be oidc"
    case "invalid_request" where text.contains("improperly encoded"):
      return "something on the way rewrote the Authorization header; --client-auth post avoids it"
    case "invalid_request" where text.contains("method not allowed"):
      return "something on the way turned the POST into another request: give Dex's final address"
    case "invalid_request" where text.contains("Missing subject_token"):
      return "something on the way dropped the request's body: look at proxies and ingresses"
    case "invalid_grant" where text.contains("Connector not allowed"):
      return "add \(connector) to allowedConnectors of the client in Dex's config.yaml"
    case _ where text.contains("does not support this grant type"):
      return "add the token-exchange grant to grantTypes of the connector \(connector)"
    case "invalid_scope", "invalid_target":
      return "check --scopes (sent: \(request.allScopes.joined(separator: " ").sanitized())) "
        + "and --audience"
    case "unauthorized_client":
      return "let the client \(request.clientID.sanitized(maxLength: 100)) use the "
        + "token-exchange grant in Dex's config.yaml"
    default:
      return "Dex's log at this moment says more; tokenxchange doctor walks the whole chain"
    }
  }

  private static func clientHint(_ request: TokenExchangeRequest) -> String {
    let client = request.clientID.sanitized(maxLength: 100)
    if request.authentication.hasSecret {
      return "Dex has no client \(client), or its secret is another one, or it is public and has "
        + "none: then leave the secret out"
    }
    return "Dex has no client \(client), or it is confidential: then give its secret by "
      + "--client-secret-file; a client that is public and yet has a secret: in Dex's config.yaml "
      + "needs that secret sent too, or removed there"
  }

  private static func audienceScopes(_ request: TokenExchangeRequest) -> String {
    let names = request.allScopes.filter(DexScope.isAudience)
      .map { $0.split(separator: ":").last ?? "" }
    return names.joined(separator: ", ").sanitized()
  }
}
