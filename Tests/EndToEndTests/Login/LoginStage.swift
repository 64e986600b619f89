import Foundation
import TestSupport

/// Dex, a folder for the cache, and the program as a person runs it: on a terminal or as a plugin.
final class LoginStage: Sendable {
  let site: StandInSite
  let home: TemporaryDirectory

  /// Whether there is a program that gives another one a terminal of its own.
  static let hasTerminals = TestBinary.find("script") != nil

  init(tokenLife: Double = 600, tls: StandInSite.TLS = []) throws {
    site = try StandInSite(tls: tls)
    site.dex.update {
      $0.tokenLifetime = tokenLife
      $0.deviceInterval = 1
    }
    home = try TemporaryDirectory(prefix: "login")
  }

  var dex: DexStandIn { site.dex }

  /// How often somebody was asked to sign in.
  var signIns: Int { dex.requests(to: "/device/code") }

  /// How often a refresh token was sent.
  var refreshes: Int {
    dex.server.requests.filter { $0.formValue("grant_type") == GrantType.refreshToken }.count
  }

  /// Where the entries are.
  var folder: String { home.path("cache") }

  /// What says which Dex and which client.
  var flags: [String] {
    ["--issuer=\(dex.issuer)", "--client-id=target-cluster", "--cache-dir=\(folder)"]
  }

  private func words(_ more: [String], _ client: String?) -> [String] {
    ["login"] + flags + (client.map { ["--client-id=" + $0] } ?? []) + more
  }

  /// A run without a terminal.
  func plain(
    _ more: String..., client: String? = nil, environment: [String: String] = [:]
  ) -> LoginRun {
    let runner = ProcessRunner(TestBinary.path, words(more, client), environment: environment)
    return LoginRun(stage: self, runner: runner, isOnTerminal: false)
  }

  /// A run whose standard error is a terminal, and whose standard output is one or is a file.
  func onTerminal(
    _ more: String..., client: String? = nil, output: String? = nil,
    environment: [String: String] = [:]
  ) -> LoginRun {
    let words = ([TestBinary.path] + words(more, client)).map { "'\($0)'" }
    return onTerminal(
      shell: words.joined(separator: " ") + (output.map { " > '\($0)'" } ?? ""),
      environment: environment)
  }

  /// The same for a line that a shell runs.
  func onTerminal(shell line: String, environment: [String: String] = [:]) -> LoginRun {
    let variables = ["PATH": "/usr/local/bin:/usr/bin:/bin", "SHELL": "/bin/sh"]
    let runner = ProcessRunner(
      "script", ["-qec", line, "/dev/null"],
      environment: variables.merging(environment) { _, given in given })
    return LoginRun(stage: self, runner: runner, isOnTerminal: true)
  }

  /// Waits until somebody is asked, and signs in.
  func approve(as identity: DexIdentity = .mock()) async throws {
    for _ in 0..<3000 where dex.waitingUserCodes.isEmpty {
      try await Task.sleep(for: .milliseconds(10))
    }
    dex.approve(as: identity)
  }

  /// Signs in on a terminal and gives the transcript.
  @discardableResult
  func signIn(_ more: String = "--no-browser", as identity: DexIdentity = .mock()) async throws
    -> ProcessResult
  {
    let running = try onTerminal(more, "--no-browser").start()
    try await approve(as: identity)
    return await running.result
  }

  /// Text with what differs from run to run replaced.
  func masked(_ text: String) -> String {
    text.replacing("\r\n", with: "\n").replacing(dex.server.url.dropFirst(7), with: "DEX")
      .replacing(home.path, with: "DIR").replacing(TestBinary.path, with: "PROGRAM")
      .replacing(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/, with: "TIME")
      .replacing(/[B-Z]{4}-[B-Z]{4}/, with: "CODE").replacing(
        /in (9 min|10 min|\d+ s)/, with: "in SPAN")
  }
}
