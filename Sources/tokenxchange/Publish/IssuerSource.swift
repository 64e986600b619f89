import TokenExchange

/// Where an issuer's live documents are.
struct IssuerSource: Sendable {
  /// The kinds of source.
  enum Place: Sendable {
    case server(EndpointURL, IssuerSite, token: Secret?)
    case files(discovery: String, keys: String)
  }

  var place: Place
  var world: World

  init(_ arguments: ParsedArguments, world: World) throws(Problem) {
    self.world = world
    let files: [OptionDeclaration] = [.discoveryFile, .keysFile]
    let given = files.first(where: arguments.isSet)
    guard let server = try arguments[.fromServer] else {
      guard given != nil else {
        throw arguments.missing(.fromServer, .discoveryFile)
      }
      let ofServer: [OptionDeclaration] = [.serverCA, .fromTokenFile]
      for spec in ofServer where arguments.isSet(spec) {
        throw .conflict(
          arguments.source(of: spec), "files", hint: "it is for --from-server, which reads no files"
        )
      }
      place = .files(
        discovery: try arguments[.discoveryFile], keys: try arguments[.keysFile]
      )
      return
    }
    if let given {
      throw .conflict(
        arguments.source(of: .fromServer), arguments.source(of: given),
        hint: "the documents come from the server or from files")
    }
    let site = try IssuerSite(.apiServer, .serverCA, arguments, world)
    var token: Secret?
    if let tokenFile = arguments[.fromTokenFile] {
      token = try world.token(in: tokenFile)
    }
    place = .server(server, site, token: token)
  }

  /// Finds the token in what the server sent back.
  var redaction: Redaction {
    if case .server(_, _, let token?) = place { Redaction([token]) } else { Redaction([]) }
  }

  /// Reads both.
  func documents() throws(Problem) -> IssuerMetadata {
    switch place {
    case .files(let discovery, let keys):
      return try IssuerMetadata.reading(
        discovery: world.readConfiguration(discovery, source: "--openid-configuration"),
        keys: world.readConfiguration(keys, source: "--jwks"), sources: (discovery, keys))
    case .server(let url, let site, let token):
      let discoveryURL = url.appending(IssuerMetadata.discoveryPath)
      // Not what jwks_uri says: that may be the public copy, or out of this pod's reach.
      let keysURL = url.appending(IssuerMetadata.keysPath)
      return try IssuerMetadata.reading(
        discovery: site.get(discoveryURL, token: token), keys: site.get(keysURL, token: token),
        sources: (discoveryURL.text, keysURL.text))
    }
  }
}
