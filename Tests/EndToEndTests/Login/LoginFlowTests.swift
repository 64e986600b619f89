import Foundation
import StandIns
import TestSupport
import Testing

/// The browser flow: a browser that follows redirects, and other processes that attack the
/// callback.
@Suite(
  .enabled(if: LoginFixture.hasTerminals, "script(1) is not installed: apt-get install bsdutils"))
struct LoginFlowTests {
  private let fixture: LoginFixture
  private let browser: String

  init() throws {
    fixture = try LoginFixture()
    let log = fixture.home.path("pages")
    browser = try fixture.home.write(
      "#!/bin/sh\necho \"$1\" >>'\(log)'\n", to: "browser", mode: 0o700)
  }

  private func start(_ more: String..., client: String? = nil) throws -> LoginRun.Started {
    try fixture.onTerminal(
      words: more, client: client, environment: ["BROWSER": browser]
    ).start()
  }

  /// Opens a run's page and completes the flow.
  private func open(
    _ run: LoginRun.Started, _ configure: (inout FakeBrowser) -> Void = { _ in }
  ) async throws -> FakeBrowser.Page {
    var browser = FakeBrowser(fixture.site)
    configure(&browser)
    let page = try await fixture.page(run)
    return try await onThread { [browser] in try browser.open(page) }
  }

  private func pages() throws -> [String] {
    let path = fixture.home.path("pages")
    guard FileManager.default.fileExists(atPath: path) else { return [] }
    return try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").map(String.init)
  }

