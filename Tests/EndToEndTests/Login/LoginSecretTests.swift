import Foundation
import TestSupport
import Testing

/// Answers that give secrets away: nothing of them is shown, or kept but where it belongs.
///
/// The hunt itself is in ``LoginRun``.
@Suite(
  .enabled(if: LoginStage.hasTerminals, "script(1) is not installed: apt-get install bsdutils"))
struct LoginSecretTests {
  private let stage: LoginStage

  // So short that each run needs a refresh.
  init() throws { stage = try LoginStage(tokenLife: 5) }

  /// A way to answer that gives away what the request or the right answer holds.
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

    /// What it comes to: after Dex's own word that the refresh token is void, only a person can help.
    var refreshCode: Int32 { self == .oauth ? 7 : 6 }
    var signInCode: Int32 { self == .oauth ? 5 : 6 }
  }

  @Test(arguments: Leak.allCases)
  func atTheSignIn(leak: Leak) async throws {
    let running = try stage.onTerminal("--no-browser", "--verbose").start()
    try await running.says("and confirm the code")
    stage.dex.inject(leak.fault(try #require(stage.dex.loginSecrets.first)))
    stage.dex.approve()
    let result = await running.result
    #expect(stage.dex.loginSecrets.count == 2)
    #expect(result.code == leak.signInCode, "\(result.output)")
  }

  @Test(arguments: Leak.allCases)
  func atTheRefresh(leak: Leak) async throws {
    #expect(try await stage.signIn("--verbose").code == 0)
    stage.dex.inject(leak.fault(try #require(stage.dex.loginSecrets.last)))
    let result = try await stage.plain("--verbose").result()
    #expect(stage.refreshes == 1)
    #expect(stage.dex.pendingFaults == 0)
    #expect(result.code == leak.refreshCode, "\(result.errors)")
  }

  @Test func ofAConfidentialClient() async throws {
    let running = try stage.onTerminal(
      "--no-browser", "--verbose", client: "conf-client",
      environment: ["TOKENXCHANGE_CLIENT_SECRET": "conf-secret"]
    ).start()
    try await stage.approve()
    #expect(await running.result.code == 0)
    let next = try await stage.plain(
      client: "conf-client", environment: ["TOKENXCHANGE_CLIENT_SECRET": "conf-secret"]
    ).result()
    #expect(next.token != nil, "\(next.errors)")
    #expect(stage.refreshes == 1)
    // Without a terminal the command to run by hand is shown, and not the secret.
    try FileManager.default.removeItem(atPath: stage.folder)
    let last = try await stage.plain(
      client: "conf-client", environment: ["TOKENXCHANGE_CLIENT_SECRET": "conf-secret"]
    ).result()
    #expect(last.code == 7)
    #expect(last.errors.contains("TOKENXCHANGE_CLIENT_SECRET=… "))
  }
}
