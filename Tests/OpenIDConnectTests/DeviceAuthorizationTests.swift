import Encoding
import OpenIDConnect
import TestSupport
import Testing
import TokenExchange

/// The device authorization response, and the pages that may be opened in a browser.
@Suite struct DeviceAuthorizationTests {
  private func read(_ body: String) throws -> DeviceAuthorization {
    let dex = ScriptedDex([.success(Sample.response(200, body)), ScriptedDex.pending])
    return try dex.client(try ScriptedDex.request()).begin(until: 100)
  }

  @Test("codes, URIs and times are parsed")
  func members() throws {
    let device = try read(String(decoding: ScriptedDex.device.body, as: UTF8.self))
    #expect(device.userCode == "RVCG-TBGL")
    #expect(device.deviceCode == Secret("secret-device-code"))
    #expect(device.verificationURI == "https://dex.example/dex/device")
    #expect(
      device.verificationURIComplete == "https://dex.example/dex/device?user_code=RVCG-TBGL")
    #expect(device.expiresIn == 300)
    #expect(device.interval == 5)
  }

  @Test("times are limited")
  func limits() throws {
    let codes = #""device_code":"d","user_code":"u","verification_uri":"https://x/""#
    #expect(try read("{\(codes)}").interval == 5)
    #expect(try read(#"{\#(codes),"interval":0,"expires_in":-5}"#).interval == 1)
    #expect(try read(#"{\#(codes),"interval":1e9,"expires_in":1e9}"#).expiresIn == 3600)
    #expect(try read(#"{\#(codes),"interval":"7"}"#).interval == 7)
  }

  @Test(
    "invalid responses are rejected",
    arguments: [
      Row("an empty object", "{}", nil), Row("only a device code", #"{"device_code":"d"}"#, nil),
      Row(
        "an empty code", #"{"device_code":"","user_code":"u","verification_uri":"v"}"#, nil),
      Row("an array", "[]", .notJSONObject), Row("HTML", "<html>", .html), Row("empty", "", .empty),
    ] as [Row<String, InvalidResponse.Reason?>])
  func invalid(row: Row<String, InvalidResponse.Reason?>) throws {
    let url = try ScriptedDex.request().deviceURL
    let expected = row.output.map {
      GrantError.invalidResponse(InvalidResponse($0, status: 200), url)
    }
    #expect(throws: expected ?? .invalidDeviceAuthorization(url)) { try read(row.input) }
  }

  @Test("control characters are removed")
  func controlCharacters() throws {
    let device = try read(
      #"{"device_code":"d","user_code":"A\u001b[2J\nB","verification_uri":"https://x/\u0007y"}"#)
    #expect(device.userCode == "A[2J B")
    #expect(device.verificationURI == "https://x/y")
  }

  @Test(
    "only a page with the issuer's origin is opened",
    arguments: [
      Row("same origin", "https://dex.example/dex/device?user_code=A", true),
      Row("explicit port", "https://dex.example:443/x", true),
      Row("upper case", "https://DEX.example/x", true),
      Row("another host", "https://evil.example/", false),
      Row("the host as a prefix of another", "https://dex.example.evil.example/", false),
      Row("the host as user info", "https://dex.example@evil.example/", false),
      Row("another port", "https://dex.example:8443/x", false),
      Row("plain HTTP", "http://dex.example/dex/device", false),
      Row("loopback", "http://127.0.0.1:5556/dex/device", false),
      Row("loopback with TLS", "https://localhost/dex/device", false),
      Row("a script", "javascript:alert(1)", false),
      Row("a file", "file:///etc/passwd", false),
      Row("an option", "--help", false),
      Row("a space", "https://dex.example/x y", false),
      Row("a quote in the query", #"https://dex.example/x?a="b"#, false),
      Row("a backslash", #"https://dex.example\@evil.example/x"#, false),
      Row("a backtick", "https://dex.example/x?a=`id`", false),
      Row("empty", "", false),
    ])
  func browserPage(row: Row<String, Bool>) throws {
    let text = JSON.quote(row.input)
    let issuer = try EndpointURL("https://dex.example/dex")
    let device = try read(
      #"{"device_code":"d","user_code":"u","verification_uri":"x","#
        + #""verification_uri_complete":\#(text)}"#)
    #expect((device.browserPage(issuer: issuer) != nil) == row.output)
  }

  @Test(
    "a loopback page is opened only if the issuer is on loopback",
    arguments: [
      Row("address", "http://127.0.0.1:5556/dex", true), Row("name", "http://localhost:5556", true),
      Row("another host", "https://dex.example/dex", false),
    ])
  func loopback(row: Row<String, Bool>) throws {
    let device = try read(
      #"{"device_code":"d","user_code":"u","verification_uri":"http://127.0.0.1:9/device"}"#)
    let issuer = try EndpointURL(row.input)
    #expect((device.browserPage(issuer: issuer) != nil) == row.output)
  }
}
