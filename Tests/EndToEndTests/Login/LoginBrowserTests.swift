import Foundation
import StandIns
import TestSupport
import Testing

/// The start of the browser, and the data that it receives.
@Suite(
  .enabled(if: LoginFixture.hasTerminals, "script(1) is not installed: apt-get install bsdutils"))
struct LoginBrowserTests {
  private let fixture: LoginFixture
  private let browser: String

  init() throws {
    fixture = try LoginFixture()
    let log = fixture.home.path("browser.log")
    browser = try fixture.home.write(
      """
      #!/bin/sh
      { echo "$#"; printf '%s\\n' "$@"; env; readlink /proc/$$/fd/*; echo "umask $(umask)";
        echo "core $(ulimit -S -c) $(ulimit -H -c)"; } > \(log).new
      mv \(log).new \(log)
      exec sleep 8
      """, to: "my browser", mode: 0o700)
  }

  private func log() async throws -> [String] {
    let path = fixture.home.path("browser.log")
    for _ in 0..<300 where !FileManager.default.fileExists(atPath: path) {
      try await Task.sleep(for: .milliseconds(10))
    }
    return try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").map(String.init)
  }

  @Test("the browser receives the URL, but no open files, variables or secrets of the program")
  func isolation() async throws {
    let running = try fixture.onTerminal(
      "--flow=device",
      environment: [
        "BROWSER": browser, "TOKENXCHANGE_CLIENT_SECRET": "conf-secret", "COPY": "conf-secret",
      ]
    ).start()
    try await fixture.approve()
    let result = await running.result
    #expect(result.code == 0)
    #expect(!result.leftOutputOpen)
    #expect(result.duration < 8)
    let lines = try await log()
    #expect(lines.first == "1")
    #expect(lines.dropFirst().first?.hasPrefix(fixture.dex.issuer + "/device?user_code=") == true)
    #expect(!lines.contains { $0.contains("conf-secret") || $0.contains("TOKENXCHANGE") })
    #expect(
      !lines.contains { $0.contains("pipe:") || $0.contains("/pts/") || $0.contains("socket:") })
    #expect(!lines.contains { $0.contains(fixture.directory) })
  }

  @Test("the browser is not started for a page on another site")
  func anotherSite() async throws {
    fixture.dex.inject(
      DexFault.changingJSON {
        $0["verification_uri_complete"] = "https://evil.example/device?user_code=A"
      }.on("/device/code"))
    let running = try fixture.onTerminal("--flow=device", environment: ["BROWSER": browser]).start()
    try await fixture.approve()
    let result = await running.result
    #expect(result.code == 0)
    #expect(
      fixture.masked(result.output).contains("Warning: this page is not served over HTTPS by DEX."))
    #expect(!FileManager.default.fileExists(atPath: fixture.home.path("browser.log")))
  }

  @Test("the browser is not started with --no-browser")
  func noBrowser() async throws {
    let running = try fixture.onTerminal("--no-browser", environment: ["BROWSER": browser]).start()
    try await fixture.approve()
    #expect(await running.result.code == 0)
    #expect(!FileManager.default.fileExists(atPath: fixture.home.path("browser.log")))
  }

  @Test("the browser inherits the caller's umask and core limit")
  func limits() async throws {
    let running = try fixture.onTerminal("--flow=device", environment: ["BROWSER": browser]).start()
    try await fixture.approve()
    #expect(await running.result.code == 0)
    let shell = try await ProcessRunner(
      "/bin/sh", ["-c", #"echo "umask $(umask)"; echo "core $(ulimit -S -c) $(ulimit -H -c)""#]
    ).result()
    let expected = shell.output.split(separator: "\n").map(String.init)
    #expect(try await log().suffix(2) == expected)
  }
}
