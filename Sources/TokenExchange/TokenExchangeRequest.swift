/// The parameters of one token exchange (RFC 8693, section 2.1) as Dex takes them.
public struct TokenExchangeRequest: Sendable, Equatable {
  /// The Dex client of the target cluster.
  public var clientID: String
  /// How that client proves itself.
  public var authentication: ClientAuthentication
  /// The Dex connector that trusts the subject token's issuer; Dex's own parameter.
  public var connectorID: String
  /// The token to be exchanged.
  public var subjectToken: Secret
  /// What the subject token is.
  public var subjectTokenType: TokenType
  /// What is wanted in return.
  public var requestedTokenType: TokenType
  /// Scopes as asked for; those that `audiences` stand for are added to them.
  public var scopes: [String]
  /// Client IDs that the result must name in `aud` beside, or instead of, our own.
  public var audiences: [String]
  /// Further fields of the form, for what Dex may learn to take.
  public var extraFields: [FormEncoding.Field] = []
  /// Texts among the fields that usually are harmless, which must not be shown all the same.
  public var confidentialTexts: [Secret] = []

  /// Makes a request.
  public init(
    clientID: String, authentication: ClientAuthentication, connectorID: String,
    subjectToken: Secret, subjectTokenType: TokenType = .idToken,
    requestedTokenType: TokenType = .idToken, scopes: [String], audiences: [String] = []
  ) {
    self.clientID = clientID
    self.authentication = authentication
    self.connectorID = connectorID
    self.subjectToken = subjectToken
    self.subjectTokenType = subjectTokenType
    self.requestedTokenType = requestedTokenType
    self.scopes = scopes
    self.audiences = audiences
  }

  /// All scopes that are sent: those asked for, then Dex's scope for each audience, none twice.
  public var allScopes: [String] {
    DexScope.all(scopes, audiences: audiences)
  }

  /// The client IDs that the result's `aud` must hold.
  public var expectedAudiences: [String] { audiences.isEmpty ? [clientID] : audiences }

  /// The form, in the order in which it is sent.
  public var fields: [FormEncoding.Field] {
    [
      .init("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"),
      .init("connector_id", connectorID),
      .init("subject_token", subjectToken.revealed),
      .init("subject_token_type", subjectTokenType.urn),
      .init("requested_token_type", requestedTokenType.urn),
      .init("scope", allScopes.joined(separator: " ")),
    ] + authentication.fields(clientID: clientID) + extraFields
  }

  /// The request to a token endpoint.
  ///
  /// - Parameters:
  ///   - tokenURL: The token endpoint.
  ///   - userAgent: The value of `User-Agent`.
  /// - Returns: The POST.
  public func httpRequest(tokenURL: EndpointURL, userAgent: String) -> HTTPRequest {
    var request = HTTPRequest.form(
      fields, to: tokenURL, userAgent: userAgent,
      authorization: authentication.authorization(clientID: clientID))
    request.confidentialTexts = confidentialTexts
    return request
  }
}

extension HTTPRequest {
  /// A POST of a form that wants JSON back.
  ///
  /// - Parameters:
  ///   - fields: The form.
  ///   - url: Where to.
  ///   - userAgent: The value of `User-Agent`.
  ///   - authorization: The value of `Authorization`, if any.
  /// - Returns: The POST.
  public static func form(
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
