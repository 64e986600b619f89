import TestSupport
import Testing
import TokenExchange

/// What Dex says to show, and what may be opened in a browser.
@Suite struct DeviceAuthorizationTests {
  private func read(_ body: String) throws -> DeviceAuthorization {
    let scene = LoginScene([.success(Sample.answer(200, body)), LoginScene.pending])
    return try scene.client(try LoginScene.request()).begin(until: 100)
  }

  @Test func readsWhatDexSays() throws {
    let body = String(decoding: LoginScene.device.body, as: UTF8.self)
    let device = try read(body)
    #expect(device.userCode == "RVCG-TBGL")
    #expect(device.deviceCode == Secret("secret-device-code"))
    #expect(device.life == 300)
    #expect(device.interval == 5)
  }

  @Test func oddNumbersAreBounded() throws {
    let rest = #""device_code":"d","user_code":"u","verification_uri":"https://x/""#
    #expect(try read("{\(rest)}").interval == 5)
    #expect(try read(#"{\#(rest),"interval":0,"expires_in":-5}"#).interval == 1)
    #expect(try read(#"{\#(rest),"interval":1e9,"expires_in":1e9}"#).life == 3600)
    #expect(try read(#"{\#(rest),"interval":"7"}"#).interval == 7)
  }

  @Test(arguments: [
    "{}", #"{"device_code":"d"}"#, #"{"device_code":"","user_code":"u","verification_uri":"v"}"#,
    "[]", "<html>", "",
  ])
  func otherAnswersAreNamed(body: String) throws {
    let problem = #expect(throws: Problem.self) { try read(body) }
    #expect(problem?.category == .answer)
  }

  @Test func controlCharactersAreNotShown() throws {
    let device = try read(
      #"{"device_code":"d","user_code":"A\u001b[2J\nB","verification_uri":"https://x/\u0007y"}"#)
    #expect(device.userCode == "A[2J B")
    #expect(device.page == "https://x/y")
  }

  @Test(
    arguments: [
      Row("Dex's own", "https://dex.example/dex/device?user_code=A", true),
      Row("own with port", "https://dex.example:443/x", true),
      Row("capitals", "https://DEX.example/x", true),
      Row("another host", "https://evil.example/", false),
      Row("a longer host", "https://dex.example.evil.example/", false),
      Row("a user before the host", "https://dex.example@evil.example/", false),
      Row("another port", "https://dex.example:8443/x", false),
      Row("plain", "http://dex.example/dex/device", false),
      Row("loopback", "http://127.0.0.1:5556/dex/device", false),
      Row("loopback by TLS", "https://localhost/dex/device", false),
      Row("a script", "javascript:alert(1)", false),
      Row("a file", "file:///etc/passwd", false),
      Row("an option", "--help", false),
      Row("a space", "https://dex.example/x y", false),
      Row("a quote in the query", #"https://dex.example/x?a="b"#, false),
      Row("a backslash", #"https://dex.example\@evil.example/x"#, false),
      Row("a backtick", "https://dex.example/x?a=`id`", false),
      Row("nothing", "", false),
    ])
  func onlyDexItselfIsOpened(row: Row<String, Bool>) throws {
    let text = JSON.quote(row.input)
    let issuer = try EndpointURL("https://dex.example/dex", source: "--issuer")
    let device = try read(
      #"{"device_code":"d","user_code":"u","verification_uri":"x","#
        + #""verification_uri_complete":\#(text)}"#)
    #expect((device.browserPage(issuer: issuer) != nil) == row.output)
  }

  @Test(
    "a page on loopback is opened for an issuer on loopback only",
    arguments: [
      Row("both", "http://127.0.0.1:5556/dex", true), Row("by name", "http://localhost:5556", true),
      Row("Dex elsewhere", "https://dex.example/dex", false),
    ])
  func loopback(row: Row<String, Bool>) throws {
    let device = try read(
      #"{"device_code":"d","user_code":"u","verification_uri":"http://127.0.0.1:9/device"}"#)
    let issuer = try EndpointURL(row.input, source: "--issuer")
    #expect((device.browserPage(issuer: issuer) != nil) == row.output)
  }
}
