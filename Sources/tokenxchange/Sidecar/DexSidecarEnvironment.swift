import TokenExchange

/// The variables that configure dexsidecar: `dex_X` is the form field X, and `dex_file_X` names a
/// file that contains it.
///
/// They are translated into options and configuration only here. Options and `TOKENXCHANGE_`
/// variables take precedence.
struct DexSidecarEnvironment: Sendable {
  /// The fields and settings by their names without the prefix.
  private var values: [String: ConfiguredText] = [:]

  /// Names that are settings and never sent.
  private static let settings: Set = [
    "access_token_file", "endpoint", "refresh_before", "refresh_interval",
  ]
  /// Fields that have an option.
  private static let options: [(field: String, option: OptionDeclaration)] = [
    ("connector_id", .connectorID), ("scope", .scopes), ("subject_token_type", .subjectTokenType),
    ("requested_token_type", .requestedTokenType),
  ]
  private static let credentials: Set = ["basic_auth", "client_id", "client_secret"]
  private static let exchangeGrant = "urn:ietf:params:oauth:grant-type:token-exchange"

  /// Collects the variables; nil if they do not configure dexsidecar.
  init?(_ variables: [String: String]) throws(CommandError) {
    let isSet = { variables[$0]?.isEmpty == false }
    guard isSet("dex_endpoint") || isSet("dex_access_token_file") else { return nil }
    for (name, value) in variables where name.hasPrefix("dex_") && !value.isEmpty {
      var field = String(name.dropFirst(4))
      let isFile = field.hasPrefix("file_")
      if isFile { field = String(field.dropFirst(5)) }
      guard !isFile || !Self.settings.contains(field) else {
        throw .sidecar(.settingFromFile(variable: name))
      }
      guard !isFile || !isSet("dex_" + field) else {
        throw .sidecar(.textAndFile(variable: "dex_" + field, fileVariable: name))
      }
      if isFile || name == "dex_access_token_file" {
        do throws(UsageError) {
          try value.checkIsPath(source: name, command: "sidecar")
        } catch {
          throw .usage(error)
        }
      }
      values[field] = ConfiguredText(value: isFile ? .file(value) : .text(value), source: name)
    }
    guard isSet("dex_endpoint") else { throw .sidecar(.missingEndpoint) }
  }

  func configuration(
    _ given: ParsedArguments, world: World
  ) throws(CommandError) -> SidecarConfiguration {
    var arguments = given
    try setOptions(&arguments, world: world)
    var configuration = try SidecarConfiguration(arguments, world: world)
    let basicAuth = values["basic_auth"]
    if arguments.source(of: .clientID) == basicAuth?.source {
      configuration.exchange.clientCredentials = basicAuth
    }
    configuration.exchange.extraFields = extraFields
    configuration.exchange.confidentialTexts = try optionTextsInFiles(world)
    if let token = values["subject_token"], token.path == nil {
      configuration.exchange.subjectToken = token
    }
    configuration.otherInputs = values.values.filter { $0.path != nil }
      .sorted { $0.source < $1.source }
    if let interval = try refreshInterval() {
      configuration.checkInterval = min(configuration.checkInterval, interval)
    }
    if let scope = values["scope"], arguments.source(of: .scopes) == scope.source {
      configuration.warnings +=
        Self.warnings(configuration.exchange.scopes, from: scope).map { .sidecar($0) }
    }
    if !arguments.isSet(.mode) {
      configuration.mode = 0o644
      configuration.warnings.append(.sidecar(.readableByAll(file: configuration.file)))
    }
    return configuration
  }

