import Foundation
import StandIns
import TestSupport
import Testing

/// Dex, a cache directory, and the program in a terminal or as a plugin.
final class LoginFixture: Sendable {
  let site: StandInSite
  let home: TemporaryDirectory

  /// Whether script(1) can run a program in its own terminal.
  static let hasTerminals = TestBinary.find("script") != nil

  init(tokenLifetime: Double = 600, tls: StandInSite.TLS = []) throws {
    site = try StandInSite(tls: tls)
    site.dex.update {
      $0.tokenLifetime = tokenLifetime
      $0.deviceInterval = 1
    }
    home = try TemporaryDirectory(prefix: "login")
  }

  var dex: DexStandIn { site.dex }

  /// The environment in which kubectl runs a plugin.
  static let kubectl = [
    "KUBERNETES_EXEC_INFO": #"{"apiVersion":"client.authentication.k8s.io/v1","#
      + #""kind":"ExecCredential","spec":{"interactive":true}}"#
  ]

  /// The number of device authorization requests.
  var signIns: Int { dex.requests(to: "/device/code") }

  /// The number of refresh requests.
  var refreshes: Int {
    dex.server.requests.filter { $0.formValue("grant_type") == GrantType.refreshToken }.count
  }

  /// The cache directory.
  var directory: String { home.path("cache") }

  /// The options that set Dex, the client and the cache.
  var flags: [String] {
    ["--issuer=\(dex.issuer)", "--client-id=target-cluster", "--cache-dir=\(directory)"]
  }

  private func words(_ more: [String], _ client: String?) -> [String] {
    ["login"] + flags + (client.map { ["--client-id=" + $0] } ?? []) + more
  }

  /// Returns a run without a terminal.
  func plain(
    _ more: String..., client: String? = nil, environment: [String: String] = [:]
  ) -> LoginRun {
    let runner = ProcessRunner(TestBinary.path, words(more, client), environment: environment)
    return LoginRun(fixture: self, runner: runner, isOnTerminal: false)
  }

  /// Returns a run whose stderr is a terminal, and whose stdout is a terminal or a file.
  func onTerminal(
    _ more: String..., client: String? = nil, output: String? = nil,
    environment: [String: String] = [:]
  ) -> LoginRun {
    onTerminal(words: more, client: client, output: output, environment: environment)
  }

  /// Likewise, with a list of arguments.
  func onTerminal(
    words more: [String], client: String? = nil, output: String? = nil,
    environment: [String: String] = [:]
  ) -> LoginRun {
    let words = ([TestBinary.path] + words(more, client)).map { "'\($0)'" }
    return onTerminal(
      shell: words.joined(separator: " ") + (output.map { " > '\($0)'" } ?? ""),
      environment: environment)
  }

  /// Returns a run of a shell command in a terminal.
  func onTerminal(shell line: String, environment: [String: String] = [:]) -> LoginRun {
    let variables = ["PATH": "/usr/local/bin:/usr/bin:/bin", "SHELL": "/bin/sh"]
    let runner = ProcessRunner(
      "script", ["-qec", line, "/dev/null"],
      environment: variables.merging(environment) { _, given in given })
    return LoginRun(fixture: self, runner: runner, isOnTerminal: true)
  }

  /// Waits for a device authorization request and approves it.
  func approve(as identity: DexIdentity = .mock()) async throws {
    for _ in 0..<3000 where dex.waitingUserCodes.isEmpty {
      try await Task.sleep(for: .milliseconds(10))
    }
    dex.approve(as: identity)
  }

  /// Waits for a number of device authorization requests.
  func signIns(_ count: Int) async throws {
    for _ in 0..<3000 where signIns < count { try await Task.sleep(for: .milliseconds(10)) }
  }

  /// Returns the page that a process opens for the browser flow.
  func page(_ run: LoginRun.Started) async throws -> String {
    try await run.says("\nwithin ")
    let output = run.process.outputSoFar
    let match = try #require(output.firstMatch(of: /http\S+\/auth\?\S+/), "\(output)")
    return String(match.output)
  }

  /// Signs in in a terminal and returns the output.
  @discardableResult
  func signIn(_ more: String = "--no-browser", as identity: DexIdentity = .mock()) async throws
    -> ProcessResult
  {
    let running = try onTerminal(more, "--no-browser").start()
    try await approve(as: identity)
    return await running.result
  }

  /// Replaces the values in a text that differ between runs.
  func masked(_ text: String) -> String {
    text.replacing("\r\n", with: "\n").replacing(dex.server.url.dropFirst(7), with: "DEX")
      .replacing(home.path, with: "DIR").replacing(TestBinary.path, with: "PROGRAM")
      .replacing(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/, with: "TIME")
      .replacing(/[B-Z]{4}-[B-Z]{4}/, with: "CODE").replacing(
        /\(in (9 min|10 min|\d+ s)\)/, with: "(in SPAN)"
      )
      .replacing(/http:\/\/DEX\/\S*auth\?\S+/, with: "AUTH-URL")
  }
}
