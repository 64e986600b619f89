import Platform
import Synchronization
import TestSupport
import TokenExchange

@testable import tokenxchange

/// Failures of `login`.
extension FaultTable {
  static let loginBase = [
    "login", "--issuer=https://dex.example/dex", "--client-id=target-cluster", "--no-browser",
  ]

  /// A process that cannot start a browser.
  static var process: ProcessControl {
    var process = ProcessControl.failing
    process.start = { _, _, _ in false }
    return process
  }

  static let device = Sample.response(
    200,
    """
    {"device_code": "hunter2-device-code", "user_code": "RVCG-TBGL",
     "verification_uri": "https://dex.example/dex/device", "expires_in": 300, "interval": 5}
    """)

  static func error(_ code: String, status: Int = 400, _ description: String? = nil)
    -> WorldDouble.Outcome
  {
    let more = description.map { #","error_description":"\#($0)""# } ?? ""
    return Sample.response(status, #"{"error":"\#(code)"\#(more)}"#)
  }

  static let pending = error("authorization_pending")
  /// The device code page, which does not show whether the client is known.
  static let page = Sample.response(404, "404 page not found\n", type: "text/plain")
  /// The responses before the user is prompted.
  static let asked = [device, pending, page]

  /// A sign-in in a terminal that receives these responses; the last one is repeated.
  static func login(
    _ name: String, _ outcomes: [WorldDouble.Outcome], _ arguments: String...,
    cache: @autoclosure @escaping @Sendable () -> Files = .failing,
    variables: [String: String] = [:]
  ) -> Fault {
    var fault = Fault(
      "login: " + name,
      WorldDouble(
        variables: variables, outcomes: outcomes, terminal: .interactive, process: process,
        fileSystem: cache()),
      loginBase + arguments)
    fault.shown = [
      "To sign in at dex.example, open", "    https://dex.example/dex/device",
      "and confirm the code RVCG-TBGL within 5 min.",
      "and confirm the code RVCG-TBGL within 20 s.",
      "Process 77 started this sign-in; this terminal continues when it is complete.",
      LoginNotice.stillWaiting.lines[0].text,
    ]
    return fault
  }

  static func withoutTerminal(_ name: String, _ arguments: String...) -> Fault {
    Fault("login: " + name, WorldDouble(), loginBase + arguments)
  }

  static func tokens(_ body: String) -> [WorldDouble.Outcome] {
    asked + [Sample.response(200, body)]
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
    withoutTerminal("no terminal"),
    withoutTerminal(
      "no terminal, scopes and a secret", "--scopes=openid email", "--client-secret=hunter2"),
    withoutTerminal("no terminal, no cache", "--no-cache"),
    Fault(
      "login: no terminal, run by kubectl",
      WorldDouble(variables: ["KUBERNETES_EXEC_INFO": #"{"spec":{"interactive":false}}"#]),
      loginBase + ["--api-version=v1"]),
    Fault(
      "login: no terminal, a CA in the arguments", WorldDouble(),
      loginBase + ["--certificate-authority-data=\(GenerateFaultTests.certificateData)"]),
    Fault(
      "login: no terminal, root in the home directory of another user",
      WorldDouble(variables: ["HOME": "/home/ada"], fileSystem: foreignHome()), loginBase),
    Fault(
      "login: sign-in of another process failed",
      WorldDouble(variables: ["HOME": "/home/ada"], fileSystem: lockedCache(forever: false)),
      loginBase),
    withoutTerminal("no terminal, insecure", "--insecure-skip-tls-verify"),
    login("connection refused", [.failure(TransportError.connectionRefused)]),
    login(
      "device endpoint not found",
      [Sample.response(404, "404 page not found\n", type: "text/plain")]),
    login("HTML instead of a device code", [Sample.response(200, "<html>", type: "text/html")]),
    login("no device code", [Sample.response(200, "{}")]),
    login("invalid client", [error("invalid_client", status: 401, "Invalid client credentials.")]),
    login("device grant disabled", [device, error("unsupported_grant_type")]),
    login("client not allowed", [device, error("unauthorized_client")]),
    login("invalid scope", [error("invalid_scope", "Unrecognized scope(s) [\\\"x\\\"]")]),
    login("server error", [error("server_error", status: 500)]),
    login("denied", asked + [error("access_denied")]),
    login(
      "error that repeats the device code",
      asked + [error("invalid_request", "Invalid Device code hunter2-device-code.")]),
    login("code expired at Dex", asked + [error("expired_token")]),
    login("not completed in time", asked + [pending], "--timeout=20s"),
    login("connection lost", asked + [.failure(TransportError.connectionClosed)]),
    login(
      "certificate expired while polling",
      asked + [.failure(TransportError.tls(.expired))]),
    login("no ID token", tokens(#"{"access_token":"x","token_type":"bearer"}"#)),
    login("no openid scope", tokens(#"{"access_token":"x"}"#), "--scopes=email"),
    login("device response too large", [.failure(TransportError.bodyTooLarge)]),
    login("ID token empty", idToken("")),
    login("ID token not a JWT", idToken("opaque")),
    login("ID token expired", idToken(Sample.issued(expiry: 1_795_223_250))),
    login("ID token of another issuer", idToken(Sample.issued(issuer: "https://other"))),
    login("ID token for another audience", idToken(Sample.issued(audience: "other-cluster"))),
    login(
      "sign-in of another process pending", [], cache: lockedCache(forever: true),
      variables: ["HOME": "/home/ada"]),
    login(
      "sign-in of another process pending, forced", [], "--force",
      cache: lockedCache(forever: true),
      variables: ["HOME": "/home/ada"]),
    login("unknown client", [device, pending, verified, unknownClient]),
    login("device code page not allowed", [device, pending, verified, unregistered]),
    login(
      "scope refused by the authorization endpoint", [device, pending, verified, scopeRefused]),
    login("port in use", [], "--flow=browser", "--listen-port=8000"),
    given("login: bad flow", loginBase + ["--flow=code"]),
    given("login: bad port", loginBase + ["--listen-port=0"]),
  ]

  private static func redirect(_ location: String) -> WorldDouble.Outcome {
    Sample.response(303, "", headers: ["location": location])
  }

  static let verified = redirect("/dex/auth?client_id=x&redirect_uri=%2Fdex%2Fdevice%2Fcallback")
  static let unknownClient = Sample.response(404, "<p>Invalid client_id.</p>", type: "text/html")
  static let unregistered = Sample.response(
    400, "<p>Unregistered redirect_uri.</p>", type: "text/html")
  static let scopeRefused = redirect(
    "/dex/device/callback?error=invalid_scope&error_description=Unrecognized+scope%28s%29&state=")

  /// A cache below another user's directory.
  private static func foreignHome() -> Files {
    var cache = Files.failing
    cache.makePrivateDirectory = { _ throws(DirectoryError) in
      throw .belowDirectoryOf(owner: 1000)
    }
    return cache
  }

  /// A cache whose lock is held by another process that waits for a sign-in.
  private static func lockedCache(forever: Bool) -> Files {
    let lock = ForeignLock(isHeldForever: forever)
    var cache = Files.failing
    cache.makePrivateDirectory = { _ throws(DirectoryError) in }
    cache.readPrivate = { path, _ throws(FileReadError) in
      guard path.hasSuffix(".lock") else { throw .missing }
      return Array(
        #"{"process":77,"url":"https://dex.example/dex/device","code":"RVCG-TBGL","#.utf8)
        + Array(#""end":400}"#.utf8)
    }
    cache.replace = { _, _, _ throws(FileWriteError) in }
    cache.list = { _ in [] }
    cache.lock = { _ throws(FileLockError) in try lock.take() }
    return cache
  }
}

/// A lock that another process holds at the first attempt, or forever.
private final class ForeignLock: Sendable {
  private let isHeldForever: Bool
  private let attempts = Mutex(0)

  init(isHeldForever: Bool) { self.isHeldForever = isHeldForever }

  func take() throws(FileLockError) -> FileLock? {
    let attempt = attempts.withLock { count -> Int in
      count += 1
      return count
    }
    guard !isHeldForever, attempt > 1 else { return nil }
    guard let directory = try? TemporaryDirectory() else { throw .unstable }
    return try FileLock.take(directory.path("lock"))
  }
}
