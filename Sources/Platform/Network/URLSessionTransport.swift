import CPlatform
import Encoding
import Foundation
import FoundationNetworking
import Glibc
import Synchronization
import TokenExchange

/// Sends requests through URLSession, one at a time, and waits for each response.
///
/// The hook of `CPlatform` sets what URLSession cannot set on Linux (trust, the minimum TLS
/// version, proxies, the time limit), performs the transfer on the session's thread, and collects
/// the response. If the hook fails, the request is not sent.
final class URLSessionTransport: Sendable {
  /// A session and the trust of its connections.
  private struct Connection {
    var session: URLSession
    var trust: HTTPOptions.Trust
    var clientCertificate: HTTPOptions.ClientCertificate?
  }

  /// The events before each connection.
  let events = NetworkEvents()

  private let variables: [String: String]
  private let files: Files
  private let resolver: NameResolver
  private let connection = Mutex<Connection?>(nil)

  init(
    variables: [String: String] = [:], files: Files = .live, resolver: NameResolver = NameResolver()
  ) {
    self.variables = variables
    self.files = files
    self.resolver = resolver
  }

  /// Sends a request and waits for its response, which may have any status.
  func send(
    _ request: HTTPRequest, _ options: HTTPOptions
  ) throws(TransportError) -> HTTPResponse {
    guard tx_hook_effective() != 0 else { throw .notSent(.optionsUnsupported) }
    guard let endpoint = Endpoint(request.url) else { throw .notSent(.invalidURL) }
    if !endpoint.isPlain { tx_prepare_tls() }
    try Self.checkResources()
    // Locked during the whole request, because the hook has only one set of settings.
    return try connection.withLock { connection throws(TransportError) in
      var options = options
      let begin = DNSClient.now()
      let proxy = try setRoute(to: endpoint, by: options.proxyURL, until: begin + options.timeout)
      options.timeout = max(options.timeout - (DNSClient.now() - begin), 0.001)
      try arm(endpoint, options)
      defer { tx_disarm() }
      if connection?.trust != options.trust
        || connection?.clientCertificate != options.clientCertificate
      {
        connection?.session.invalidateAndCancel()
        connection = Self.connect(options)
      }
      guard let current = connection else {
        throw TransportError.notSent(.notStarted("no session"))
      }
      guard try Self.run(request, endpoint, options, current.session) else {
        // libcurl's time limit did not end the transfer: the session's queue may hang forever, and
        // a synchronous call would hang too.
        connection = nil
        DispatchQueue.global().async { current.session.invalidateAndCancel() }
        throw TransportError.timedOut(.response)
      }
      return try response(endpoint, options, proxy)
    }
  }

  /// Selects the proxy, resolves the host to connect to, and passes both to the hook.
  private func setRoute(
    to endpoint: Endpoint, by proxyURL: String?, until deadline: Double
  ) throws(TransportError) -> ProxyURL? {
    let route =
      proxyURL.map(ProxyRoute.init(proxyURL:)) ?? ProxyRoute(to: endpoint, variables: variables)
    events.post(.route(route))
    if case .invalid(let variable) = route {
      throw .proxy(.invalidURL(variable: variable), url: nil)
    }
    let (host, port) = route.proxy.map { ($0.host, $0.port) } ?? (endpoint.host, endpoint.port)
    let resolved = try resolve(host, for: route, until: deadline).map { addresses in
      "\(host):\(port):"
        + addresses.map { $0.isIPv6 ? "[\($0.text)]" : $0.text }.joined(by: ",")
    }
    let code = tx_set_route(route.proxy?.url, resolved)
    guard code == 0 else { throw .notSent(.system(errno: code)) }
    return route.proxy
  }

  /// The addresses of a host; nil if the host is an address.
  private func resolve(
    _ host: String, for route: ProxyRoute, until deadline: Double
  ) throws(TransportError) -> [IPAddress]? {
    guard IPAddress(loose: host) == nil else { return nil }
    if EndpointURL.isLoopback(host) { return IPAddress.loopback }
    do throws(NameResolutionError) {
      return try resolver.resolve(host, until: deadline) { events.post($0) }
    } catch {
      guard let proxy = route.proxy else { throw .nameResolution(error) }
      throw .proxy(.nameResolution(error), url: proxy.text)
    }
  }

  /// Checks that a request can start threads and open sockets; otherwise URLSession hangs or
  /// crashes.
  private static func checkResources() throws(TransportError) {
    var isThreads: Int32 = 0
    let code = tx_check_resources(&isThreads)
    guard code != 0 else { return }
    throw .resourceLimit(isThreads != 0 ? .threads : .fileDescriptors, errno: code)
  }

