import FoundationEssentials
import TokenExchange

/// What is asked of Dex and how, out of flags and variables; files are not read yet.
struct ExchangeSettings: Sendable {
  /// How the client proves itself, as the user says it.
  enum ClientAuth: String, CaseIterable {
    case auto, basic, post, none
  }

  /// A field of the form beyond those of design, or one that has its value elsewhere.
  struct ExtraField: Sendable, Equatable {
    var name: String
    var value: DexVariables.Value
    /// The variable that set it.
    var source: String
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
  var authority: Authority
  var timeout: Double
  /// Sent beside the rest.
  var extraFields: [ExtraField] = []
  /// Texts that are sent and must not be shown, because they come out of a file or beside a secret.
  var confidentialTexts: [Secret] = []
  /// Client and secret as one text, which wins over both.
  var basicAuth: ExtraField?
  /// A subject token that is not in `tokenFile`.
  var subjectToken: ExtraField?

  static let defaultScopes = ["openid", "profile", "email", "groups", "federated:id"]

  /// Takes the settings from an invocation and checks all that can be checked without files.
  init(_ invocation: Invocation, world: World) throws(Problem) {
    let allowsHTTP = invocation.isOn(.insecureAllowHTTP)
    issuer = try invocation.url(.issuer, allowsHTTP: allowsHTTP)
    let explicit = try invocation.url(.tokenURL, allowsHTTP: allowsHTTP)
    guard let tokenURL = explicit ?? issuer?.appending("/token") else {
      throw .missingOption(
        ["--issuer", "--token-url"],
        variables: [OptionSpec.issuer.variable, OptionSpec.tokenURL.variable], in: invocation)
    }
    self.tokenURL = tokenURL
    clientID = try invocation.requiredIdentifier(.clientID)
    connectorID = try invocation.requiredIdentifier(.connectorID)
    clientSecret = try invocation.clientSecret()
    clientAuth = try invocation.choice(.clientAuth, default: .auto)
    try Self.check(clientAuth, clientSecret, invocation)
    tokenFile = invocation.text(.tokenFile) ?? OptionSpec.defaultTokenFile
    subjectTokenType = try invocation.tokenType(.subjectTokenType)
    requestedTokenType = try invocation.tokenType(.requestedTokenType)
    subjectAudience = try invocation.identifier(.subjectAudience)
    scopes = invocation.list(.scopes) ?? Self.defaultScopes
    audiences = invocation.list(.audience) ?? []
    authority = try Authority(invocation)
    timeout = try invocation.duration(.timeout, default: 10)
    world.warnOfRisks(invocation, url: tokenURL, authority: authority, secret: clientSecret)
  }

  private static func check(
    _ method: ClientAuth, _ secret: ClientSecret, _ invocation: Invocation
  ) throws(Problem) {
    let source = invocation.source(.clientAuth)
    if method == .none, secret != .none {
      let given: OptionSpec = if case .file = secret { .clientSecretFile } else { .clientSecret }
      throw .conflict(
        source + " none", invocation.source(given),
        hint: "leave the secret out for a public client, or --client-auth for a confidential one")
    }
    if method == .post, secret == .none {
      throw Problem(
        .usage, "\(source) post needs a client secret",
        hint: "give --client-secret-file, or leave --client-auth out for a public client")
    }
  }
}

extension Invocation {
  /// A URL option, checked.
  func url(_ spec: OptionSpec, allowsHTTP: Bool) throws(Problem) -> EndpointURL? {
    guard let text = text(spec) else { return nil }
    return try EndpointURL(
      text, source: source(spec), allowsHTTP: allowsHTTP, canAllowHTTP: canAllowHTTP)
  }

  /// Whether there is a flag by which the user can allow plain http.
  private var canAllowHTTP: Bool {
    command.options.contains { $0.name == OptionSpec.insecureAllowHTTP.name }
  }
}
