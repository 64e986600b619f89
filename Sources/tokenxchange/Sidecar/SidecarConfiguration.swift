import Platform
import TokenExchange

/// Which file is to be kept, and how.
struct SidecarConfiguration: Sendable {
  /// What is asked of Dex.
  var exchange: ExchangeConfiguration
  /// The file.
  var file: String
  /// The flag or variable that named it.
  var fileSource: String
  /// The file's permissions.
  var mode: UInt32
  /// When to renew.
  var plan: RenewalSchedule
  /// Whether one token is enough.
  var isOnce: Bool
  /// Seconds between two looks at the clock and the files.
  var lookInterval = longestLook
  /// What weakens the run.
  var warnings: [Warning]
  /// Whether the client is the user of `dex_basic_auth`.
  var hasBasicUser = false

  /// Kubelet swaps a token without a word, and clocks jump: this is how late that may be noticed.
  static let longestLook = 2.0

  /// Takes the settings from flags and variables, dexsidecar's among them.
  init(_ given: ParsedArguments, world: World) throws(Problem) {
    var arguments = given
    let legacy = try DexSidecarEnvironment(world.variables)
    try legacy?.fill(&arguments, world: world)
    exchange = try ExchangeConfiguration(arguments, world: world)
    warnings = exchange.warnings
    file = try arguments[.write]
    fileSource = arguments.source(of: .write)
    plan = RenewalSchedule(
      refreshBefore: try arguments[.renewBefore])
    isOnce = arguments[.once]
    mode = 0o600
    if let legacy {
      mode = 0o644
      lookInterval = min(lookInterval, try legacy.refreshInterval() ?? lookInterval)
      hasBasicUser = arguments.source(of: .clientID) == legacy.name("basic_auth")
      exchange.basicAuth = hasBasicUser ? legacy.basicAuth : nil
      exchange.extraFields = legacy.extraFields
      exchange.confidentialTexts = try legacy.fileTexts(world)
      exchange.subjectToken = legacy.subjectToken
      if arguments.source(of: .scopes) == legacy.name("scope") {
        warnings += legacy.warnings(ofScopes: exchange.scopes)
      }
    }
    for input in inputs(legacy, world.variables) where world.files.isSame(file, input.path) {
      throw .writesInput(file, source: fileSource, input.description)
    }
    if let text = arguments[.mode] {
      mode = try Self.mode(text, source: arguments.source(of: .mode))
    } else if legacy != nil {
      warnings.append(.readableByAll(file: file))
    }
  }

  /// Reads permissions such as `0640`, `640` or `0o640`.
  static func mode(_ text: String, source: String) throws(Problem) -> UInt32 {
    let digits = text.hasPrefix("0o") ? text.dropFirst(2) : text[...]
    guard let mode = UInt32(digits, radix: 8), mode <= 0o777, mode & 0o600 == 0o600,
      digits.allSatisfy(\.isNumber)
    else { throw .badMode(text, source: source) }
    return mode
  }
}

extension SidecarConfiguration {
  /// Every file that is read at each exchange: a renewal must not replace any of them.
  private func inputs(
    _ legacy: DexSidecarEnvironment?, _ variables: [String: String]
  ) -> [(path: String, description: String)] {
    var inputs: [(path: String, description: String)] = []
    if exchange.subjectToken == nil {
      inputs.append((exchange.tokenFile, "the subject token is read from"))
    }
    if case .file(let path, _) = exchange.clientSecret {
      inputs.append((path, "the client secret is read from"))
    }
    switch exchange.authority {
    case .file(let path, _): inputs.append((path, "the CA certificates are read from"))
    case .system:
      if let path = variables["SSL_CERT_FILE"] { inputs.append((path, "SSL_CERT_FILE names")) }
    case .data, .insecureSkipVerify: break
    }
    for field in (legacy?.values ?? [:]).keys.sorted() {
      guard let legacy, case .file(let path) = legacy.values[field] else { continue }
      inputs.append((path, "\(legacy.name(field).sanitized(maxLength: 100)) names"))
    }
    return inputs
  }
}
