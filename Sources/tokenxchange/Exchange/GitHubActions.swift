import Encoding
import Platform
import TokenExchange

/// The request for an ID token in a job of GitHub Actions.
///
/// In jobs with `permissions: id-token: write`, the runner sets variables with a URL and a token.
enum GitHubActions {
  static let urlVariable = "ACTIONS_ID_TOKEN_REQUEST_URL"
  static let tokenVariable = "ACTIONS_ID_TOKEN_REQUEST_TOKEN"

  /// The request, and the URL without its query for messages.
  static func request(
    audience: String?, variables: [String: String]
  ) throws(GitHubActionsError) -> (request: HTTPRequest, url: EndpointURL) {
    let names = [urlVariable, tokenVariable]
    let missing = names.filter { (variables[$0] ?? "").isEmpty }
    guard missing.isEmpty, let text = variables[urlVariable], let token = variables[tokenVariable]
    else { throw .missingVariables(missing) }
    guard let url = endpoint(text) else { throw .invalidURL(variable: urlVariable) }
    guard token.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
      throw .invalidToken(variable: tokenVariable)
    }
    var target = text
    if let audience {
      target += (text.contains("?") ? "&" : "?") + "audience=" + FormEncoding.encode(audience)
    }
    let request = HTTPRequest(
      method: "GET", url: target,
      headers: [
        .init("Accept", "application/json"), .init("User-Agent", Version.userAgent),
        .init("Authorization", "Bearer " + token),
      ])
    return (request, url)
  }

  /// The URL without its query; nil unless it is https and fit to receive a token.
  private static func endpoint(_ text: String) -> EndpointURL? {
    let isPlain = text.utf8.allSatisfy { (0x21...0x7E).contains($0) } && !text.contains("#")
    let base = String(text.prefix { $0 != "?" })
    guard isPlain, let url = try? EndpointURL(base), url.scheme == "https" else { return nil }
    return url
  }

  static func token(
    in response: HTTPResponse, from url: EndpointURL
  ) throws(GitHubActionsError) -> [UInt8] {
    switch response.status {
    case 200:
      guard let token = JSON(parsing: response.body)?["value"]?.string, !token.isEmpty else {
        throw JSON.duplicateName(in: response.body).map { .duplicateMember($0, url) }
          ?? .noToken(url)
      }
      return Array(token.utf8)
    case 300...399: throw .redirect(status: response.status, url)
    default: throw .status(response.status, url)
    }
  }
}

extension World {
  /// Requests a token from GitHub Actions, up to three times if its server is not available.
  ///
  /// Without an audience, GitHub uses its default. The timeout in seconds is for all attempts.
  func gitHubToken(audience: String?, timeout: Double) throws(GitHubActionsError) -> [UInt8] {
    let (request, url) = try GitHubActions.request(audience: audience, variables: variables)
    let deadline = uptime() + timeout
    var number = 1
    while true {
      do throws(GitHubActionsError) {
        return try gitHubToken(request, url, timeout: deadline - uptime())
      } catch {
        let pause = Double(number) * (0.5 + random()) / 2
        guard error.isTransient, number < 3, uptime() + pause < deadline else { throw error }
        sleep(pause)
        number += 1
      }
    }
  }

  private func gitHubToken(
    _ request: HTTPRequest, _ url: EndpointURL, timeout: Double
  ) throws(GitHubActionsError) -> [UInt8] {
    let response: HTTPResponse
    do throws(TransportError) {
      response = try request.send(by: network.send, HTTPOptions(timeout: timeout))
    } catch {
      throw .transport(error, url, timeout: timeout)
    }
    return try GitHubActions.token(in: response, from: url)
  }
}

extension GitHubActionsError {
  fileprivate var isTransient: Bool {
    switch self {
    case .transport(.connectionRefused, _, _), .transport(.connectionClosed, _, _): true
    case .status(let status, _): [429, 500, 502, 503, 504].contains(status)
    default: false
    }
  }
}
