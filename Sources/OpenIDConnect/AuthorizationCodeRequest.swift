import Encoding
package import TokenExchange

/// One authorization request (RFC 6749, section 4.1.1) with PKCE (RFC 7636), and its callback.
package struct AuthorizationCodeRequest: Sendable, Equatable {
  /// The issuer, the client and the scopes.
  package var login: LoginRequest
  /// Where Dex sends the browser afterwards: a URL on loopback (RFC 8252, section 7.3).
  package var redirectURI: String
  /// The connector to sign in with; nil lets the user choose on Dex's page.
  package var connectorID: String?
  /// Ties the callback to this request.
  package var state: String
  /// Ties the ID token to this request.
  package var nonce: String
  /// The code verifier of PKCE, which is sent only with the code.
  package var codeVerifier: Secret

  /// Makes a request; `randomBytes` returns the given number of unpredictable bytes.
  package init(
    _ login: LoginRequest, redirectURI: String, connectorID: String?,
    randomBytes: (Int) -> [UInt8]
  ) {
    self.login = login
    self.redirectURI = redirectURI
    self.connectorID = connectorID
    state = randomBytes(16).hexadecimal
    nonce = randomBytes(16).hexadecimal
    codeVerifier = Secret(Base64URL.encode(randomBytes(32)))
  }

  /// The page to open in a browser.
  package var authorizationURL: String {
    let challenge = Base64URL.encode(SHA256.digest(Array(codeVerifier.revealed.utf8)))
    return login.authorizationURL(
      [
        .init("response_type", "code"), .init("state", state), .init("nonce", nonce),
        .init("code_challenge", challenge), .init("code_challenge_method", "S256"),
      ] + (connectorID.map { [.init("connector_id", $0)] } ?? []), redirectURI: redirectURI)
  }

  /// What a request to the redirect URI means.
  package enum Callback: Equatable, Sendable {
    /// The user signed in.
    case code(Secret)
    /// Dex or the user refused.
    case refused(OAuthError)
    /// The request does not belong to this sign-in.
    case unrelated(Unrelated)
  }

  /// Why a request is not the callback.
  package enum Unrelated: Equatable, Sendable {
    case method, host, path, state, parameters
  }

  /// Reads a request to the redirect URI (RFC 6749, sections 4.1.2 and 4.1.2.1).
  ///
  /// Any process of the machine and any page in a browser can send one; only Dex can send the state.
  /// `host` is nil unless there is exactly one `Host` header; `target` is the path and the query.
  package func callback(method: String, host: String?, target: String) -> Callback {
    let authority = redirectURI.dropFirst("http://".count).prefix { $0 != "/" }
    let path = redirectURI.dropFirst("http://".count + authority.count)
    let targetPath = target.prefix { $0 != "?" }
    guard method == "GET" else { return .unrelated(.method) }
    // Another site's host name can resolve to this machine (DNS rebinding).
    guard host.hasSameBytes(as: String(authority)) else { return .unrelated(.host) }
    guard targetPath.hasSameBytes(as: path.isEmpty ? "/" : path) else { return .unrelated(.path) }
    let fields = FormEncoding.fields(Array(target.utf8.dropFirst(targetPath.utf8.count + 1)))
    func only(_ name: String) -> String? {
      let values = fields.filter { $0.name.hasSameBytes(as: name) }.map(\.value)
      return values.count == 1 && values.first?.isEmpty == false ? values.first : nil
    }
    guard let given = only("state"), given.hasSameBytesInConstantTime(as: state) else {
      return .unrelated(.state)
    }
    if fields.contains(where: { $0.name.hasSameBytes(as: "error") }) {
      guard let code = only("error") else { return .unrelated(.parameters) }
      // Dex redirects with 303, which only the browser sees.
      return .refused(
        OAuthError(code: code, errorDescription: only("error_description"), status: 303))
    }
    guard let code = only("code") else { return .unrelated(.parameters) }
    return .code(Secret(code))
  }
}

extension LoginClient {
  /// Exchanges the authorization code of a request for tokens (RFC 6749, section 4.1.3).
  package func redeem(
    _ code: Secret, of authorization: AuthorizationCodeRequest, until deadline: Double
  ) throws(GrantError) -> TokenSet {
    let sent = now()
    let response = try send(
      request.redeem(code, of: authorization, userAgent: userAgent), request.tokenURL, deadline)
    let tokens = try TokenSet(response, to: request, now: sent)
    // OpenID Connect Core, section 3.1.3.7.
    let nonce = tokens.idToken.jwt?.claims["nonce"]?.string ?? ""
    guard nonce.hasSameBytesInConstantTime(as: authorization.nonce) else {
      throw .nonceMismatch(request.tokenURL)
    }
    return tokens
  }
}
