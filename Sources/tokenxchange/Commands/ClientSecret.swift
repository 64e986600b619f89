import TokenExchange

/// Where the client's secret is; a file is not read yet.
enum ClientSecret: Equatable, Sendable {
  case none
  case text(Secret)
  case file(String, source: String)

  /// The secret, if there is one.
  ///
  /// - Throws: A usage problem that names the file.
  func read(in world: World) throws(Problem) -> Secret? {
    switch self {
    case .none: return nil
    case .text(let text): return text
    case .file(let path, let source):
      let content = try world.readConfiguration(path, source: source, showsPath: false)
      let source = "\(source) \(path)"
      guard let text = String(validating: content, as: UTF8.self) else {
        throw .badSecret(source, "is not UTF-8 text")
      }
      return try Self.secret(text, source: source)
    }
  }

  /// A secret out of a file or variable, without the line's end that editors and `echo` leave.
  fileprivate static func secret(_ text: String, source: String) throws(Problem) -> Secret {
    let end = text.unicodeScalars.lastIndex { !$0.properties.isWhitespace }
    guard let end else { throw .badSecret(source, "is empty") }
    let secret = String(text.unicodeScalars[...end])
    guard !secret.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F }) else {
      throw .badSecret(source, "holds more than one line or a control character")
    }
    return Secret(secret)
  }
}

extension Invocation {
  /// The client's secret, by file or by text.
  func clientSecret() throws(Problem) -> ClientSecret {
    let text = text(.clientSecret).flatMap { $0.isEmpty ? nil : $0 }
    guard let path = self.text(.clientSecretFile) else {
      guard let text else { return .none }
      return .text(try ClientSecret.secret(text, source: source(.clientSecret)))
    }
    guard text == nil else {
      throw .conflict(
        source(.clientSecretFile), source(.clientSecret), hint: "keep the file and drop the other")
    }
    return .file(path, source: source(.clientSecretFile))
  }
}

extension World {
  /// Warns of what weakens a run, each time.
  func warnOfRisks(
    _ invocation: Invocation, url: EndpointURL, authority: Authority, secret: ClientSecret
  ) {
    if url.scheme == "http", !url.isLoopback {
      warn("--insecure-allow-http is on: the token goes to \(url.host) in clear")
    }
    if authority == .anything {
      warn(
        "--insecure-skip-tls-verify is on: whoever is on the way to \(url.host) can take the token")
    }
    if case .text = secret, case .flag(let flag) = invocation.settings["client-secret"]?.source {
      warn(
        "\(flag) shows the secret to every user of this machine: "
          + "use --client-secret-file or TOKENXCHANGE_CLIENT_SECRET")
    }
  }
}
