import FoundationEssentials
import OpenIDConnect
import TestSupport
import Testing
import TokenExchange

@testable import tokenxchange

/// The browser, the command to run manually, and the notices of `login`.
@Suite struct LoginPartsTests {
  @Test(
    "the browser is set by $BROWSER, or else by the desktop",
    arguments: [
      ("no display", [:], []), ("X11", ["DISPLAY": ":0"], ["xdg-open", "open"]),
      ("Wayland", ["WAYLAND_DISPLAY": "w"], ["xdg-open", "open"]),
      ("empty display", ["DISPLAY": ""], []),
      ("$BROWSER", ["BROWSER": "/usr/bin/my browser"], ["/usr/bin/my browser"]),
      ("a list in $BROWSER", ["BROWSER": "a:b", "DISPLAY": ":0"], ["a", "b"]),
      ("SSH", ["SSH_CONNECTION": "a 1 b 22", "BROWSER": "lynx"], []),
      ("SSH with a terminal", ["SSH_TTY": "/dev/pts/1"], []),
      ("SSH with a display", ["SSH_CLIENT": "a", "DISPLAY": ":10"], ["xdg-open", "open"]),
      ("empty variables", ["SSH_TTY": "", "BROWSER": "", "DISPLAY": ""], []),
    ] as [(String, [String: String], [String])])
  func browsers(name: String, variables: [String: String], expected: [String]) {
    #expect(Browser(variables).programs == expected)
  }

  @Test("the browser inherits no variable with tokenxchange settings or the client secret")
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

