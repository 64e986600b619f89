import FoundationEssentials
import TokenExchange

/// What to request from Dex, from options and variables; files are not read yet.
struct ExchangeConfiguration: Sendable {
  /// How the client authenticates: the values of `--client-auth`.
  enum ClientAuth: String, CaseIterable {
    case auto, basic, post, none
  }

  /// A form field that has no option.
  struct ExtraField: Sendable, Equatable {
    var name: String
    var text: ConfiguredText
  }

  var tokenURL: EndpointURL
  var issuer: EndpointURL?
  var clientID: String
  var clientSecret: ClientSecret
  var clientAuth: ClientAuth
  var connectorID: String
  var tokenFile: String
  var subjectTokenType: TokenType
  var requestedTokenType: TokenType
  var subjectAudience: String?
  var scopes: [String]
  var audiences: [String]
  var authority: TrustSource
  var clientCertificate: ClientCertificateFiles?
  var timeout: Double
  /// Warnings about options that reduce security.
  var warnings: [Warning]
  /// Sent in addition to the fields that have options.
  var extraFields: [ExtraField] = []
  /// Texts from files, which are sent and must not be shown.
  var confidentialTexts: [Secret] = []
  /// The client ID and secret as `ID:SECRET`; it takes precedence over `clientID` and
  /// `clientSecret`.
  var clientCredentials: ConfiguredText?
  /// A subject token that is not in `tokenFile`.
  var subjectToken: ConfiguredText?
  /// The source of the subject token, if it is not a file.
  var tokenInput: TokenInput?

  init(_ arguments: ParsedArguments, world: World) throws(CommandError) {
    issuer = try arguments[.issuer]
    let explicit = try arguments[.tokenURL]
    guard let tokenURL = explicit ?? issuer?.appending("/token") else {
      throw arguments.missing(.issuer, .tokenURL)
    }
    self.tokenURL = tokenURL
    clientID = try arguments[.clientID].text
    connectorID = try arguments[.connectorID].text
    clientSecret = try arguments.clientSecret()
    clientAuth = try arguments[.clientAuth]
    try Self.check(clientAuth, clientSecret, arguments)
    tokenFile = try arguments[.tokenFile]
    tokenInput = try arguments.tokenInput()
    subjectTokenType = try arguments[.subjectTokenType]
    requestedTokenType = try arguments[.requestedTokenType]
    subjectAudience = try arguments[.subjectAudience]?.text
    scopes = arguments[.scopes]
    audiences = arguments[.audience]
    authority = try TrustSource(arguments)
    clientCertificate = try ClientCertificateFiles(arguments)
    timeout = try arguments[.timeout]
    warnings = arguments.warnings(url: tokenURL, authority: authority, secret: clientSecret)
  }

  private static func check(
    _ method: ClientAuth, _ secret: ClientSecret, _ arguments: ParsedArguments
  ) throws(CommandError) {
    let source = arguments.source(of: .clientAuth)
    if method == .none, secret != .none {
      let given: OptionDeclaration =
        if case .file = secret { .clientSecretFile } else { .clientSecret }
      throw .configuration(
        .conflict(source + " none", arguments.source(of: given), .secretWithoutAuthentication))
    }
    if method == .post, secret == .none {
      throw .configuration(.authenticationNeedsSecret(source: source))
    }
  }
}
