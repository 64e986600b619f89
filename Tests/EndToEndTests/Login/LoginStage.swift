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

  /// Where the entries are.
  var folder: String { home.path("cache") }

  /// What says which Dex and which client.
  var flags: [String] {
    [
      "--issuer=\(dex.issuer)", "--client-id=target-cluster", "--cache-dir=\(folder)",
    ]
  }

  /// A run without a terminal.
  func plain(
    _ more: String..., client: String? = nil, environment: [String: String] = [:]
  ) -> ProcessRunner {
    let flags = client.map { ["--client-id=" + $0] } ?? []
    return ProcessRunner(
      TestBinary.path, ["login"] + self.flags + flags + more, environment: environment)
  }

  /// A run whose standard error is a terminal, and whose standard output is one or is a file.
  func onTerminal(
    _ more: String..., client: String? = nil, output: String? = nil,
    environment: [String: String] = [:]
  ) -> ProcessRunner {
    let flags = client.map { ["--client-id=" + $0] } ?? []
    let words = [TestBinary.path, "login"] + self.flags + flags + more
    let command = words.map { "'\($0)'" }.joined(separator: " ")
    let redirect = output.map { " > '\($0)'" } ?? ""
    return ProcessRunner(
      "script", ["-qec", command + redirect, "/dev/null"],
      environment: environment.merging(["PATH": "/usr/bin:/bin", "SHELL": "/bin/sh"]) { old, _ in
        old
      })
  }

  /// Waits until somebody is asked, and signs in.
  func approve(as identity: DexIdentity = .mock()) async throws {
    for _ in 0..<1000 where dex.waitingUserCodes.isEmpty {
      try await Task.sleep(for: .milliseconds(10))
    }
    // The first poll must have come, or it would bring the tokens.
    try await Task.sleep(for: .milliseconds(200))
    dex.approve(as: identity)
  }

  /// Signs in on a terminal and gives the transcript.
  @discardableResult
  func signIn(as identity: DexIdentity = .mock()) async throws -> ProcessResult {
    let running = try onTerminal("--no-browser").start()
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
