import FoundationEssentials
import Platform
import TokenExchange

/// The reading of the files that settings name; done anew for each exchange, because kubelet and
/// people replace them.
extension ExchangeConfiguration {
  /// Reads the subject token and the client's secret, and says what to ask.
  ///
  /// - Throws: A subject token or usage problem, before anything is sent.
  func attempt(in world: World) throws(CommandError) -> ExchangeAttempt {
    let subject = try world.subjectToken(
      content: subjectContent(in: world), file: subjectToken?.source ?? tokenFile,
      type: subjectTokenType, requiredAudience: subjectAudience)
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
  func subjectContent(in world: World) throws(CommandError) -> [UInt8] {
    guard let subjectToken else { return try world.readToken(tokenFile) }
    return Array(try world.text(of: subjectToken.value, source: subjectToken.source).utf8)
  }

  /// Reads the certificates to trust.
  func trust(in world: World) throws(CommandError) -> HTTPOptions.Trust {
    try authority.trust(in: world)
  }

  /// Reads the client's secret, if there is one, and says how it is to be shown.
  func authentication(in world: World) throws(CommandError) -> ClientAuthentication {
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
  /// Reads a token file.
  func readToken(_ path: String) throws(CommandError) -> [UInt8] {
    do throws(FileReadError) {
      return try files.read(path, 1 << 20)
    } catch {
      throw .subjectToken(.unreadable(error, user: userID), file: path)
    }
  }

  /// Reads a token from a file, whatever it is.
  func token(in path: String) throws(CommandError) -> Secret {
    let content = try readToken(path)
    do throws(InvalidSubjectToken) { return try Secret(tokenFile: content) } catch {
      throw .subjectToken(.invalid(error), file: path)
    }
  }

  /// Checks a subject token that was read from a file.
  func subjectToken(
    content: [UInt8], file: String, type: TokenType = .idToken, requiredAudience: String? = nil
  ) throws(CommandError) -> SubjectToken {
    do throws(InvalidSubjectToken) {
      return try SubjectToken(
        content: content, type: type, requiredAudience: requiredAudience, now: now())
    } catch {
      throw .subjectToken(.invalid(error), file: file)
    }
  }

  /// Reads a file of configuration.
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
  ) throws(CommandError) -> [UInt8] {
    do throws(FileReadError) {
      return try files.read(path, 1 << 20)
    } catch {
      throw .configuration(
        .unreadableFile(error, path: showsPath ? path : nil, source: source, user: userID))
    }
  }
}
