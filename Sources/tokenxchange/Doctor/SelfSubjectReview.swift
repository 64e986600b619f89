import Platform
import TokenExchange

/// The question "who am I?" to an API server (`authentication.k8s.io/v1`, Kubernetes 1.28).
struct SelfSubjectReview: Sendable {
  /// Whom an API server sees.
  struct User: Sendable, Equatable {
    var name: String
    var groups: [String]
  }

  var server: EndpointURL
  var trust: HTTPOptions.Trust
  var timeout: Double

  /// Asks with a token.
  func ask(_ token: Secret, in world: World) throws(Problem) -> HTTPResponse {
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
      throw .serverUnreachable(error, url: url, seconds: timeout)
    }
  }

  /// Reads the answer.
  static func user(
    in answer: HTTPResponse, from server: EndpointURL, _ token: IssuedToken
  ) throws(Problem) -> User {
    let document = JSON(parsing: answer.body)
    let message = document?["message"]?.string
    switch answer.status {
    case 200...299:
      let info = document?["status"]?["userInfo"]
      guard let name = info?["username"]?.string else {
        throw .noAPIServer(server, answer.status)
      }
      return User(name: name, groups: info?["groups"]?.strings ?? [])
    case 401: throw .serverUnauthorized(server, token)
    case 403: throw .serverForbidden(server, message: message.map { answer.shown($0) })
    default: throw .noAPIServer(server, answer.status)
    }
  }
}

extension Problem {
  /// There is no connection to the API server.
  static func serverUnreachable(
    _ error: TransportError, url: EndpointURL, seconds: Double
  ) -> Problem {
    var problem = Problem.transport(error, to: url, seconds: seconds)
    problem.hint =
      switch error {
      case .tls:
        "give its CA by --server-ca: certificate-authority-data of the kubeconfig, decoded"
      case .nameResolution(let error) where !error.isServerFailure:
        "take --server from the kubeconfig or the Argo CD cluster Secret"
      case .connectionRefused:
        "take --server from the kubeconfig or the Argo CD cluster Secret"
      default: problem.hint
      }
    return problem
  }

  /// The API server says 401; only its log says why.
  static func serverUnauthorized(_ server: EndpointURL, _ token: IssuedToken) -> Problem {
    let audiences = token.jwt?.audiences.joined(separator: ", ") ?? "none"
    let names = token.jwt.map(UserNames.init)?.choices.filter { $0.value == nil }.map(\.claim) ?? []
    let absent = names.isEmpty ? "" : " (absent here: \(names.joined(separator: ", ")))"
    return Problem(
      .refused, "the API server \(server.text) answered 401 Unauthorized to Dex's token",
      hint: "likely: (1) its client ID or audiences: hold none of \(audiences.sanitized()); "
        + "(2) it trusts another issuer than \((token.jwt?.issuer ?? "none").sanitized()), "
        + "character by character, or none; "
        + "(3) the claim that it maps to the user name is not in the token\(absent), or "
        + "email_verified is false, or a claimValidationRule says no; "
        + "(4) it cannot fetch Dex's keys: name, network or --oidc-ca-file, or it has the keys "
        + "from before a restart of Dex, which with storage: memory makes new keys: use persistent "
        + "storage; "
        + "its log has the reason beside \"Unable to authenticate the request\"")
  }

  /// The API server knows who this is, and does not let them ask.
  static func serverForbidden(_ server: EndpointURL, message: String?) -> Problem {
    Problem(
      .refused,
      "the API server \(server.text) answered 403: \(message ?? "no message")",
      hint:
        "the token is good and the user has a name: if that is system:anonymous, a proxy dropped "
        + "the token; else the role system:basic-user is not bound to system:authenticated")
  }

  /// This is no API server, or one before 1.28.
  static func noAPIServer(_ server: EndpointURL, _ status: Int) -> Problem {
    Problem(
      .answer, "\(server.text) answered \(status) and no SelfSubjectReview",
      hint: "--server takes the API server's URL; SelfSubjectReview needs Kubernetes 1.28")
  }
}
