import TestSupport
import Testing
import TokenExchange

@Suite struct EndpointURLTests {
  @Test(arguments: [
    Row("https", "https://dex.example/dex", "dex.example"),
    Row("port", "https://dex.example:5556", "dex.example:5556"),
    Row("default port spelt out", "https://dex.example:443/x", "dex.example"),
    Row("upper-case scheme", "HTTPS://dex.example", "dex.example"),
    Row("loopback http", "http://127.0.0.1:5556/dex", "127.0.0.1:5556"),
    Row("localhost http", "http://localhost:80", "localhost"),
    Row("IPv6 loopback", "http://[::1]:5556/dex", "[::1]:5556"),
  ])
  func accepts(row: Row<String, String>) throws {
    let url = try EndpointURL(row.input, source: "--issuer")
    #expect(url.authority == row.output)
    #expect(url.text == row.input)
  }

  @Test(arguments: [
    Row("no scheme", "dex.example/dex", "does not begin with https://"),
    Row("other scheme", "ftp://dex.example", "does not begin with https://"),
    Row("open bracket", "https://[::1", "cannot be read as one"),
    Row("no host", "https:///dex", "has no host"),
    Row("query", "https://dex.example/token?a=b", "has a query or a fragment"),
    Row("fragment", "https://dex.example/#a", "has a query or a fragment"),
    Row("space", "https://dex.example/a b", "holds a space, newline or control character"),
    Row("umlaut", "https://bücher.example", "holds a character beyond ASCII"),
    Row("escaped host", "https://dex%2eexample", "a host with characters that no host has"),
    Row("port too large", "https://dex.example:70000", "has a port beyond 65535"),
    Row("plain http", "http://dex.dex.svc:5556", "plain http"),
    Row("almost loopback", "http://127.0.0.1.example", "plain http"),
    Row("user", "https://me:hunter2@dex.example", "has a user name or password"),
  ])
  func refuses(row: Row<String, String>) {
    do {
      _ = try EndpointURL(row.input, source: "TOKENXCHANGE_ISSUER")
      Issue.record("accepted")
    } catch {
      #expect(error.category == .usage)
      #expect(error.sentence.hasPrefix("TOKENXCHANGE_ISSUER "))
      #expect(error.sentence.contains(row.output))
      #expect(!error.sentence.contains("hunter2"))
    }
  }

  @Test func plainHTTPCanBeAllowed() throws {
    let url = try EndpointURL("http://dex.dex.svc:5556/dex/", source: "--issuer", allowsHTTP: true)
    #expect(url.appending("/token").text == "http://dex.dex.svc:5556/dex/token")
    #expect(url.appending("/token").path == "/dex/token")
  }

  @Test(arguments: [
    Row("localhost", "LOCALHOST", true), Row("the whole net", "127.9.9.9", true),
    Row("IPv6", "::1", true), Row("a name that begins so", "127.0.0.1.evil.example", false),
    Row("too many parts", "127.0.0.0.1", false), Row("out of range", "127.0.0.256", false),
    Row("other", "128.0.0.1", false), Row("trailing dot", "localhost.", true),
    Row("a name below localhost", "dex.localhost", true),
    Row("a name that ends so", "notlocalhost", false), Row("two dots", "localhost..", false),
    Row("in short", "127.1", true), Row("one number", "2130706433", true),
    Row("hexadecimal", "0x7f.1", true), Row("octal", "0177.0.0.1", true),
    Row("decimal despite a zero", "0127.0.0.1", false), Row("any address", "0.0.0.0", false),
    Row("IPv6 in full", "0:0:0:0:0:0:0:1", true), Row("IPv4-mapped", "::ffff:127.0.0.1", true),
    Row("IPv4-mapped, other", "::ffff:10.0.0.1", false), Row("other IPv6", "::2", false),
  ])
  func loopback(row: Row<String, Bool>) {
    #expect(EndpointURL.isLoopback(row.input) == row.output)
  }
}
