import Foundation
import StandIns
import TestSupport
import Testing

/// Responses that contain secrets, which are neither shown nor stored in another file.
///
/// ``LoginRun`` searches the output and the files.
@Suite(
  .enabled(if: LoginFixture.hasTerminals, "script(1) is not installed: apt-get install bsdutils"))
struct LoginSecretTests {
  private let fixture: LoginFixture

  // The lifetime is so short that each run requires a refresh.
  init() throws { fixture = try LoginFixture(tokenLifetime: 5) }

  /// A response that contains a secret from the request or from the expected response.
  enum Leak: String, CaseIterable {
    case oauth, html, text, redirect, truncated, incomplete

    func fault(_ secret: String) -> DexFault {
      switch self {
      case .truncated: return .truncatedJSON
      case .incomplete: return .changingJSON { $0["id_token"] = nil }
      case .oauth: return .oauth("invalid_request", "got \(secret)")
      case .html: return .response(.html("<html>\(secret)</html>"))
      case .redirect: return .redirect(to: "/dex/token?code=" + secret, status: 307)
      case .text: return .response(.text("got \(secret)", status: 418))
      }
    }

    /// The exit code of a refresh: an OAuth error revokes the refresh token and requires a sign-in.
    var refreshCode: Int32 { self == .oauth ? 7 : 6 }
    var signInCode: Int32 { self == .oauth ? 5 : 6 }
  }

  @Test("secrets in poll responses are not exposed", arguments: Leak.allCases)
  func polling(leak: Leak) async throws {
    let running = try fixture.onTerminal("--no-browser", "--verbose").start()
    try await running.says("and confirm the code")
    fixture.dex.inject(leak.fault(try #require(fixture.dex.loginSecrets.first)))
    fixture.dex.approve()
    let result = await running.result
    #expect(fixture.dex.loginSecrets.count == 2)
    #expect(result.code == leak.signInCode, "\(result.output)")
  }

  @Test("secrets in refresh responses are not exposed", arguments: Leak.allCases)
  func refresh(leak: Leak) async throws {
    #expect(try await fixture.signIn("--verbose").code == 0)
    fixture.dex.inject(leak.fault(try #require(fixture.dex.loginSecrets.last)))
    let result = try await fixture.plain("--verbose").result()
    #expect(fixture.refreshes == 1)
    #expect(fixture.dex.pendingFaults == 0)
    #expect(result.code == leak.refreshCode, "\(result.errors)")
  }

  @Test("the client secret is sent, but neither shown nor stored")
  func clientSecret() async throws {
    // A confidential client must list the redirect URI of Dex's device code page.
    fixture.dex.update { configuration in
      for index in configuration.clients.indices
      where configuration.clients[index].id == "conf-client" {
        configuration.clients[index].redirectURIs = ["/device/callback"]
      }
    }
    let running = try fixture.onTerminal(
      "--no-browser", "--verbose", client: "conf-client",
      environment: ["TOKENXCHANGE_CLIENT_SECRET": "conf-secret"]
    ).start()
    try await fixture.approve()
    #expect(await running.result.code == 0)
    let next = try await fixture.plain(
      client: "conf-client", environment: ["TOKENXCHANGE_CLIENT_SECRET": "conf-secret"]
    ).result()
    #expect(next.token != nil, "\(next.errors)")
    #expect(fixture.refreshes == 1)
    // Without a terminal, the suggested command is shown without the secret.
    try FileManager.default.removeItem(atPath: fixture.directory)
    let last = try await fixture.plain(
      client: "conf-client", environment: ["TOKENXCHANGE_CLIENT_SECRET": "conf-secret"]
    ).result()
    #expect(last.code == 7)
    #expect(last.errors.contains("TOKENXCHANGE_CLIENT_SECRET=… "))
  }
}
