import FoundationEssentials
import TestSupport
import Testing
import TokenExchange

/// What each recorded answer of a real Dex becomes: a token, or two lines and a category.
@Suite struct RecordedFaultTests {
  @Test func eachRecordingHasItsWords() throws {
    let file = Golden.fixtures().appending(path: "dex-recordings.json")
    let recordings = try #require(JSON(parsing: Array(Data(contentsOf: file))))
    guard case .array(let exchanges) = recordings["exchanges"] else {
      Issue.record("no exchanges")
      return
    }
    #expect(exchanges.count == 117)
    let text = try exchanges.map { try words($0) }.joined(separator: "\n")
    #expect(Golden.difference(text, from: "recorded-faults.txt") == nil)
  }

  private func words(_ exchange: JSON) throws -> String {
    let name = try #require(exchange["name"]?.string)
    let answer = try answer(exchange)
    let now = try #require(answer.headers["date"].flatMap(HTTPDate.parse))
    let attempt = try attempt(exchange)
    do {
      let token = try IssuedToken(answer: answer, to: attempt, now: now)
      let end = token.expiry.map(Timestamp.text) ?? "none"
      return "\(name)\n  token, good until \(end)\n"
    } catch {
      let problem = error
      return "\(name)\n  \(problem.category)\n  tokenxchange: \(problem.sentence)\n"
        + "  hint: \(problem.hint)\n"
    }
  }

  private func answer(_ exchange: JSON) throws -> HTTPResponse {
    let response = try #require(exchange["response"])
    let headers = try #require(response["headers"]?.object).map {
      ($0.key.lowercased(), $0.value.string ?? "")
    }
    return HTTPResponse(
      status: Int(try #require(response["status"]?.lenientNumber)),
      headers: Dictionary(headers) { first, _ in first },
      body: Array((response["body"]?.string ?? "").utf8))
  }

  private func attempt(_ exchange: JSON) throws -> ExchangeAttempt {
    let request = try #require(exchange["request"])
    var form: [String: String] = [:]
    if case .array(let fields) = request["form"] {
      for field in fields { form[field["name"]?.string ?? ""] = field["value"]?.string }
    }
    let (client, authentication) = client(request, form)
    let target = try #require(request["target"]?.string?.split(separator: "?").first)
    let subject = form["subject_token"] ?? ""
    return ExchangeAttempt(
      url: try EndpointURL("http://127.0.0.1:18610" + target, source: "--token-url"), issuer: nil,
      request: TokenExchangeRequest(
        clientID: client, authentication: authentication,
        connectorID: form["connector_id"] ?? "argocd-cluster", subjectToken: Secret(subject),
        subjectTokenType: form["subject_token_type"].flatMap { TokenType($0) } ?? .idToken,
        requestedTokenType: form["requested_token_type"].flatMap { TokenType($0) } ?? .idToken,
        scopes: form["scope"]?.split(separator: " ").map(String.init) ?? []),
      subject: UnverifiedJWT(subject))
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
