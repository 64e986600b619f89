import Encoding
import Platform
import TokenExchange

/// A request to an API server for the user that it sees (`authentication.k8s.io/v1`, Kubernetes
/// 1.28).
struct SelfSubjectReview: Sendable {
  /// The user that an API server sees.
  struct User: Equatable, Sendable {
    var name: String
    var groups: [String]
  }

  var server: EndpointURL
  var trust: HTTPOptions.Trust
  var timeout: Double

  /// Sends the request with a token.
  func send(_ token: Secret, in world: World) throws(APIServerError) -> HTTPResponse {
    let url = server.appending("/apis/authentication.k8s.io/v1/selfsubjectreviews")
    let body: JSON = .object([
      "apiVersion": .string("authentication.k8s.io/v1"), "kind": .string("SelfSubjectReview"),
    ])
    let request = HTTPRequest(
      method: "POST", url: url.text,
      headers: [
        .init("Content-Type", "application/json"), .init("Accept", "application/json"),
        .init("User-Agent", Version.userAgent),
        .init("Authorization", "Bearer " + token.revealed),
      ], body: Array(body.text().utf8))
    do throws(TransportError) {
      return try request.send(by: world.network.send, HTTPOptions(trust: trust, timeout: timeout))
    } catch {
      throw .transport(error, url, timeout: timeout)
    }
  }

  /// Reads the response to a token.
  func user(in response: HTTPResponse, _ token: IssuedToken) throws(APIServerError) -> User {
    let document = JSON(parsing: response.body)
    switch response.status {
    case 200...299:
      let info = document?["status"]?["userInfo"]
      guard let name = info?["username"]?.string else { break }
      return User(name: name, groups: info?["groups"]?.strings ?? [])
    case 401:
      throw .unauthorized(
        server, issuer: token.jwt?.issuer, audiences: token.jwt?.audiences ?? [],
        absent: token.jwt.map { UsernameClaims($0).absent } ?? [])
    case 403:
      throw .forbidden(server, message: document?["message"]?.string.map { response.shown($0) })
    default: break
    }
    throw .notAPIServer(server, status: response.status)
  }
}

/// Why an API server did not name a user.
enum APIServerError: Error, Equatable, Sendable {
  case transport(TransportError, EndpointURL, timeout: Double)
  /// 401; with the claims of the token, because only the API server's log has the reason.
  case unauthorized(
    EndpointURL, issuer: String?, audiences: [String], absent: [UsernameClaims.Claim])
  /// 403: the API server knows the user, who may not send this request.
  case forbidden(EndpointURL, message: String?)
  /// Something else, or an API server older than 1.28.
  case notAPIServer(EndpointURL, status: Int)
}
