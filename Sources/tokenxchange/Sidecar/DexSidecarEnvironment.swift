import TokenExchange

/// The variables that set up dexsidecar: `dex_X` is the form field X, `dex_file_X` reads it from a
/// file.
///
/// They are turned into options, so that all that holds for those holds for them too; what no flag
/// and no `TOKENXCHANGE_` variable says is taken from them.
struct DexSidecarEnvironment: Sendable {
  /// Where the value of a field is.
  enum Value: Sendable, Equatable {
    case text(String)
    case file(String)
  }

  /// A field or setting by its name without the prefix.
  var values: [String: Value]

  /// Names that are settings and never sent.
  private static let settings: Set = [
    "access_token_file", "endpoint", "refresh_before", "refresh_interval",
  ]
  /// Fields that are options here.
  private static let options: [(field: String, spec: OptionDeclaration)] = [
    ("connector_id", .connectorID), ("scope", .scopes), ("subject_token_type", .subjectTokenType),
    ("requested_token_type", .requestedTokenType),
  ]
  private static let credentials: Set = ["basic_auth", "client_id", "client_secret"]
  private static let exchangeGrant = "urn:ietf:params:oauth:grant-type:token-exchange"

  /// Collects them; nil if this is not a dexsidecar's environment.
  init?(_ variables: [String: String]) throws(Problem) {
    let isSet = { variables[$0]?.isEmpty == false }
    guard isSet("dex_endpoint") || isSet("dex_access_token_file") else { return nil }
    values = [:]
    for (name, value) in variables where name.hasPrefix("dex_") && !value.isEmpty {
      var field = String(name.dropFirst(4))
      let isFile = field.hasPrefix("file_")
      if isFile { field = String(field.dropFirst(5)) }
      guard !isFile || !Self.settings.contains(field) else { throw .dexFileOfSetting(name) }
      guard !isFile || !isSet("dex_" + field) else {
        throw .conflict("dex_" + field, name, hint: "keep one of them")
      }
      values[field] = isFile ? .file(value) : .text(value)
    }
    guard isSet("dex_endpoint") else { throw .dexEndpointMissing }
  }

  /// The variable that a field came from.
  func name(_ field: String) -> String {
    if case .file = values[field] { "dex_file_" + field } else { "dex_" + field }
  }

  /// Fields that are no options: they are sent as they are, by name.
  var extraFields: [ExchangeConfiguration.ExtraField] {
    let known = Self.settings.union(Self.credentials).union(Self.options.map(\.field))
      .union(["subject_token", "grant_type"])
    return values.filter { !known.contains($0.key) }.sorted { $0.key < $1.key }.map {
      field, value in
      .init(name: field, value: value, source: name(field))
    }
  }

  /// A subject token that stands in a variable itself.
  var subjectToken: ExchangeConfiguration.ExtraField? {
    guard case .text(let token) = values["subject_token"] else { return nil }
    return .init(name: "subject_token", value: .text(token), source: "dex_subject_token")
  }

  /// `dex_refresh_interval` in seconds.
  func refreshInterval() throws(Problem) -> Double? {
    guard case .text(let text) = values["refresh_interval"] else { return nil }
    guard let seconds = GoDuration.seconds(text), seconds > 0 else {
      throw .badDuration(text, source: "dex_refresh_interval", allowsZero: false)
    }
    return max(seconds, 0.1)
  }