  /// Passes the settings that URLSession lacks to the hook.
  private func arm(_ endpoint: Endpoint, _ options: HTTPOptions) throws(TransportError) {
    var flags = 0
    var system: SystemTrustStore?
    var pem: [UInt8]?
    if endpoint.isPlain { flags |= TX_PLAIN_HTTP }
    switch options.trust {
    case .insecureSkipVerify: flags |= TX_SKIP_VERIFY
    case .certificates(let bytes) where bytes.isEmpty:
      throw .notSent(.noCACertificates)
    case .certificates(let bytes): pem = bytes
    case .system where endpoint.isPlain: break
    case .system:
      system = SystemTrustStore.find(variables, files: files)
      guard system != nil else {
        throw .noTrustStore(searched: SystemTrustStore.searched(variables, files: files))
      }
    }
    let milliseconds = Int(max(1, min(options.timeout, 86_400) * 1000))
    let failure = tx_arm(
      endpoint.libcurlURL, system?.file, system?.directory, pem, pem?.count ?? 0, Int32(flags),
      milliseconds, options.maximumBody)
    guard failure == 0 else { throw .notSent(.system(errno: failure)) }
    guard let pair = options.clientCertificate else { return }
    let key = Array(pair.key.revealed.utf8)
    let code = tx_set_client_certificate(
      pair.certificates, pair.certificates.count, key, key.count)
    guard code == 0 else { throw .notSent(.system(errno: code)) }
  }

  /// Creates a session without caches, cookies and stored credentials.
  ///
  /// Its tasks have neither a delegate nor a completion handler, so nothing runs on its queue. A
  /// queue of its own would cost a thread and an eighth of the instructions of an http exchange.
  private static func connect(_ options: HTTPOptions) -> Connection {
    let configuration = URLSessionConfiguration.default
    configuration.urlCache = nil
    configuration.urlCredentialStorage = nil
    configuration.httpCookieStorage = nil
    configuration.httpCookieAcceptPolicy = .never
    configuration.httpShouldSetCookies = false
    configuration.requestCachePolicy = .reloadIgnoringLocalCacheData
    return Connection(
      session: URLSession(configuration: configuration, delegate: nil, delegateQueue: .main),
      trust: options.trust, clientCertificate: options.clientCertificate)
  }

  /// Runs one transfer; false after a timeout.
  private static func run(
    _ request: HTTPRequest, _ endpoint: Endpoint, _ options: HTTPOptions, _ session: URLSession
  ) throws(TransportError) -> Bool {
    // Without `Expect:`, libcurl would wait for permission before it sends a large body.
    var lines = ["Expect:"]
    for header in request.headers {
      // libcurl removes a header without a value, unless a semicolon follows its name.
      lines.append(header.value.isEmpty ? "\(header.name);" : "\(header.name): \(header.value)")
    }
    for line in lines {
      let code = tx_add_header(line)
      guard code == 0 else { throw .notSent(.system(errno: code)) }
    }
    if let body = request.body {
      let code = tx_set_body(body, body.count)
      guard code == 0 else { throw .notSent(.system(errno: code)) }
    }
    var urlRequest = URLRequest(url: endpoint.url)
    urlRequest.httpMethod = request.method
    // The hook limits the transfer; URLSession's own limit must not end it before.
    urlRequest.timeoutInterval = options.timeout + 5
    let task = session.dataTask(with: urlRequest)
    task.resume()
    if tx_wait(options.timeout + 0.5) != 0 { return true }
    if let error = task.error { throw .notSent(.notStarted(error.localizedDescription)) }
    return false
  }

  /// The response of a finished transfer.
  private func response(
    _ endpoint: Endpoint, _ options: HTTPOptions, _ proxy: ProxyURL?
  ) throws(TransportError) -> HTTPResponse {
    let outcome = tx_outcome()
    if outcome.refused > 0 { throw .notSent(.optionRejected(Int(outcome.refused_option))) }
    if outcome.code == 0 { return try Self.takeResponse(status: outcome.status) }
    var text = [UInt8](repeating: 0, count: 256)
    let count = tx_error_text(&text, text.count)
    var failure = TransportFailure(
      outcome: outcome, text: String(decoding: text[..<count], as: UTF8.self),
      isEncrypted: !endpoint.isPlain, proxy: proxy, trust: options.trust)
    failure.trustStore = { [variables, files] in
      SystemTrustStore.locations(variables, files: files)
    }
    throw failure.error
  }

  /// Takes the response from the hook.
  private static func takeResponse(status: Int) throws(TransportError) -> HTTPResponse {
    let response = tx_take_response()
    defer {
      free(response.head)
      free(response.body)
    }
    func bytes(_ start: UnsafeMutablePointer<CChar>?, _ count: Int) -> [UInt8] {
      [UInt8](UnsafeRawBufferPointer(start: start, count: count))
    }
    // libcurl accepts any three digits as a status.
    guard response.head != nil, status >= 100 else {
      throw .notHTTP("status \(status)")
    }
    return HTTPResponse(
      status: status, head: bytes(response.head, response.head_length),
      body: bytes(response.body, response.body_length))
  }
}
