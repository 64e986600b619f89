import OpenIDConnect
import Platform
import TokenExchange

/// The source of an issuer's live documents.
enum IssuerSource: Sendable {
  case server(EndpointURL, IssuerSite, token: Secret?)
  case files(discovery: String, keys: String)

  /// Reads the options, and the token for the server.
  init(_ arguments: ParsedArguments, world: World) throws(CommandError) {
    let fileOptions: [OptionDeclaration] = [.discoveryFile, .keysFile]
    let fileOption = fileOptions.first(where: arguments.isSet)
    guard let server = try arguments[.fromServer] else {
      guard fileOption != nil else { throw arguments.missing(.fromServer, .discoveryFile) }
      let serverOptions: [OptionDeclaration] = [.serverCA, .fromTokenFile]
      if let option = serverOptions.first(where: arguments.isSet) {
        throw .publish(
          .conflict(arguments.source(of: option), "files", .serverOptionWithFiles))
      }
      self = .files(discovery: try arguments[.discoveryFile], keys: try arguments[.keysFile])
      return
    }
    if let fileOption {
      throw .publish(
        .conflict(
          arguments.source(of: .fromServer), arguments.source(of: fileOption), .serverAndFiles))
    }
    let site = try IssuerSite(.apiServer, .serverCA, arguments, world)
    var token: Secret?
    if let path = arguments[.fromTokenFile] { token = try world.token(in: path) }
    self = .server(server, site, token: token)
  }

  /// The token that is sent to the server.
  var token: Secret? {
    if case .server(_, _, let token) = self { token } else { nil }
  }

  func metadata(in world: World) throws(CommandError) -> IssuerMetadata {
    switch self {
    case .files(let discovery, let keys):
      let document = try world.readConfiguration(discovery, source: "--openid-configuration")
      let keySet = try world.readConfiguration(keys, source: "--jwks")
      do throws(IssuerMetadataError) {
        return try IssuerMetadata(discovery: document, keys: keySet)
      } catch {
        throw .publish(.metadata(error, discovery: discovery, keys: keys))
      }
    case .server(let url, let site, let token):
      do throws(PublishError) { return try site.metadata(at: url, token: token) } catch {
        throw .publish(error, token: token)
      }
    }
  }
}
