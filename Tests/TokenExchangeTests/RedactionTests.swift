import Encoding
import Foundation
import TestSupport
import Testing

@testable import TokenExchange

/// Redaction of a request's secrets, in all forms in which servers echo them.
@Suite("Redaction") struct RedactionTests {
  static let odd = #"p"q\r/s<t>&u'v%2Fé😀 w+x"#
  static let json = #"p\"q\\r\/s\u003ct\u003e\u0026u\u0027v%2F\u00e9\ud83d\uDE00 w\u002bx"#
  static let html = #"p&quot;q\r/s&lt;t&gt;&amp;u&#39;v%2F&eacute;😀 w+x"#
    .replacing("&eacute;", with: "&#xE9;")

  private func request(
    _ fields: [FormEncoding.Field], authorization: String? = nil
  ) throws -> HTTPRequest {
    .form(fields, to: try Sample.url(), userAgent: "x", authorization: authorization)
  }

  private func redacted(_ text: String, _ secret: String) -> String {
    Redaction([Secret(secret)])(text)
  }

  @Test(
    "secrets are redacted in every encoding",
    arguments: [
      ("unchanged", odd), ("in JSON", json), ("in HTML", html),
      (
        "in HTML, with numeric references",
        #"p&#34;q&#92;r&#x2f;s&#60;t&#62;&#38;u&#X27;v&#37;2F&#233;&#128512; w&#43;x"#
      ),
      ("in a form", FormEncoding.encode(odd)),
      ("in a URL", FormEncoding.encode(odd).replacing("+", with: "%20")),
      ("in a URL, in lower case", "p%22q%5cr%2fs%3ct%3e%26u%27v%252F%c3%a9%f0%9f%98%80+w%2bx"),
      ("quoted by Go", #"p\"q\\r/s<t>&u'v%2F\u00e9\U0001f600 w+x"#),
      ("quoted with byte escapes", #"p\x22q\x5cr/s<t>&u\'v%2F\xc3\xa9\xf0\x9f\x98\x80 w+x"#),
      ("in base64", Data(odd.utf8).base64EncodedString()),
    ])
  func forms(name: String, form: String) {
    #expect(redacted("error: [\(form)] is bad", Self.odd) == "error: [[redacted]] is bad")
    #expect(redacted(form + form, Self.odd) == "[redacted][redacted]")
  }

  @Test(
    "secrets with white space are redacted, even if it is trimmed",
    arguments: [
      Row("a newline at the end", "hunter2-hunter2\n", "hunter2-hunter2"),
      Row("two spaces", "correct  horse", "correct horse"),
      Row("a tab", "correct\thorse", "correct horse"),
    ])
  func whitespace(row: Row<String, String>) throws {
    let request = try request([.init("client_secret", row.input)])
    for text in [row.input, row.output, FormEncoding.encode(row.input), JSON.quote(row.input)] {
      let shown = request.shown("got \(text) here")
      #expect(!shown.contains(row.output), "\(shown)")
      #expect(shown.contains("[redacted]"))
    }
  }

  @Test(
    "a part of at least 8 characters next to a truncation is redacted",
    arguments: [
      ("the beginning, at the end of the text", "got 0123456789abc", "got [redacted]"),
      ("in quotes", "got \"0123456789abc\"", "got \"[redacted]\""),
      ("before an ellipsis", "got 0123456789abc… then", "got [redacted]… then"),
      ("before three dots", "got 0123456789abc... then", "got [redacted]... then"),
      ("the end, at the beginning of the text", "9abcdefghij is bad", "[redacted] is bad"),
      ("after an ellipsis", "got …9abcdefghij is bad", "got …[redacted] is bad"),
      ("escaped", "got %30%31%32%33%34%35%36%37", "got [redacted]"),
      ("7 characters", "got 0123456", "got 0123456"),
      ("8 characters, without a truncation", "got 01234567 then", "got 01234567 then"),
    ])
  func parts(name: String, text: String, output: String) {
    #expect(redacted(text, "0123456789abcdefghij") == output)
  }

  @Test("the secrets are taken from the request that was sent")
  func secretsOfARequest() throws {
    let basic = ClientAuthentication.basic(Secret("a b+c")).authorization(clientID: "client")
    let request = try request(
      [
        "subject_token", "client_secret", "refresh_token", "device_code", "code", "code_verifier",
        "password", "assertion", "some_new_field",
      ].map { .init($0, "value of \($0)") }
        + [
          .init("client_id", "harmless-client"), .init("scope", "openid"),
          .init("grant_type", "x-grant"),
        ],
      authorization: basic)
    let secrets = request.secrets.map(\.revealed)
    for name in [
      "subject_token", "client_secret", "refresh_token", "device_code", "code",
      "code_verifier", "password", "assertion", "some_new_field",
    ] { #expect(secrets.contains("value of \(name)"), "\(name)") }
    #expect(secrets.contains("a b+c"))
    #expect(secrets.contains("a+b%2Bc"))
    #expect(secrets.contains("client:a b+c"))
    #expect(secrets.contains(Data("client:a+b%2Bc".utf8).base64EncodedString()))
    for harmless in ["harmless-client", "openid", "x-grant", "client"] {
      #expect(!secrets.contains(harmless), "\(harmless)")
    }
    let bearer = HTTPRequest(
      method: "GET", url: "https://a", headers: [.init("Authorization", "Bearer opaque-token")])
    #expect(bearer.shown("Bearer opaque-token, opaque-token") == "Bearer [redacted], [redacted]")
  }

  @Test("text is redacted first, then sanitized, then truncated")
  func order() throws {
    let request = try request([.init("client_secret", "hunter2\u{7}hunter2")])
    #expect(request.shown("a\u{7}b hunter2\u{7}hunter2") == "ab [redacted]")
    #expect(
      request.shown(String(repeating: "x", count: 290) + " hunter2\u{7}hunter2").hasSuffix(
        " [redacted…"))
    #expect(!request.shown("hunter2\u{7}hunter2", maxLength: 9).contains("hunter"))
  }

  @Test("malicious text of 1 MB is searched within a generous 30 s")
  func isBounded() {
    let secret = String(repeating: "%25+\\\\&amp;", count: 40)
    let text = String(repeating: "%25+\\\\&amp;...", count: 100_000)
    #expect(ContinuousClock().measure { _ = redacted(text, secret) } < .seconds(30))
  }
}
