// Exchanges the subject token in a file for a token for the target cluster, and prints an
// ExecCredential. Add the package to Package.swift, and the product TokenExchange to your target.
import Foundation
import FoundationNetworking
import Synchronization
import TokenExchange

/// Sends one request with URLSession. `options.trust` is ignored here: URLSession uses the system's
/// certificate authorities.
@Sendable func send(
  _ request: HTTPRequest, _ options: HTTPOptions
) throws(TransportError) -> HTTPResponse {
  guard let url = URL(string: request.url) else { throw .notSent(.invalidURL) }
  var urlRequest = URLRequest(url: url, timeoutInterval: options.timeout)
  urlRequest.httpMethod = request.method
  urlRequest.httpBody = request.body.map { Data($0) }
  for header in request.headers {
    urlRequest.setValue(header.value, forHTTPHeaderField: header.name)
  }
  let result = Mutex<Result<HTTPResponse, TransportError>>(.failure(.timedOut(.response)))
  let isDone = DispatchSemaphore(value: 0)
  let task = URLSession.shared.dataTask(with: urlRequest) { data, response, error in
    if let response = response as? HTTPURLResponse {
      var headers: [String: String] = [:]
      for (name, value) in response.allHeaderFields {
        headers["\(name)".lowercased()] = "\(value)"
      }
      let body = [UInt8](data ?? Data())
      result.withLock {
        $0 = .success(HTTPResponse(status: response.statusCode, headers: headers, body: body))
      }
    } else if let error {
      result.withLock { $0 = .failure(.other(error.localizedDescription)) }
    }
    isDone.signal()
  }
  task.resume()
  isDone.wait()
  return try result.withLock { $0 }.get()
}

let file = URL(filePath: "/var/run/secrets/tokenxchange/token")
let request = TokenExchangeRequest(
  tokenURL: try EndpointURL("https://dex.example.com/dex/token"),
  issuer: "https://dex.example.com/dex", clientID: "target-cluster", connectorID: "cluster-a",
  subjectToken: try SubjectToken(content: [UInt8](Data(contentsOf: file)), now: Date()),
  scopes: ["openid", "federated:id"])

let exchanger = TokenExchanger(
  send: send, now: { Date() }, uptime: { ProcessInfo.processInfo.systemUptime },
  sleep: { Thread.sleep(forTimeInterval: $0) }, random: { Double.random(in: 0...1) })
let token = try exchanger.exchange(
  request, trust: .system, until: ProcessInfo.processInfo.systemUptime + 10,
  userAgent: "example/1.0")

let credential = ExecCredential(version: .v1, token: token.secret, expiration: token.expiry)
print(credential.text, terminator: "")