  @Test(
    "one page is opened, and the program continues after the sign-in", arguments: [false, true])
  func signIn(isNextVersion: Bool) async throws {
    fixture.dex.update { $0.isNextVersion = isNextVersion }
    let run = try start()
    let url = try await fixture.page(run)
    let page = try await open(run)
    #expect(page.status == 200)
    #expect(page.text == "Signed in, you can close this window.\n")
    let result = await run.result
    #expect(result.code == 0)
    #expect(
      fixture.masked(result.output) == """
        To sign in at DEX, open this page in a browser on this machine
            AUTH-URL
        within 5 min.
        Signed in as kilgore@kilgore.trout, until TIME (in SPAN), then renewed automatically.
        In RBAC, as generate api-server maps it: user dex:mock:0-385-28089-0, group dex:authors.

        """)
    #expect(try pages() == [url])
    let next = try await fixture.plain().result()
    #expect(JWT(next.token ?? "")?.claims["email"] == "kilgore@kilgore.trout")
    #expect(fixture.signIns == 0)
    #expect(fixture.dex.tokenRequests == 1)
  }

  @Test("a refresh after the browser flow is silent")
  func refresh() async throws {
    fixture.dex.update { $0.tokenLifetime = 5 }
    let run = try start()
    _ = try await open(run)
    #expect(await run.result.code == 0)
    try await Task.sleep(for: .seconds(5.1))
    let result = try await fixture.plain().result()
    #expect(result.token != nil)
    #expect(result.errors == "")
    #expect(fixture.refreshes == 1)
  }

  @Test("--connector-id selects the connector directly, and is part of the cache key")
  func connector() async throws {
    let run = try start("--connector-id=mock")
    let page = try await open(run) { $0.connector = "none" }
    #expect(page.text == "Signed in, you can close this window.\n")
    #expect(await run.result.code == 0)
    #expect(try await fixture.plain("--connector-id=mock").result().token != nil)
    #expect(try await fixture.plain().result().code == 7)
  }

  @Test("--verbose shows how long the port was open and how much was sent, but no secret")
  func verbose() async throws {
    let run = try start("--verbose")
    _ = try await open(run)
    let result = await run.result
    #expect(result.code == 0)
    #expect(result.output.contains(/listening on 127\.0\.0\.1:\d+/))
    #expect(result.output.contains(/closed port \d+ after \d+ ms: 1 request, 294 bytes sent/))
  }

  /// Requests from other processes on the machine, from other web pages, or not from a browser.
  enum Attack: String, CaseIterable {
    case wrongState, noState, noCode, twoCodes, anotherHost, anotherPath, post, megabyte, slow
    case notHTTP, silent

    /// The request to send, and the expected status.
    func request(port: Int, state: String) -> (text: String, status: String) {
      let host = "Host: 127.0.0.1:\(port)\r\n\r\n"
      func get(_ query: String) -> String { "GET /callback?\(query) HTTP/1.1\r\n\(host)" }
      return switch self {
      case .wrongState:
        (get("code=evil&state=\(state.reversed().map(String.init).joined())"), "400")
      case .noState: (get("code=evil"), "400")
      case .noCode: (get("state=\(state)"), "400")
      case .twoCodes: (get("code=a&code=b&state=\(state)"), "400")
      case .anotherHost:
        (
          "GET /callback?code=evil&state=\(state) HTTP/1.1\r\nHost: evil.example:\(port)\r\n\r\n",
          "404"
        )
      case .anotherPath: ("GET /?code=evil&state=\(state) HTTP/1.1\r\n\(host)", "404")
      case .post: ("POST /callback?code=evil&state=\(state) HTTP/1.1\r\n\(host)", "405")
      case .megabyte: (get("state=" + String(repeating: "x", count: 1 << 20)), "431")
      case .slow: ("GET /callback?code=evil&state=\(state) HTTP", "408")
      case .notHTTP: ("\u{16}\u{3}\u{1} hello\r\n\r\n", "400")
      case .silent: ("", "408")
      }
    }
  }

  @Test("an attack is rejected, and the sign-in still works", arguments: Attack.allCases)
  func attack(_ attack: Attack) async throws {
    let run = try start()
    let url = try await fixture.page(run)
    let (port, state) = try Self.callback(of: url)
    let (text, status) = attack.request(port: port, state: state)
    async let received = onThread {
      try LocalSocket.exchange(
        port: port, Array(text.utf8), pause: attack == .slow ? 0.2 : 0)
    }
    // A client that is still sending may lose the response when the connection closes.
    if attack == .megabyte {
      _ = try? await received
    } else {
      #expect(String(decoding: try await received, as: UTF8.self).hasPrefix("HTTP/1.1 \(status) "))
    }
    #expect(run.process.isRunning)
    #expect(try await open(run).text == "Signed in, you can close this window.\n")
    #expect(await run.result.code == 0)
    #expect(fixture.dex.tokenRequests == 1)
  }

  private static func callback(of url: String) throws -> (port: Int, state: String) {
    let fields = FormFields.decode(String(url.drop { $0 != "?" }.dropFirst()))
    func field(_ name: String) -> String { fields.first { $0.name == name }?.value ?? "" }
    let port = field("redirect_uri").split(separator: ":").last?.prefix { $0.isNumber } ?? ""
    return (try #require(Int(port)), field("state"))
  }

  @Test("the port is closed to a second callback")
  func repeated() async throws {
    let run = try start()
    let page = try await open(run)
    let (port, _) = try Self.callback(of: try await fixture.page(run))
    #expect(await run.result.code == 0)
    #expect(page.url.contains("/callback?code="))
    #expect(throws: SystemCallError.self) { try LocalSocket.connect(port: port) }
  }

  @Test("error=access_denied ends the sign-in only with the correct state")
  func accessDenied() async throws {
    let run = try start()
    let (port, state) = try Self.callback(of: try await fixture.page(run))
    func deny(_ state: String) async throws -> String {
      let query = "error=access_denied&error_description=No%20way%0A%1b%5b2J&state=\(state)"
      let text = "GET /callback?\(query) HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\n\r\n"
      return String(
        decoding: try await onThread { try LocalSocket.exchange(port: port, Array(text.utf8)) },
        as: UTF8.self)
    }
    let other = (state.hasPrefix("0") ? "1" : "0") + state.dropFirst()
    #expect(try await deny(other).hasPrefix("HTTP/1.1 400 "))
    #expect(run.process.isRunning)
    #expect(try await deny(state).hasSuffix("The sign-in failed: the terminal shows why.\n"))
    let result = await run.result
    #expect(result.code == 5)
    #expect(
      fixture.masked(result.output).hasSuffix(
        """
        tokenxchange: Dex at http://DEX/dex/auth rejected the sign-in: 303 access_denied: No way [2J
        hint: the sign-in was denied on Dex's page; run this again to retry

        """))
    #expect(fixture.dex.tokenRequests == 0)
  }

  @Test("a code that Dex does not know is rejected")
  func foreignCode() async throws {
    let run = try start()
    let (port, state) = try Self.callback(of: try await fixture.page(run))
    let text = """
      GET /callback?code=injected&state=\(state) HTTP/1.1\r
      Host: 127.0.0.1:\(port)\r
      \r

      """
    let response = try await onThread { try LocalSocket.exchange(port: port, Array(text.utf8)) }
    #expect(String(decoding: response, as: UTF8.self).hasPrefix("HTTP/1.1 400 "))
    let result = await run.result
    #expect(result.code == 5)
    #expect(result.output.contains("400 invalid_grant: Invalid or expired code parameter."))
  }

  @Test("an ID token with a wrong nonce is rejected")
  func nonce() async throws {
    fixture.dex.update { $0.changeClaims = { $0["nonce"] = "other" } }
    let run = try start()
    #expect(try await open(run).text == "The sign-in failed: the terminal shows why.\n")
    let result = await run.result
    #expect(result.code == 6)
    #expect(result.output.contains("is not for this sign-in"))
  }

  @Test(
    "after Cancel, Dex does not redirect: a message explains it, and the timeout ends the sign-in")
  func cancel() async throws {
    let run = try start("--timeout=22s")
    let page = try await open(run) { $0.approval = "rejected" }
    #expect(page.status == 500)
    #expect(page.text.contains("Approval rejected."))
    let result = await run.result
    #expect(result.code == 7)
    #expect(
      fixture.masked(result.output).hasSuffix(
        """
        within 22 s.
        Still waiting for the browser. Check its page: Dex shows some errors only there, such as an \
        unregistered redirect_uri, a login error or a rejected approval. Ctrl-C ends this sign-in.
        tokenxchange: the sign-in at DEX was not completed within 22 s
        hint: run this again; Dex shows errors only on its page in the browser

        """))
  }

  // MARK: - Flows that a client allows

  @Test(
    "auto uses the device flow if the client does not allow the redirect, and reports it in a line")
  func fallback() async throws {
    fixture.dex.update { $0.clients[0].redirectURIs = ["/device/callback"] }
    let run = try start()
    try await fixture.approve()
    let result = await run.result
    #expect(result.code == 0)
    #expect(
      fixture.masked(result.output).hasPrefix(
        """
        The client target-cluster allows no redirect to this machine, so the device flow is used.
        To sign in at DEX, open
            http://DEX/dex/device?user_code=CODE
        and confirm the code CODE within 5 min.

        """))
  }

  @Test("auto fails and names both redirects if the client allows neither")
  func noFlowAllowed() async throws {
    fixture.dex.update { $0.clients[0].redirectURIs = ["https://app.example/callback"] }
    let run = try start()
    let result = await run.result
    #expect(result.code == 5)
    #expect(
      fixture.masked(result.output) == """
        The client target-cluster allows no redirect to this machine, so the device flow is used.
        tokenxchange: the client target-cluster allows no sign-in: neither the redirect to this \
        machine nor the one to /device/callback
        hint: in Dex's config.yaml, make it public without redirectURIs (browser), or list \
        /device/callback and /dex/device/callback (device)

        """)
  }

  @Test("--flow=browser fails before anything is shown if the client allows no redirect")
  func redirectNotAllowed() async throws {
    fixture.dex.update { $0.clients[0].redirectURIs = ["http://127.0.0.1:1/callback"] }
    let result = try await fixture.onTerminal("--flow=browser", "--no-browser").result()
    #expect(result.code == 5)
    #expect(
      fixture.masked(result.output).replacing(/127.0.0.1:\d+/, with: "127.0.0.1:PORT") == """
        tokenxchange: the client target-cluster does not allow the redirect to \
        http://127.0.0.1:PORT/callback
        hint: in Dex's config.yaml, make it public without redirectURIs, or list a URI with a fixed \
        port and pass --listen-port; or use --flow=device

        """)
  }

  @Test(
    "--listen-port uses the redirect URI that the client lists",
    arguments: [
      "http://localhost:PORT", "http://127.0.0.1:PORT/callback", "http://localhost:PORT/",
    ])
  func listenPort(uri: String) async throws {
    let free = try LocalSocket.freePort()
    fixture.dex.update {
      $0.clients[0].redirectURIs = [uri.replacing("PORT", with: String(free))]
    }
    let run = try start("--listen-port=\(free)")
    #expect(try await open(run).text == "Signed in, you can close this window.\n")
    #expect(await run.result.code == 0)
  }

  @Test(
    "the next Dex rejects the device flow if the issuer has a path and there are no redirectURIs")
  func nextDex() async throws {
    fixture.dex.update { $0.isNextVersion = true }
    let result = try await fixture.onTerminal("--flow=device", "--no-browser").result()
    #expect(result.code == 5)
    #expect(
      fixture.masked(result.output) == """
        tokenxchange: the client target-cluster does not allow the redirect to \
        /dex/device/callback, which Dex's device code page requires
        hint: use --flow=browser on a machine with a browser, or a client whose redirectURIs \
        list /device/callback and /dex/device/callback

        """)
  }

  @Test(
    "the next Dex allows the device flow with both callbacks, or without a path",
    arguments: [true, false])
  func nextDexAllows(hasPath: Bool) async throws {
    fixture.dex.update {
      $0.isNextVersion = true
      if hasPath {
        $0.clients[0].redirectURIs = ["/device/callback", "/dex/device/callback"]
      } else {
        $0.issuerPath = ""
      }
    }
    let run = try start()
    if hasPath {
      try await fixture.approve()
    } else {
      #expect(try await open(run).text == "Signed in, you can close this window.\n")
    }
    let result = await run.result
    #expect(result.code == 0)
    #expect(result.output.contains("so the device flow is used.") == hasPath)
    let device = try fixture.onTerminal("--flow=device", "--no-browser", "--force").start()
    try await fixture.approve()
    #expect(await device.result.code == 0)
  }

  @Test("the device flow is completed in the browser", arguments: [false, true])
  func devicePage(isNextVersion: Bool) async throws {
    fixture.dex.update {
      $0.isNextVersion = isNextVersion
      if isNextVersion {
        $0.clients[0].redirectURIs = ["/device/callback", "/dex/device/callback"]
      }
    }
    let run = try fixture.onTerminal("--flow=device", "--no-browser").start()
    try await run.says("and confirm the code")
    let match = run.process.outputSoFar.firstMatch(of: /http\S+user_code=[A-Z-]+/)
    let url = String(try #require(match).output)
    let browser = FakeBrowser(fixture.site)
    let page = try await onThread { try browser.open(url) }
    #expect(page.text.contains("Login Successful"), "\(page.trail)")
    #expect(await run.result.code == 0)
  }

  @Test("an unknown scope is detected before a page is opened")
  func unknownScope() async throws {
    let result = try await fixture.onTerminal(
      "--scopes=openid,nosuch", environment: ["BROWSER": browser]
    ).result()
    #expect(result.code == 5)
    #expect(result.output.contains(#"303 invalid_scope: Unrecognized scope(s) ["nosuch"]"#))
    #expect(try pages() == [])
  }

  // MARK: - Browsers

  @Test(
    "auto uses the device flow if no browser can be started",
    arguments: [
      [:], ["SSH_CONNECTION": "192.0.2.1 50000 192.0.2.2 22", "BROWSER": "x"],
      ["SSH_TTY": "/dev/pts/7"], ["DISPLAY": "", "BROWSER": ""],
    ])
  func noBrowser(environment: [String: String]) async throws {
    let run = try fixture.onTerminal(environment: environment).start()
    try await fixture.approve()
    let result = await run.result
    #expect(result.code == 0)
    #expect(result.output.contains("and confirm the code"))
  }

  @Test(
    "a $BROWSER that cannot be started is reported once, and the URL is shown",
    arguments: ["/nowhere/firefox", "BROWSER --private-window", "nosuch:/nowhere/firefox"])
  func brokenBrowser(value: String) async throws {
    let value = value.replacing("BROWSER", with: browser)
    let run = try fixture.onTerminal(environment: ["BROWSER": value]).start()
    try await run.says("Open the page yourself.")
    #expect(try await open(run).text == "Signed in, you can close this window.\n")
    let result = await run.result
    #expect(result.code == 0)
    let names = value.split(separator: ":").joined(separator: ", ")
    let line =
      "Cannot start $BROWSER, \(names): it must be the name of a program, without arguments. "
      + "Open the page yourself."
    #expect(result.output.ranges(of: line).count == 1, "\(result.output)")
    #expect(try pages() == [])
  }
}
