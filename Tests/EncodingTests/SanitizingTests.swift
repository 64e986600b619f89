import Encoding
import FoundationEssentials
import TestSupport
import Testing

/// Sanitizing of untrusted text before it is shown.
@Suite struct SanitizingTests {
  static let token = "eyJhbGciOiJSUzI1NiJ9.eyJhIjoxfQ.c2ln"

  @Test(
    "control characters are removed and tokens redacted",
    arguments: [
      Row("line ends", "a\r\n b\tc ", "a b c"),
      Row("escape sequences", "\u{1B}[31mred\u{7}", "[31mred"),
      Row("C1 controls", "a\u{9B}b", "ab"),
      Row("direction overrides", "a\u{202E}b\u{2066}c\u{FEFF}", "abc"),
      Row(
        "invisible characters",
        "a\u{AD}b\u{61C}c\u{2060}d\u{2064}e\u{206A}f\u{206F}g\u{FFF9}h\u{FFFA}i\u{FFFB}j\u{200B}k",
        "abcdefghijk"),
      Row("line and paragraph separators", "a\u{2028}b\u{2029}c\u{85}d", "abcd"),
      Row("letters are kept", "Zürich 東京", "Zürich 東京"),
      Row("a token", "got eyJhbGciOiJSUzI1NiJ9.eyJhIjoxfQ.c2ln!", "got [token]!"),
      Row("a truncated token at the end", "eyJhbGciOiJSUzI1NiJ9.eyJhIj", "[token]"),
      Row("a short word with the same beginning", "eyJ eyJx", "eyJ eyJx"),
      Row("after a form field name", "subject_token=\(token)&x=1", "subject_token=[token]&x=1"),
      Row("in quotes", #"{"id_token":"\#(token)"}"#, #"{"id_token":"[token]"}"#),
      Row("after a colon", "token:\(token)", "token:[token]"),
      Row("after Bearer", "Authorization: Bearer \(token)", "Authorization: Bearer [token]"),
      Row("after an escaped equals sign", "token%3D\(token)%26x", "token%3D[token]%26x"),
      Row("after an escaped line end", #"token\n\#(token)"#, #"token\n[token]"#),
      Row("after other punctuation", "a/\(token),b-\(token)", "a/[token],b-[token]"),
      Row("the payload and signature alone", "…9.eyJhIjoxfQ.c2lnbmF0dXJlLW9mLWE", "…9.[token]"),
      Row("two tokens", "\(token) \(token)", "[token] [token]"),
      Row(
        "a similar sequence within Dex's opaque sub", "CjpzeXN0eyJWpzZXJ2aWNlYWNjb3VudDphcmdvY2Q",
        "CjpzeXN0eyJWpzZXJ2aWNlYWNjb3VudDphcmdvY2Q"),
      Row(
        "a similar sequence within a word, followed by a token",
        "CjpzeyJWpzZXJ2aWNlYWNjb3VudA.\(token)",
        "CjpzeyJWpzZXJ2aWNlYWNjb3VudA.[token]"),
    ])
  func line(row: Row<String, String>) {
    #expect(row.input.sanitized() == row.output)
  }

  @Test("long text is truncated")
  func truncation() {
    #expect(String(repeating: "x", count: 400).sanitized().count == 301)
    #expect("abcdef".sanitized(maxLength: 3) == "abc…")
    #expect(([0xFF, 0x41]).sanitized(maxLength: 10) == "\u{FFFD}A")
  }
}
