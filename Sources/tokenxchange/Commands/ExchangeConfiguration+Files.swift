import FoundationEssentials
import Platform
import TokenExchange

/// The reading of the files that settings name; done anew for each exchange, because kubelet and
/// people replace them.
extension ExchangeConfiguration {
  /// Reads the subject token and the client's secret, and says what to ask.
  ///
  /// - Throws: A subject token or usage problem, before anything is sent.
  func attempt(in world: World) throws(Problem) -> ExchangeAttempt {
    let subject = try SubjectToken(
      content: subjectContent(in: world), path: subjectToken?.source ?? tokenFile,
      type: subjectTokenType, requiredAudience: subjectAudience, now: world.now())
    var request = TokenExchangeRequest(
      clientID: clientID, authentication: try authentication(in: world), connectorID: connectorID,
      subjectToken: subject.secret, subjectTokenType: subjectTokenType,
      requestedTokenType: requestedTokenType, scopes: scopes, audiences: audiences)
    request.confidentialTexts = confidentialTexts
    if let basicAuth {
      let basic = try world.basicAuth(basicAuth)
      request.clientID = basic.user
      // With the halves swapped, or a bare password, this is the secret.
      request.confidentialTexts.append(Secret(basic.user))
      request.authentication = .basic(basic.password)
    }
    for field in extraFields {
      request.extraFields.append(
        .init(field.name, try world.text(of: field.value, source: field.source)))
    }
    return ExchangeAttempt(
      url: tokenURL, issuer: issuer?.text, request: request, subject: subject.jwt)
  }

  /// The bytes of the subject token, as they are now.
  func subjectContent(in world: World) throws(Problem) -> [UInt8] {
    guard let subjectToken else { return try world.readToken(tokenFile) }
    return Array(try world.text(of: subjectToken.value, source: subjectToken.source).utf8)
  }

  /// Reads the certificates to trust.
  func trust(in world: World) throws(Problem) -> HTTPOptions.Trust {
    try authority.trust(in: world)
  }

  /// Reads the client's secret, if there is one, and says how it is to be shown.
  func authentication(in world: World) throws(Problem) -> ClientAuthentication {
    let secret = try clientSecret.read(in: world)
    switch clientAuth {
    case .none: return .none
    case .auto: return secret.map { .basic($0) } ?? .none
    case .basic: return .basic(secret ?? Secret(""))
    case .post: return .post(secret ?? Secret(""))
    }
  }
}

extension World {
  /// Reads a token file, with its faults in words.
  func readToken(_ path: String) throws(Problem) -> [UInt8] {
    do throws(FileReadError) {
      return try files.read(path, 1 << 20)
    } catch {
      throw .tokenFile(path, error, user: userID)
    }
  }

  /// Reads a file of configuration, with its faults in words.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - source: The flag or variable that named it.
  ///   - showsPath: Whether a path that cannot be read may be shown; not if a secret may have been
  ///     given in its place.
  /// - Returns: Its bytes.
  /// - Throws: A usage problem that names `source`.
  func readConfiguration(
    _ path: String, source: String, showsPath: Bool = true
  ) throws(Problem) -> [UInt8] {
    do throws(FileReadError) {
      return try files.read(path, 1 << 20)
    } catch {
      throw .configurationFile(showsPath ? path : nil, source: source, error, user: userID)
    }
  }
}