  private func setOptions(_ arguments: inout ParsedArguments, world: World) throws(CommandError) {
    func set(_ option: OptionDeclaration, _ value: String, source: String) {
      guard !arguments.isSet(option) else { return }
      arguments.set(option, to: [value], source: .variable(source))
    }
    func setText(_ option: OptionDeclaration, from field: String) {
      guard let text = values[field], case .text(let value) = text.value else { return }
      set(option, value, source: text.source)
    }
    if let grant = values["grant_type"], try grant.read(in: world) != Self.exchangeGrant {
      throw Self.invalidChoice(try grant.read(in: world), grant, [Self.exchangeGrant])
    }
    if !arguments.isSet(.issuer) { setText(.tokenURL, from: "endpoint") }
    setText(.write, from: "access_token_file")
    setText(.renewBefore, from: "refresh_before")
    for (field, option) in Self.options {
      guard let text = values[field] else { continue }
      let value = try text.read(in: world)
      if text.path != nil, field.hasSuffix("_token_type"), TokenType(value) == nil {
        throw Self.invalidChoice(value, text, ["id_token", "access_token", "urn:…"])
      }
      set(option, value, source: text.source)
    }
    // Dex's defaults for missing fields.
    set(.requestedTokenType, "access_token", source: "dex_requested_token_type")
    set(.scopes, "", source: "dex_scope")
    if let token = values["subject_token"], let path = token.path {
      set(.tokenFile, path, source: token.source)
    }
    try setClient(&arguments, world: world)
  }

  /// Sets the client ID and secret; Basic authentication takes precedence, as in Dex.
  private func setClient(_ arguments: inout ParsedArguments, world: World) throws(CommandError) {
    let options: [OptionDeclaration] = [.clientID, .clientSecret, .clientSecretFile, .clientAuth]
    guard !options.contains(where: arguments.isSet) else { return }
    func set(_ option: OptionDeclaration, _ value: String, _ text: ConfiguredText) {
      arguments.set(option, to: [value], source: .variable(text.source))
    }
    if let basicAuth = values["basic_auth"] {
      let credentials = try basicAuth.readCredentials(in: world)
      set(.clientID, credentials.clientID, basicAuth)
      set(.clientAuth, "basic", basicAuth)
      set(.clientSecret, credentials.secret.revealed, basicAuth)
      return
    }
    if let id = values["client_id"] { set(.clientID, try id.read(in: world), id) }
    guard let secret = values["client_secret"] else { return }
    switch secret.value {
    case .text(let text): set(.clientSecret, text, secret)
    case .file(let path): set(.clientSecretFile, path, secret)
    }
    set(.clientAuth, "post", secret)
  }

  /// Fields without an option, which are sent unchanged.
  private var extraFields: [ExchangeConfiguration.ExtraField] {
    let known = Self.settings.union(Self.credentials).union(Self.options.map(\.field))
      .union(["subject_token", "grant_type"])
    return values.filter { !known.contains($0.key) }.sorted { $0.key < $1.key }
      .map { .init(name: $0, text: $1) }
  }

  /// The values of options that were read from files: messages do not show them, because
  /// `dex_file_scope=/etc/passwd` must not print that file.
  private func optionTextsInFiles(_ world: World) throws(CommandError) -> [Secret] {
    var texts: [Secret] = []
    for field in Self.options.map(\.field) + ["client_id"] {
      guard let text = values[field], text.path != nil else { continue }
      let value = try text.read(in: world)
      texts += [Secret(value)] + value.split(separator: " ").map { Secret(String($0)) }
    }
    return texts
  }

  private func refreshInterval() throws(CommandError) -> Double? {
    guard let interval = values["refresh_interval"], case .text(let text) = interval.value else {
      return nil
    }
    guard let seconds = GoDuration.seconds(text), seconds > 0 else {
      throw .usage(.invalidDuration(text, source: interval.source, allowsZero: false))
    }
    return max(seconds, 0.1)
  }

  /// Warnings about scopes that Dex ignores.
  private static func warnings(_ scopes: [String], from text: ConfiguredText) -> [SidecarWarning] {
    let unknown = scopes.filter { !DexScope.isKnown($0) }
    guard text.path == nil else {
      return unknown.isEmpty ? [] : [.unknownScopes(unknown.count, source: text.source)]
    }
    return unknown.map { scope in
      .unknownScope(
        scope, source: text.source, nearest: Suggestion.nearest(to: scope, in: DexScope.known))
    }
  }

  private static func invalidChoice(
    _ value: String, _ text: ConfiguredText, _ choices: [String]
  ) -> CommandError {
    text.path == nil
      ? .usage(.invalidChoice(value, source: text.source, choices: choices))
      : .sidecar(.invalidChoiceInFile(source: text.source, choices: choices))
  }
}
