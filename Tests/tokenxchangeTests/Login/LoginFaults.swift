import Platform
import Synchronization
import TestSupport
import TokenExchange

@testable import tokenxchange

/// What can go wrong in `login`.
extension FaultTable {
  static let loginBase = [
    "login", "--issuer=https://dex.example/dex", "--client-id=target-cluster", "--no-browser",
  ]

  /// A person at a terminal.
  static let person = Terminal(
    isInteractive: { true }, seesOutput: { false }, start: { _, _, _ in false })

  static let device = Sample.answer(
    200,
    """
    {"device_code": "hunter2-device-code", "user_code": "RVCG-TBGL",
     "verification_uri": "https://dex.example/dex/device", "expires_in": 300, "interval": 5}
    """)

  static func error(_ code: String, status: Int = 400, _ description: String? = nil)
    -> WorldDouble.Outcome
  {
    let more = description.map { #","error_description":"\#($0)""# } ?? ""
    return Sample.answer(status, #"{"error":"\#(code)"\#(more)}"#)
  }

  static let pending = error("authorization_pending")

  /// A sign-in that gets these answers; the last one again and again.
  static func login(
    _ name: String, _ outcomes: [WorldDouble.Outcome], _ arguments: String...,
    cache: @autoclosure @escaping @Sendable () -> Files = .failing,
    variables: [String: String] = [:]
  ) -> Fault {
    var fault = Fault(
      "login: " + name,
      WorldDouble(variables: variables, outcomes: outcomes, person: person, cache: cache()),
      loginBase + arguments)
    fault.shown = [
      "To sign in at dex.example, open", "    https://dex.example/dex/device",
      "and confirm the code RVCG-TBGL, within 5 min.",
      "Waiting for the sign-in at dex.example that process 77 asks for.",
    ]
    return fault
  }

  static func nobody(_ name: String, _ arguments: String...) -> Fault {
    Fault("login: " + name, WorldDouble(), loginBase + arguments)
  }

  static func tokens(_ answer: String) -> [WorldDouble.Outcome] {
    [device, pending, Sample.answer(200, answer)]
  }

  static func idToken(_ token: String) -> [WorldDouble.Outcome] {
    tokens(#"{"access_token":"x","token_type":"bearer","id_token":"\#(token)"}"#)
  }

  static let loginFaults: [Fault] = [
    given("login: no issuer", ["login", "--client-id=x"]),
    given("login: no client", ["login", "--issuer=https://dex.example"]),
    given("login: client with a newline", loginBase + ["--client-id=x\n"]),
    given("login: flag of an exchange", loginBase + ["--token-url=https://dex.example/token"]),
    given("login: plain http", ["login", "--issuer=http://dex.example", "--client-id=x"]),
    given("login: bad timeout", loginBase + ["--timeout=5"]),
    given("login: secret file missing", loginBase + ["--client-secret-file=/nowhere"]),
    nobody("nobody to ask"),
    nobody(
      "nobody to ask, scopes and a secret", "--scopes=openid email", "--client-secret=hunter2"),
    nobody("nobody to ask, nothing kept", "--no-cache"),
    nobody("nobody to ask, insecure", "--insecure-skip-tls-verify"),
    login("no network", [.failure(TransportError(.refused))]),
    login("no device endpoint", [Sample.answer(404, "404 page not found\n", type: "text/plain")]),
    login("HTML in place of a device code", [Sample.answer(200, "<html>", type: "text/html")]),
    login("no device code", [Sample.answer(200, "{}")]),
    login("client refused", [error("invalid_client", status: 401, "Invalid client credentials.")]),
    login("grant off", [device, error("unsupported_grant_type")]),
    login("client may not", [device, error("unauthorized_client")]),
    login("scope refused", [error("invalid_scope", "Unrecognized scope(s) [\\\"x\\\"]")]),
    login("server error", [error("server_error", status: 500)]),
    login("denied", [device, pending, error("access_denied")]),
    login(
      "refusal that echoes the code",
      [device, pending, error("invalid_request", "Invalid Device code hunter2-device-code.")]),
    login("nobody came, says Dex", [device, pending, error("expired_token")]),
    login("nobody came in time", [device, pending], "--timeout=20s"),
    login("network lost for good", [device, pending, .failure(TransportError(.reset))]),
    login(
      "certificate changed",
      [
        device, pending,
        .failure(TransportError(.tls, detail: "SSL certificate problem: certificate has expired")),
      ]),
    login("no ID token", tokens(#"{"access_token":"x","token_type":"bearer"}"#)),
    login("openid not asked for", tokens(#"{"access_token":"x"}"#), "--scopes=email"),
    login("device answer too large", [.failure(TransportError(.tooLarge))]),
    login("ID token empty", idToken("")),
    login("ID token is no JWT", idToken("opaque")),
    login("ID token expired", idToken(Sample.issued(expiry: 1_795_223_250))),
    login("ID token of another issuer", idToken(Sample.issued(issuer: "https://other"))),
    login("ID token for someone else", idToken(Sample.issued(audience: "other-cluster"))),
    login(
      "another process still asks", [], cache: asking(forever: true),
      variables: ["HOME": "/home/ada"]),
    login(
      "another process still asks, forced", [], "--force", cache: asking(forever: true),
      variables: ["HOME": "/home/ada"]),
    login(
      "another process asked in vain", [], cache: asking(forever: false),
      variables: ["HOME": "/home/ada"]),
  ]

  /// A cache whose lock another process holds, which asks somebody to sign in.
  private static func asking(forever: Bool) -> Files {
    let lock = LockOfAnother(isHeldForever: forever)
    var cache = Files.failing
    cache.makePrivateDirectory = { _ throws(DirectoryError) in }
    cache.readPrivate = { path, _ throws(FileReadError) in
      guard path.hasSuffix(".lock") else { throw .missing }
      return Array("77".utf8)
    }
    cache.replace = { _, _, _ throws(FileWriteError) in }
    cache.list = { _ in [] }
    cache.lock = { _ throws(FileLockError) in try lock.take() }
    return cache
  }
}

/// A lock that is not to be had at first.
private final class LockOfAnother: Sendable {
  private let isHeldForever: Bool
  private let looks = Mutex(0)

  init(isHeldForever: Bool) { self.isHeldForever = isHeldForever }

  func take() throws(FileLockError) -> FileLock? {
    let look = looks.withLock { count -> Int in
      count += 1
      return count
    }
    guard !isHeldForever, look > 1 else { return nil }
    guard let folder = try? TemporaryDirectory() else { throw .unstable }
    return try FileLock.take(folder.path("lock"))
  }
}