  /// Sets the options that are not set yet.
  func fill(_ arguments: inout ParsedArguments, world: World) throws(Problem) {
    func set(_ spec: OptionDeclaration, _ value: String, _ field: String) {
      guard !arguments.isSet(spec) else { return }
      arguments.set(spec, to: [value], source: .variable(name(field)))
    }
    if let grant = try text("grant_type", world), grant != Self.exchangeGrant {
      if case .file = values["grant_type"] {
        throw .badFileChoice(source: name("grant_type"), choices: [Self.exchangeGrant])
      }
      throw .badChoice(grant, source: name("grant_type"), choices: [Self.exchangeGrant])
    }
    if !arguments.isSet(.issuer), case .text(let url) = values["endpoint"] {
      set(.tokenURL, url, "endpoint")
    }
    if case .text(let file) = values["access_token_file"] {
      set(.write, file, "access_token_file")
    }
    if case .text(let span) = values["refresh_before"] {
      set(.renewBefore, span, "refresh_before")
    }
    for (field, spec) in Self.options {
      guard let value = try text(field, world) else { continue }
      if case .file = values[field], field.hasSuffix("_token_type"), TokenType(value) == nil {
        throw .badFileChoice(source: name(field), choices: ["id_token", "access_token", "urn:…"])
      }
      set(spec, value, field)
    }
    // What Dex takes a missing field for.
    set(.requestedTokenType, "access_token", "requested_token_type")
    set(.scopes, "", "scope")
    if case .file(let path) = values["subject_token"] { set(.tokenFile, path, "subject_token") }
    try fillClient(&arguments, world: world)
  }

  /// The client's name and secret: from Basic's if there is one, as Dex does.
  private func fillClient(_ arguments: inout ParsedArguments, world: World) throws(Problem) {
    let own: [OptionDeclaration] = [.clientID, .clientSecret, .clientSecretFile, .clientAuth]
    guard !own.contains(where: arguments.isSet) else { return }
    func set(_ spec: OptionDeclaration, _ value: String, _ field: String) {
      arguments.set(spec, to: [value], source: .variable(name(field)))
    }
    if let basic = try basicAuth.map({ field throws(Problem) in try world.basicAuth(field) }) {
      set(.clientID, basic.user, "basic_auth")
      set(.clientAuth, "basic", "basic_auth")
      set(.clientSecret, basic.password.revealed, "basic_auth")
      return
    }
    if let id = try text("client_id", world) { set(.clientID, id, "client_id") }
    switch values["client_secret"] {
    case .text(let secret): set(.clientSecret, secret, "client_secret")
    case .file(let path): set(.clientSecretFile, path, "client_secret")
    case nil: return
    }
    set(.clientAuth, "post", "client_secret")
  }

  /// What was read from files by names of this program's options: no message shows it.
  func fileTexts(_ world: World) throws(Problem) -> [Secret] {
    var texts: [Secret] = []
    for field in Self.options.map(\.field) + ["client_id"] {
      guard case .file = values[field], let value = try text(field, world) else { continue }
      texts += [Secret(value)] + value.split(separator: " ").map { Secret(String($0)) }
    }
    return texts
  }

  /// `dex_basic_auth`, wherever its value is.
  var basicAuth: ExchangeConfiguration.ExtraField? {
    values["basic_auth"].map { .init(name: "basic_auth", value: $0, source: name("basic_auth")) }
  }

  /// The value of a field, read from its file if it is in one.
  private func text(_ field: String, _ world: World) throws(Problem) -> String? {
    guard let value = values[field] else { return nil }
    return try world.text(of: value, source: name(field))
  }
}

extension World {
  /// A user and a password, cut at the first colon; without one the password is empty.
  func basicAuth(
    _ field: ExchangeConfiguration.ExtraField
  ) throws(Problem) -> (user: String, password: Secret) {
    let text = try text(of: field.value, source: field.source).trimmingWhitespace()
    let halves = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    return (String(halves[0]), Secret(halves.count == 2 ? String(halves[1]) : ""))
  }

  /// The value of a field of the form; what is read from a file is trimmed.
  func text(of value: DexSidecarEnvironment.Value, source: String) throws(Problem) -> String {
    switch value {
    case .text(let text): return text
    case .file(let path):
      let content = try readConfiguration(path, source: source, showsPath: false)
      guard let text = String(validating: content, as: UTF8.self) else {
        throw .badField(path, source: source)
      }
      return text.trimmingWhitespace()
    }
  }
}

extension String {
  fileprivate func trimmingWhitespace() -> String {
    let scalars = unicodeScalars.drop { $0.properties.isWhitespace }
    let end = scalars.lastIndex { !$0.properties.isWhitespace }
    return end.map { String(scalars[...$0]) } ?? ""
  }
}
