import OpenIDConnect
import Platform
import TokenExchange

/// A web server that serves an issuer's documents.
struct IssuerSite: Sendable {
  var host: IssuerHost
  var trust: HTTPOptions.Trust
  /// The end of the timeout, as uptime.
  var deadline: Double
  var timeout: Double
  var world: World
  var log: VerboseLog

  /// Reads the CA certificates of an option, or trusts the system's, and starts the timeout.
  init(
    _ host: IssuerHost, _ authority: OptionalTextOption, _ arguments: ParsedArguments,
    _ world: World
  ) throws(CommandError) {
    self.host = host
    let source = arguments.source(of: authority)
    trust = try (arguments[authority].map { .file($0, source: source) } ?? TrustSource.system)
      .trust(in: world)
    timeout = try arguments[.timeout]
    deadline = world.uptime() + timeout
    log = world.log(for: arguments)
    self.world = world
  }

  /// Fetches both documents of an issuer.
  ///
  /// The key set is read from its default path and not from `jwks_uri`, which may be the URL of the
  /// public copy, or unreachable.
  func metadata(
    at issuer: EndpointURL, token: Secret? = nil
  ) throws(PublishError) -> IssuerMetadata {
    let urls = [IssuerMetadata.discoveryPath, IssuerMetadata.keysPath].map(issuer.appending)
    let discovery = try get(urls[0], token: token)
    let keys = try get(urls[1], token: token)
    do throws(IssuerMetadataError) {
      return try IssuerMetadata(discovery: discovery, keys: keys)
    } catch {
      throw .metadata(error, discovery: urls[0].text, keys: urls[1].text)
    }
  }

  private func get(_ url: EndpointURL, token: Secret?) throws(PublishError) -> [UInt8] {
    // API servers return their keys only as application/jwk-set+json, other servers as JSON.
    var headers: [HTTPRequest.Header] = [
      .init("Accept", "application/jwk-set+json, application/json"),
      .init("User-Agent", Version.userAgent),
    ]
    if let token { headers.append(.init("Authorization", "Bearer " + token.revealed)) }
    let response: HTTPResponse
    do throws(TransportError) {
      response = try HTTPRequest(method: "GET", url: url.text, headers: headers).send(
        by: world.network.send,
        HTTPOptions(trust: trust, timeout: max(deadline - world.uptime(), 0.001)))
    } catch {
      throw .transport(error, url, from: host, timeout: timeout)
    }
    log("GET \(url.text): \(response.status), \(response.body.count) bytes")
    guard response.status == 200 else { throw .status(response.status, url, from: host) }
    // The magic number of gzip: the stored file is compressed and has no Content-Encoding.
    guard !response.body.starts(with: [0x1F, 0x8B]) else { throw .compressed(url) }
    return response.body
  }
}