  /// If a shell split the command into other words, it would select another cache entry.
  @Test(
    "the command to run manually selects the same cache entry",
    arguments: [
      Row(
        "options that do not select the entry are omitted",
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
      Row(
        "text direction override", ["--cache-dir=/\u{202E}b"],
        #"t login --cache-dir=$'/\U0000202eb'"#),
      Row("repeated option", ["--client-id=x", "--client-id=y"], "t login --client-id=y"),
      Row("list", ["--audience=a b", "--audience=c"], "t login --audience='a b,c'"),
      Row(
        "value that looks like a token", ["--cache-dir=/eyJhbGciOiJSUzI1NiIsImtpZCI6"],
        "t login --cache-dir=/eyJhbGciOiJSUzI1NiIsImtpZCI6"),
      Row("empty secret", ["--client-secret="], "t login --client-secret=''"),
      Row(
        "secret", ["--client-secret=geheim", "--no-browser=false"],
        "TOKENXCHANGE_CLIENT_SECRET=… t login"),
    ])
  func rerunCommand(row: Row<[String], String>) throws {
    #expect(try rerunCommand(row.input) == row.output)
  }

  @Test("the command to run manually has the values of variables, but no certificate")
  func rerunCommandValues() throws {
    #expect(
      try rerunCommand([], variables: ["TOKENXCHANGE_CLIENT_ID": "target"])
        == "t login --client-id=target")
    let data = String(repeating: "QUJD", count: 5000)
    #expect(
      try rerunCommand(["--certificate-authority-data=\(data)"])
        == "TOKENXCHANGE_CERTIFICATE_AUTHORITY_DATA=… t login")
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

  private static let rbac = "In RBAC, as generate api-server maps it: "
  private static let noUser =
    "; no user, because the token lacks federated_claims (scope federated:id)."

  private static let until = "until 2026-11-21T01:17:38Z (in 10 min)"

  @Test(
    "the user and the RBAC names are shown",
    arguments: [
      Row("email before name", #"{"email":"a@b","name":"A","sub":"s"}"#, ["a@b", "no groups"]),
      Row(
        "preferred_username before name", #"{"preferred_username":"a","name":"A"}"#,
        ["a", "no groups"]),
      Row("empty email", #"{"email":"","name":"A"}"#, ["A", "no groups"]),
      Row("sub only", #"{"sub":"s"}"#, ["s", "no groups"]),
      Row("no name", "{}", ["an unknown user", "no groups"]),
      Row("one group", #"{"sub":"s","groups":["g"]}"#, ["s", "group dex:g"]),
      Row("two groups", #"{"sub":"s","groups":["g","h"]}"#, ["s", "groups dex:g, dex:h"]),
      Row(
        "control characters", #"{"sub":"s\u001b[2J","groups":["g\nh"]}"#, ["s[2J", "group dex:g h"]),
      Row("the client secret", #"{"sub":"geheim-1"}"#, ["[redacted]", "no groups"]),
    ])
  func signedIn(row: Row<String, [String]>) throws {
    #expect(
      try signedIn(row.input)
        == "Signed in as \(row.output[0]), \(Self.until), then renewed automatically.\n"
        + Self.rbac + row.output[1] + Self.noUser)
  }

  @Test("the RBAC user contains the connector")
  func username() throws {
    let claims =
      #"{"email":"a@b","groups":["g"],"#
      + #""federated_claims":{"connector_id":"github","user_id":"1234"}}"#
    #expect(
      try signedIn(claims)
        == "Signed in as a@b, \(Self.until), then renewed automatically.\n"
        + Self.rbac + "user dex:github:1234, group dex:g.")
  }

  @Test(
    "at most twenty groups are shown",
    arguments: [
      Row("exactly twenty", 20, ""), Row("one more", 21, " and 1 more"),
      Row("many more", 2022, " and 2002 more"),
    ])
  func manyGroups(row: Row<Int, String>) throws {
    let groups = (1...row.input).map { #""g\#($0)""# }.joined(separator: ",")
    let shown = (1...20).map { "dex:g\($0)" }.joined(separator: ", ")
    #expect(
      try signedIn(#"{"sub":"s","groups":[\#(groups)]}"#)
        .hasSuffix(Self.rbac + "groups \(shown)\(row.output)" + Self.noUser))
  }

  @Test("without a refresh token or a cache, the token is not renewed")
  func notRenewed() throws {
    let claims = #"{"sub":"s"}"#
    let end = "\n" + Self.rbac + "no groups" + Self.noUser
    let expected = "Signed in as s, \(Self.until)."
    #expect(try signedIn(claims, refreshToken: nil) == expected + end)
    #expect(try signedIn(claims, isStored: false) == expected + end)
    #expect(
      try signedIn(claims, expires: false, isStored: false)
        == "Signed in as s, until an unknown time." + end)
  }

  @Test(
    "a refresh that removes groups or changes the address is reported",
    arguments: [
      Row(
        "nothing changed", [#"{"groups":["a"],"email":"e"}"#, #"{"groups":["a"],"email":"e"}"#], []),
      Row("more groups", [#"{"groups":["a"]}"#, #"{"groups":["a","b"]}"#], []),
      Row(
        "one group", [#"{"groups":["a","b"]}"#, #"{"groups":["b"]}"#],
        ["the refresh removed the group a from your token; login --force reads them again"]),
      Row(
        "all groups", [#"{"groups":["a","b"]}"#, "{}"],
        ["the refresh removed the groups a, b from your token; login --force reads them again"]),
      Row(
        "another address", [#"{"email":"a@x"}"#, #"{"email":"b@x"}"#],
        ["the refresh changed the email address in your token from a@x to b@x"]),
      Row(
        "no address", [#"{"email":"a@x"}"#, "{}"],
        ["the refresh changed the email address in your token from a@x to none"]),
    ])
  func refreshChanges(row: Row<[String], [String]>) throws {
    let jwts = row.input.map { UnverifiedJWT(Sample.jwt($0)) }
    let changes = RefreshChange.all(from: jwts[0], to: jwts[1], try CacheSample.login())
    #expect(changes.map { Message($0).text } == row.output)
  }

  @Test("waiting processes read the page from the lock's note")
  func note() {
    let progress = SignInProgress(
      processID: 77,
      page: SignInPage(url: "https://dex.example/dex/auth?a=b", userCode: "A-B", end: 12.5))
    #expect(SignInProgress(note: Array(progress.note.utf8)) == progress)
    let browser = SignInProgress(processID: 1, page: SignInPage(url: "http://x", end: 1))
    #expect(SignInProgress(note: Array(browser.note.utf8)) == browser)
    #expect(SignInProgress(note: []) == nil)
    #expect(SignInProgress(note: Array(progress.note.utf8.dropLast())) == nil)
    #expect(
      SignInProgress(note: Array(#"{"process":1,"url":"https://x \u001b","end":1}"#.utf8)) == nil)
  }

  @Test("an issuer and a client are required")
  func requiredOptions() {
    let double = WorldDouble()
    #expect(double.run(["login", "--client-id=x"]) == .usage)
    #expect(double.stderr.contains("missing required option: --issuer"))
    #expect(WorldDouble().run(["login", "--issuer=https://dex.example"]) == .usage)
  }
}
