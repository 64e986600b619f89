import FoundationEssentials
import OpenIDConnect
import TestSupport
import Testing
import TokenExchange

@testable import tokenxchange

/// The browser, the command to run by hand, and the notices of `login`.
@Suite struct LoginPartsTests {
  @Test(
    "the browser comes from $BROWSER, else from the desktop",
    arguments: [
      ("no display", [:], []), ("X11", ["DISPLAY": ":0"], ["xdg-open", "open"]),
      ("Wayland", ["WAYLAND_DISPLAY": "w"], ["xdg-open", "open"]),
      ("empty display", ["DISPLAY": ""], []),
      ("$BROWSER", ["BROWSER": "/usr/bin/my browser"], ["/usr/bin/my browser"]),
      ("a list in $BROWSER", ["BROWSER": "a:b", "DISPLAY": ":0"], ["a", "b"]),
    ] as [(String, [String: String], [String])])
  func browsers(name: String, variables: [String: String], expected: [String]) {
    #expect(Browser.programs(variables) == expected)
  }

  @Test("the browser inherits no variable with our settings or the client secret")
  func browserVariables() {
    let all = [
      "PATH": "/bin", "DISPLAY": ":0", "TOKENXCHANGE_CLIENT_SECRET": "s", "dex_token": "t",
      "DEX_X": "x", "KUBERNETES_EXEC_INFO": "{}", "MY_COPY": "the secret-1 too",
    ]
    #expect(
      Browser.variables(of: all, hiding: Secret("secret-1")) == ["DISPLAY=:0", "PATH=/bin"])
  }

  private func rerunCommand(
    _ arguments: [String], variables: [String: String] = [:], program: String = "t"
  ) throws -> String {
    try ArgumentParser(arguments: ["login"] + arguments, variables: variables).parse()
      .rerunCommand(program: program)
  }

  /// A shell that splits it into other words would select another cache entry.
  @Test(
    "the command to run by hand selects the same cache entry",
    arguments: [
      Row(
        "options of the run only are omitted",
        [
          "--issuer=https://dex.example/dex", "--scopes=openid", "--scopes", "a b", "--no-browser",
          "--output=token", "--verbose", "--client-secret-file", "/it's here",
        ],
        "t login --issuer=https://dex.example/dex --client-secret-file='/it'\\''s here' "
          + "--scopes='openid,a b' --no-browser"),
      Row("spaces", ["--cache-dir=/a  b "], "t login --cache-dir='/a  b '"),
      Row("newline", ["--cache-dir=/a\n'b"], #"t login --cache-dir=$'/a\n\'b'"#),
      Row(
        "escape character", ["--cache-dir=/\u{1B}[2J"], #"t login --cache-dir=$'/\U0000001b[2J'"#),
      Row("text direction", ["--cache-dir=/\u{202E}b"], #"t login --cache-dir=$'/\U0000202eb'"#),
      Row("repeated option", ["--client-id=x", "--client-id=y"], "t login --client-id=y"),
      Row("list", ["--audience=a b", "--audience=c"], "t login --audience='a b,c'"),
      Row(
        "like a token", ["--cache-dir=/eyJhbGciOiJSUzI1NiIsImtpZCI6"],
        "t login --cache-dir=/eyJhbGciOiJSUzI1NiIsImtpZCI6"),
      Row("empty secret", ["--client-secret="], "t login --client-secret=''"),
      Row(
        "secret", ["--client-secret=geheim", "--no-browser=false"],
        "TOKENXCHANGE_CLIENT_SECRET=… t login"),
    ])
  func rerunCommand(row: Row<[String], String>) throws {
    #expect(try rerunCommand(row.input) == row.output)
  }

  @Test("the command to run by hand contains values from variables, a whole CA and the program")
  func rerunCommandValues() throws {
    #expect(
      try rerunCommand([], variables: ["TOKENXCHANGE_CLIENT_ID": "target"])
        == "t login --client-id=target")
    let data = String(repeating: "QUJD", count: 5000)
    #expect(
      try rerunCommand(["--certificate-authority-data=\(data)"])
        == "t login --certificate-authority-data=\(data)")
    #expect(try rerunCommand([], program: "/my bin/it's") == #"'/my bin/it'\''s' login"#)
  }

  private func signedIn(
    _ claims: String, expires: Bool = true, refreshToken: Secret? = Secret("r"),
    isStored: Bool = true
  ) throws -> String {
    var token = CacheSample.token(lifetime: 600)
    token.secret = Secret(Sample.jwt(claims))
    if !expires { token.expiry = nil }
    var request = try CacheSample.login()
    request.clientSecret = Secret("geheim-1")
    let user = SignedInUser(
      LoginSession.Outcome(
        login: CachedLogin(token: token, refreshToken: refreshToken), isStored: isStored),
      request, now: CacheSample.now)
    return LoginNotice.signedIn(user).lines.map(\.text).joined(separator: "\n")
  }

  private static let until = "until 2026-11-21T01:17:38Z (in 10 min)"

  @Test(
    "the user is told who signed in",
    arguments: [
      Row(
        "email first", #"{"email":"a@b","name":"A","sub":"s"}"#, "a@b, in no groups"),
      Row("preferred name", #"{"preferred_username":"a","name":"A"}"#, "a, in no groups"),
      Row("empty email", #"{"email":"","name":"A"}"#, "A, in no groups"),
      Row("subject", #"{"sub":"s"}"#, "s, in no groups"),
      Row("no name", "{}", "an unknown user, in no groups"),
      Row("one group", #"{"sub":"s","groups":["g"]}"#, "s, in the groups g"),
      Row("two groups", #"{"sub":"s","groups":["g","h"]}"#, "s, in the groups g, h"),
      Row(
        "control characters", #"{"sub":"s\u001b[2J","groups":["g\nh"]}"#, "s[2J, in the groups g h"
      ),
      Row("the client secret", #"{"sub":"geheim-1"}"#, "[redacted], in no groups"),
    ])
  func signedIn(row: Row<String, String>) throws {
    #expect(
      try signedIn(row.input)
        == "Signed in as \(row.output), \(Self.until), then renewed automatically.")
  }

  @Test("at most twenty groups are shown")
  func manyGroups() throws {
    let groups = (1...2022).map { #""g\#($0)""# }.joined(separator: ",")
    let shown = (1...20).map { "g\($0)" }.joined(separator: ", ")
    #expect(
      try signedIn(#"{"sub":"s","groups":[\#(groups)]}"#)
        == "Signed in as s, in the groups \(shown) and 2002 more, \(Self.until), then renewed "
        + "automatically.")
  }

  @Test("without a refresh token or a cache the token is not renewed")
  func notRenewed() throws {
    let claims = #"{"sub":"s"}"#
    let expected = "Signed in as s, in no groups, \(Self.until)."
    #expect(try signedIn(claims, refreshToken: nil) == expected)
    #expect(try signedIn(claims, isStored: false) == expected)
    #expect(
      try signedIn(claims, expires: false, isStored: false)
        == "Signed in as s, in no groups, until an unknown time.")
  }

  @Test("an issuer and a client are required")
  func requiredOptions() {
    let double = WorldDouble()
    #expect(double.run(["login", "--client-id=x"]) == .usage)
    #expect(double.stderr.contains("missing required option: --issuer"))
    #expect(WorldDouble().run(["login", "--issuer=https://dex.example"]) == .usage)
  }
}
