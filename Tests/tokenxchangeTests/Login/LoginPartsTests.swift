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
    let parsed = try ArgumentParser(
      arguments: [
        "login", "--issuer=https://dex.example/dex", "--scopes=openid", "--scopes", "a b",
        "--no-browser", "--output=token", "--verbose", "--client-secret-file", "/it's here",
      ], variables: ["TOKENXCHANGE_CLIENT_ID": "target"]
    ).parse()
    #expect(
      parsed.commandByHand(program: "tokenxchange")
        == "tokenxchange login --issuer=https://dex.example/dex --client-id=target "
        + #"--client-secret-file='/it'\''s here' --scopes='openid,a b' --no-browser"#)
  }

  /// Other words than these would be kept where the run that needs them does not look.
  @Test(arguments: [
    Row("spaces", ["--cache-dir=/a  b "], "t login --cache-dir='/a  b '"),
    Row("a newline", ["--cache-dir=/a\n'b"], #"t login --cache-dir=$'/a\n\'b'"#),
    Row("an escape", ["--cache-dir=/\u{1B}[2J"], #"t login --cache-dir=$'/\U0000001b[2J'"#),
    Row("a direction", ["--cache-dir=/\u{202E}b"], #"t login --cache-dir=$'/\U0000202eb'"#),
    Row("twice", ["--client-id=x", "--client-id=y"], "t login --client-id=y"),
    Row("a list", ["--audience=a b", "--audience=c"], "t login --audience='a b,c'"),
    Row(
      "like a token", ["--cache-dir=/eyJhbGciOiJSUzI1NiIsImtpZCI6"],
      "t login --cache-dir=/eyJhbGciOiJSUzI1NiIsImtpZCI6"),
    Row("no secret", ["--client-secret="], "t login --client-secret=''"),
  ])
  func theCommandByHandIsExact(row: Row<[String], String>) throws {
    let parsed = try ArgumentParser(arguments: ["login"] + row.input, variables: [:]).parse()
    #expect(parsed.commandByHand(program: "t") == row.output)
  }

  @Test func theCommandByHandFindsTheProgram() throws {
    let parsed = try ArgumentParser(arguments: ["login"], variables: [:]).parse()
    #expect(parsed.commandByHand(program: "/my bin/it's") == #"'/my bin/it'\''s' login"#)
  }

  @Test(arguments: [
    Row("none", 0, "in no groups"), Row("one", 1, "in the groups g1"),
    Row("two", 2, "in the groups g1, g2"), Row("three", 3, "in the groups g1, g2 and 1 more"),
    Row("thousands", 2002, "in the groups g1, g2 and 2000 more"),
  ])
  func groupsInWords(row: Row<Int, String>) {
    let groups = (0..<row.input).map { "g\($0 + 1)" }
    #expect(LoginSession.Outcome.words(groups, most: 2) == row.output)
  }

  @Test func theCommandByHandHoldsAWholeCA() throws {
    let data = String(repeating: "QUJD", count: 5000)
    let parsed = try ArgumentParser(
      arguments: ["login", "--certificate-authority-data=\(data)"], variables: [:]
    ).parse()
    #expect(
      parsed.commandByHand(program: "t") == "t login --certificate-authority-data=\(data)")
  }

  @Test func theCommandByHandShowsNoSecret() throws {
    let parsed = try ArgumentParser(
      arguments: ["login", "--client-secret=geheim", "--no-browser=false"], variables: [:]
    ).parse()
    #expect(
      parsed.commandByHand(program: "tokenxchange")
        == "TOKENXCHANGE_CLIENT_SECRET=… tokenxchange login")
  }

  @Test func needsAnIssuerAndAClient() {
    let double = WorldDouble()
    #expect(double.run(["login", "--client-id=x"]) == .usage)
    #expect(double.stderr.contains("missing required option: --issuer"))
    #expect(WorldDouble().run(["login", "--issuer=https://dex.example"]) == .usage)
  }
}
