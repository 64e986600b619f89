package import Encoding

/// One token exchange at Dex: the parameters of RFC 8693, section 2.1, and the endpoint.
public struct TokenExchangeRequest: Sendable, Equatable {
  /// The token endpoint.
  public var tokenURL: EndpointURL
  /// The issuer that the issued token must have; nil to accept any.
  public var issuer: String?
  /// The Dex client of the target cluster.
  public var clientID: String
  /// How that client authenticates.
  public var authentication: ClientAuthentication
  /// The Dex connector that trusts the subject token's issuer (a parameter of Dex).
  public var connectorID: String
  /// The token to be exchanged.
  public var subjectToken: SubjectToken
  /// The type of the subject token.
  public var subjectTokenType: TokenType
  /// The type of the token to be issued.
  public var requestedTokenType: TokenType
  /// The requested scopes, without those of `audiences`.
  public var scopes: [String]
  /// Client IDs that the issued token's `aud` must contain instead of `clientID`.
  public var audiences: [String]
  /// Form fields in addition to those above.
  package var extraFields: [FormEncoding.Field] = []
  /// Texts in fields that are usually harmless, but must not be shown in this request.
  package var confidentialTexts: [Secret] = []

  /// Makes a request.
  public init(
    tokenURL: EndpointURL, issuer: String? = nil, clientID: String,
    authentication: ClientAuthentication = .none, connectorID: String, subjectToken: SubjectToken,
    subjectTokenType: TokenType = .idToken, requestedTokenType: TokenType = .idToken,
    scopes: [String], audiences: [String] = []
  ) {
    self.tokenURL = tokenURL
    self.issuer = issuer
    self.clientID = clientID
    self.authentication = authentication
    self.connectorID = connectorID
    self.subjectToken = subjectToken
    self.subjectTokenType = subjectTokenType
    self.requestedTokenType = requestedTokenType
    self.scopes = scopes
    self.audiences = audiences
  }

  /// All scopes that are sent: `scopes`, then Dex's scope for each audience, without duplicates.
  public var allScopes: [String] { DexScope.all(scopes, audiences: audiences) }

  /// The claims that the issued token must have.
  public var expectedClaims: ExpectedClaims {
    ExpectedClaims(issuer: issuer, audiences: audiences.isEmpty ? [clientID] : audiences)
  }

  /// The form, in the order in which it is sent.
  package var fields: [FormEncoding.Field] {
    [
      .init("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"),
      .init("connector_id", connectorID),
      .init("subject_token", subjectToken.secret.revealed),
      .init("subject_token_type", subjectTokenType.urn),
      .init("requested_token_type", requestedTokenType.urn),
      .init("scope", allScopes.joined(by: " ")),
    ] + authentication.fields(clientID: clientID) + extraFields
  }

  /// The HTTP request.
  ///
  /// - Parameter userAgent: The value of `User-Agent`.
  /// - Returns: A POST of the form.
  package func httpRequest(userAgent: String) -> HTTPRequest {
    var request = HTTPRequest.form(
      fields, to: tokenURL, userAgent: userAgent,
      authorization: authentication.authorization(clientID: clientID))
    request.confidentialTexts = confidentialTexts
    return request
  }

  /// All secrets of the request.
  package var secrets: [Secret] { httpRequest(userAgent: "").secrets }

  /// Text from Dex without the secrets of the request, for display.
  package func shown(_ text: String, maxLength: Int = 300) -> String {
    httpRequest(userAgent: "").shown(text, maxLength: maxLength)
  }
}

extension HTTPRequest {
  /// A POST of a form that accepts JSON.
  ///
  /// - Parameters:
  ///   - fields: The form.
  ///   - url: The endpoint.
  ///   - userAgent: The value of `User-Agent`.
  ///   - authorization: The value of `Authorization`, if any.
  /// - Returns: The request.
  package static func form(
    _ fields: [FormEncoding.Field], to url: EndpointURL, userAgent: String,
    authorization: String? = nil
  ) -> HTTPRequest {
    var headers: [Header] = [
      .init("Content-Type", FormEncoding.mediaType),
      .init("Accept", "application/json"),
      .init("User-Agent", userAgent),
    ]
    if let authorization { headers.append(.init("Authorization", authorization)) }
    return HTTPRequest(
      method: "POST", url: url.text, headers: headers, body: FormEncoding.body(fields))
  }
}
