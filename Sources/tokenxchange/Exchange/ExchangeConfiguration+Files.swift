import Encoding
import FoundationEssentials
import Platform
import TokenExchange

/// The files of a configuration are read for each exchange, because the kubelet and users replace
/// them.
extension ExchangeConfiguration {
  /// Reads the subject token and the client's secret, and makes the request.
  func request(in world: World) throws(CommandError) -> TokenExchangeRequest {
    let subject = try subject(in: world)
    var request = TokenExchangeRequest(
      tokenURL: tokenURL, issuer: issuer?.text, clientID: clientID,
      authentication: try authentication(in: world), connectorID: connectorID,
      subjectToken: subject, subjectTokenType: subjectTokenType,
      requestedTokenType: requestedTokenType, scopes: scopes, audiences: audiences)
    request.confidentialTexts = confidentialTexts
    if let clientCredentials {
      let credentials = try clientCredentials.readCredentials(in: world)
      request.clientID = credentials.clientID
      // Without a colon, or with ID and secret swapped, this is the secret.
      request.confidentialTexts.append(Secret(credentials.clientID))
      request.authentication = .basic(credentials.secret)
    }
    for field in extraFields {
      request.extraFields.append(.init(field.name, try field.text.read(in: world)))
    }
    return request
  }

  private func subject(in world: World) throws(CommandError) -> SubjectToken {
    guard let tokenInput else {
      return try world.subjectToken(
        content: subjectContent(in: world), file: subjectToken?.source ?? tokenFile,
        type: subjectTokenType, requiredAudience: subjectAudience)
    }
    let content = try tokenInput.read(in: world, timeout: timeout)
    do throws(InvalidSubjectToken) {
      return try SubjectToken(
        content: content, type: subjectTokenType, requiredAudience: subjectAudience,
        now: world.now())
    } catch {
      throw .tokenInput(.invalid(error, tokenInput))
    }
  }

  /// The source of the subject token, for the log.
  var subjectTokenName: String { tokenInput?.name.text ?? tokenFile }

  func subjectContent(in world: World) throws(CommandError) -> [UInt8] {
    guard let subjectToken else { return try world.readToken(tokenFile) }
    return Array(try subjectToken.read(in: world).utf8)
  }

  /// Initializes TLS in the background, for a run that will certainly send a request.
  func prepareConnection(in world: World) {
    if tokenURL.scheme == "https" { world.network.prepareTLS() }
  }

  /// Reads the client secret, if there is one, and selects the client authentication.
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
