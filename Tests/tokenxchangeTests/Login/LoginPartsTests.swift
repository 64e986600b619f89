import TestSupport
import Testing
import TokenExchange

@testable import tokenxchange

/// The browser, the command to run by hand, and the settings of login.
@Suite struct LoginPartsTests {
  @Test(
    arguments: [
      ("nothing", [:], []), ("a screen", ["DISPLAY": ":0"], ["xdg-open", "open"]),
      ("another screen", ["WAYLAND_DISPLAY": "w"], ["xdg-open", "open"]),
      ("an empty one", ["DISPLAY": ""], []),
      ("a choice", ["BROWSER": "/usr/bin/my browser"], ["/usr/bin/my browser"]),
      ("a list", ["BROWSER": "a:b", "DISPLAY": ":0"], ["a", "b"]),
    ] as [(String, [String: String], [String])])
  func browsers(name: String, variables: [String: String], expected: [String]) {
    #expect(Browser.programs(variables) == expected)
  }

  @Test func theBrowserGetsNoneOfOurVariables() {
    let all = [
      "PATH": "/bin", "DISPLAY": ":0", "TOKENXCHANGE_CLIENT_SECRET": "s", "dex_token": "t",
      "DEX_X": "x", "KUBERNETES_EXEC_INFO": "{}", "MY_COPY": "the secret-1 too",
    ]
    #expect(
      Browser.variables(of: all, hiding: Secret("secret-1")) == ["DISPLAY=:0", "PATH=/bin"])
  }

  @Test func theCommandByHandCanBePasted() throws {
    let invocation = try ArgumentParser(
      arguments: [
        "login", "--issuer=https://dex.example/dex", "--scopes=openid", "--scopes", "a b",
        "--no-browser", "--output=token", "--verbose", "--client-secret-file", "/it's here",
      ], variables: ["TOKENXCHANGE_CLIENT_ID": "target"]
    ).parse()
    #expect(
      invocation.commandByHand(program: "tokenxchange")
        == "tokenxchange login --issuer=https://dex.example/dex --client-id=target "
        + #"--client-secret-file='/it'\''s here' --scopes='openid,a b' --no-browser"#)
  }

  @Test func theCommandByHandHoldsAWholeCA() throws {
    let data = String(repeating: "QUJD", count: 5000)
    let invocation = try ArgumentParser(
      arguments: ["login", "--certificate-authority-data=\(data)"], variables: [:]
    ).parse()
    #expect(
      invocation.commandByHand(program: "t") == "t login --certificate-authority-data=\(data)")
  }

  @Test func theCommandByHandShowsNoSecret() throws {
    let invocation = try ArgumentParser(
      arguments: ["login", "--client-secret=geheim", "--no-browser=false"], variables: [:]
    ).parse()
    #expect(
      invocation.commandByHand(program: "tokenxchange")
        == "TOKENXCHANGE_CLIENT_SECRET=… tokenxchange login")
  }

  @Test func needsAnIssuerAndAClient() {
    let double = WorldDouble()
    #expect(double.run(["login", "--client-id=x"]) == .usage)
    #expect(double.stderr.contains("--issuer is required"))
    #expect(WorldDouble().run(["login", "--issuer=https://dex.example"]) == .usage)
  }
}
