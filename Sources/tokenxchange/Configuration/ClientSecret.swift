import TokenExchange

/// The client secret; a file is not read yet.
enum ClientSecret: Equatable, Sendable {
  case none
  case text(Secret)
  case file(String, source: String)

  func read(in world: World) throws(CommandError) -> Secret? {
    switch self {
    case .none: return nil
    case .text(let text): return text
    case .file(let path, let source):
      let content = try world.readConfiguration(path, source: source, mayBeSecret: true)
      let source = "\(source) \(path)"
      guard let text = String(validating: content, as: UTF8.self) else {
        throw .configuration(.invalidSecret(.notUTF8, source: source))
      }
      return try Self.secret(text, source: source)
    }
  }

  /// A secret from a file or variable, without the trailing newline of editors and `echo`.
  fileprivate static func secret(_ text: String, source: String) throws(CommandError) -> Secret {
    let end = text.unicodeScalars.lastIndex { !$0.properties.isWhitespace }
    guard let end else { throw .configuration(.invalidSecret(.empty, source: source)) }
    let secret = String(text.unicodeScalars[...end])
    guard !secret.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F }) else {
      throw .configuration(.invalidSecret(.controlCharacter, source: source))
    }
    return Secret(secret)
  }
}

extension ParsedArguments {
  func clientSecret() throws(CommandError) -> ClientSecret {
    let text = self[.clientSecret].flatMap { $0.isEmpty ? nil : $0 }
    guard let path = self[.clientSecretFile] else {
      guard let text else { return .none }
      return .text(try ClientSecret.secret(text, source: source(of: .clientSecret)))
    }
    guard text == nil else {
      throw .configuration(
        .conflict(source(of: .clientSecretFile), source(of: .clientSecret), .secretTwice))
    }
    return .file(path, source: source(of: .clientSecretFile))
  }

  /// Warnings about options that reduce security.
  func warnings(url: EndpointURL, authority: TrustSource, secret: ClientSecret) -> [Warning] {
    var warnings: [Warning] = []
    if url.scheme == "http", !url.isLoopback { warnings.append(.tokenOverHTTP(host: url.host)) }
    if authority == .insecureSkipVerify {
      warnings.append(.certificatesNotVerified(host: url.host))
    }
    if case .text = secret, case .flag(let flag) = resolved(.clientSecret)?.source {
      warnings.append(.secretInArguments(option: flag))
    }
    return warnings
  }
}
