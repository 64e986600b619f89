import FoundationEssentials
import TokenExchange

/// The reading of the files that settings name; done anew for each exchange, because kubelet and
/// people replace them.
extension ExchangeSettings {
  /// Reads the subject token and the client's secret, and says what to ask.
  ///
  /// - Throws: A subject token or usage problem, before anything is sent.
  func attempt(in world: World) throws(Problem) -> ExchangeAttempt {
    let subject = try SubjectToken(
      content: world.readToken(tokenFile), path: tokenFile, type: subjectTokenType,
      requiredAudience: subjectAudience, now: world.now())
    let request = ExchangeRequest(
      clientID: clientID, authentication: try authentication(in: world), connectorID: connectorID,
      subjectToken: subject.secret, subjectTokenType: subjectTokenType,
      requestedTokenType: requestedTokenType, scopes: scopes, audiences: audiences)
    return ExchangeAttempt(
      url: tokenURL, issuer: issuer?.text, request: request, subject: subject.jwt)
  }

  /// Reads the certificates to trust.
  func trust(in world: World) throws(Problem) -> HTTPOptions.Trust {
    try authority.trust(in: world)
  }

  private func authentication(in world: World) throws(Problem) -> ClientAuthentication {
    let secret: Secret?
    switch clientSecret {
    case .none: secret = nil
    case .text(let text): secret = text
    case .file(let path, let source):
      secret = try Self.secret(
        try world.readConfiguration(path, source: source), source: "\(source) \(path)")
    }
    switch clientAuth {
    case .none: return .none
    case .auto: return secret.map { .basic($0) } ?? .none
    case .basic: return .basic(secret ?? Secret(""))
    case .post: return .post(secret ?? Secret(""))
    }
  }

  /// A secret out of a file's bytes, without the line's end that editors and `echo` leave.
  private static func secret(_ content: [UInt8], source: String) throws(Problem) -> Secret {
    guard let text = String(validating: content, as: UTF8.self) else {
      throw .badSecret(source, "is not UTF-8 text")
    }
    let end = text.unicodeScalars.lastIndex { !$0.properties.isWhitespace }
    guard let end else { throw .badSecret(source, "is empty") }
    let secret = String(text.unicodeScalars[...end])
    guard !secret.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F }) else {
      throw .badSecret(source, "holds more than one line or a control character")
    }
    return Secret(secret)
  }
}

extension World {
  /// Reads a token file, with its faults in words.
  func readToken(_ path: String) throws(Problem) -> [UInt8] {
    do throws(FileFault) {
      return try readFile(path, 1 << 20)
    } catch {
      switch error {
      case .missing: throw .tokenFileMissing(path)
      case .unreadable(let reason): throw .tokenFileUnreadable(path, user: userID, reason: reason)
      case .notRegular(let kind): throw .tokenFileKind(path, kind: kind)
      case .tooLarge: throw .tokenFileTooLarge(path)
      case .unstable: throw .tokenFileUnstable(path)
      }
    }
  }

  /// Reads a file of configuration, with its faults in words.
  func readConfiguration(_ path: String, source: String) throws(Problem) -> [UInt8] {
    do throws(FileFault) {
      return try readFile(path, 1 << 20)
    } catch {
      throw .configurationFile(path, source: source, fault: error, user: userID)
    }
  }
}
