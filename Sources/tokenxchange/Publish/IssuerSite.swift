import Platform
import TokenExchange

/// A web server that has an issuer's documents.
struct IssuerSite: Sendable {
  var kind: IssuerHost
  var trust: HTTPOptions.Trust
  /// The uptime at which to give up.
  var deadline: Double
  var timeout: Double
  var world: World
  var log: VerboseLog

  /// Reads the CA that an option names, if it is set, and starts the timeout.
  init(
    _ kind: IssuerHost, _ authority: OptionalTextOption, _ arguments: ParsedArguments,
    _ world: World
  ) throws(Problem) {
    self.kind = kind
    trust = .system
    if let path = arguments[authority] {
      let source = arguments.source(of: authority)
      trust = .certificates(
        pem: try PEMCertificates.check(
          world.readConfiguration(path, source: source), source: "\(source) \(path)"))
    }
    timeout = try arguments[.timeout]
    deadline = world.uptime() + timeout
    log = world.log(for: arguments)
    self.world = world
  }

  /// Fetches a document.
  ///
  /// - Parameters:
  ///   - url: Its address.
  ///   - token: Who asks, if that matters.
  /// - Returns: Its bytes.
  /// - Throws: What kept it away, or a status that is not 200.
  func get(_ url: EndpointURL, token: Secret? = nil) throws(Problem) -> [UInt8] {
    // An API server serves its keys as application/jwk-set+json only, other servers as JSON.
    var headers: [HTTPRequest.Header] = [
      .init("Accept", "application/jwk-set+json, application/json"),
      .init("User-Agent", Version.userAgent),
    ]
    if let token { headers.append(.init("Authorization", "Bearer " + token.revealed)) }
    let answer: HTTPResponse
    do throws(TransportError) {
      answer = try HTTPRequest(method: "GET", url: url.text, headers: headers).send(
        by: world.network.send,
        HTTPOptions(trust: trust, timeout: max(deadline - world.uptime(), 0.001)))
    } catch {
      var problem = Problem.transport(error, to: url, seconds: timeout)
      if error == .connectionRefused { problem.hint = "is anything serving there, and on that port?" }
      if error == .compressed, kind == .publicSite { throw .compressedDocument(url) }
      throw problem
    }
    log("GET \(url.text): \(answer.status), \(answer.body.count) bytes")
    guard answer.status == 200 else { throw .documentStatus(url, answer, from: kind) }
    // The magic number of gzip: stored so, and served without a Content-Encoding.
    guard !answer.body.starts(with: [0x1F, 0x8B]) else { throw .compressedDocument(url) }
    return answer.body
  }
}

/// What is published at an address.
struct PublishedIssuer: Sendable {
  var url: EndpointURL
  var site: IssuerSite

  /// Makes sure that it says the same as the live documents.
  ///
  /// - Throws: A problem that names each difference.
  func compare(with live: IssuerMetadata) throws(Problem) {
    let wanted: JSON
    do throws(TokenExchange.Problem) { wanted = try live.published(at: url) } catch {
      throw Problem(error)
    }
    let discoveryURL = url.appending(IssuerMetadata.discoveryPath)
    let keysURL = url.appending(IssuerMetadata.keysPath)
    let published = try IssuerMetadata.reading(
      discovery: site.get(discoveryURL), keys: site.get(keysURL),
      sources: (discoveryURL.text, keysURL.text))
    var differences: [String] = []
    let found = published.discovery.object ?? [:]
    let others = (wanted.object ?? [:]).keys.filter { found[$0] == nil }
    for name in (found.keys + others).sorted() where found[name] != wanted[name] {
      differences.append(
        "\(name) is \(found[name]?.text() ?? "missing") and not \(wanted[name]?.text() ?? "there")")
    }
    let keys = published.keys.difference(from: live.keys)
    differences += keys.missing.map { "key \($0) is missing" }
    differences += keys.stale.map { "key \($0) is stale" }
    differences += keys.changed.map { "key \($0) is another key" }
    guard differences.isEmpty else { throw .publishedDiffers(url, differences) }
  }
}

extension IssuerMetadata {
  static func reading(
    discovery: [UInt8], keys: [UInt8], sources: (discovery: String, keys: String)
  ) throws(Problem) -> IssuerMetadata {
    do throws(TokenExchange.Problem) {
      return try IssuerMetadata(discovery: discovery, keys: keys, sources: sources)
    } catch { throw Problem(error) }
  }
}

