import Encoding
import FoundationEssentials
import OpenIDConnect
import TestSupport
import Testing
import TokenExchange

@testable import tokenxchange

/// The result for each recorded response from a real Dex: a token, or an exit code and two lines.
@Suite struct RecordedFaultTests {
  @Test("each recording has the result in the reviewed file")
  func recordings() throws {
    let file = Golden.fixtures().appending(path: "dex-recordings.json")
    let recordings = try #require(JSON(parsing: Array(Data(contentsOf: file))))
    guard case .array(let exchanges) = recordings["exchanges"] else {
      Issue.record("no exchanges")
      return
    }
    #expect(exchanges.count == 117)
    let text = try exchanges.map { try result(of: $0) }.joined(separator: "\n")
    #expect(Golden.difference(text, from: "recorded-faults.txt") == nil)
  }

  private func result(of exchange: JSON) throws -> String {
    let name = try #require(exchange["name"]?.string)
    let response = try response(exchange)
    let now = try #require(response.headers["date"].flatMap(HTTPDate.parse))
    let request = try request(exchange)
    do throws(TokenResponseError) {
      let token = try IssuedToken(response: response, to: request, sent: now, now: now)
      let end = token.expiry.map(Timestamp.text) ?? "none"
      return "\(name)\n  token, expires at \(end)\n"
    } catch {
      let context = ExchangeContext(request: request, timeout: 10, now: now)
      let diagnosis = Diagnosis(TokenExchangeError(error, attempts: 1), context)
      return "\(name)\n  exit \(diagnosis.exitCode.rawValue)\n  tokenxchange: "
        + "\(diagnosis.message.text)\n  hint: \(diagnosis.hint.text)\n"
    }
  }

  private func response(_ exchange: JSON) throws -> HTTPResponse {
    let response = try #require(exchange["response"])
    let headers = try #require(response["headers"]?.object).map {
      ($0.key.lowercased(), $0.value.string ?? "")
    }
    return HTTPResponse(
      status: Int(try #require(response["status"]?.lenientNumber)),
      headers: Dictionary(headers) { first, _ in first },
      body: Array((response["body"]?.string ?? "").utf8))
  }

  private func request(_ exchange: JSON) throws -> TokenExchangeRequest {
    let request = try #require(exchange["request"])
    var form: [String: String] = [:]
    if case .array(let fields) = request["form"] {
      for field in fields { form[field["name"]?.string ?? ""] = field["value"]?.string }
    }
    let (client, authentication) = client(request, form)
    let target = try #require(request["target"]?.string?.split(separator: "?").first)
    let subject = form["subject_token"] ?? ""
    return TokenExchangeRequest(
      tokenURL: try EndpointURL("http://127.0.0.1:18610" + target), clientID: client,
      authentication: authentication, connectorID: form["connector_id"] ?? "argocd-cluster",
      subjectToken: SubjectToken(unchecked: Secret(subject)),
      subjectTokenType: form["subject_token_type"].flatMap { TokenType($0) } ?? .idToken,
      requestedTokenType: form["requested_token_type"].flatMap { TokenType($0) } ?? .idToken,
      scopes: form["scope"]?.split(separator: " ").map(String.init) ?? [])
  }

  private func client(
    _ request: JSON, _ form: [String: String]
  ) -> (String, ClientAuthentication) {
    if let basic = request["headers"]?["Authorization"]?.string?.split(separator: " ").last,
      let pair = Base64.decode(String(basic))
    {
      let halves = String(decoding: pair, as: UTF8.self)
        .split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
      return (String(halves[0]), .basic(Secret(String(halves.last ?? ""))))
    }
    let secret = form["client_secret"] ?? ""
    return (form["client_id"] ?? "target-cluster", secret.isEmpty ? .none : .post(Secret(secret)))
  }
}
