import TestSupport
import Testing
import TokenExchange

@Suite struct EndpointURLTests {
  @Test(
    "valid URLs are accepted",
    arguments: [
      Row("https", "https://dex.example/dex", "dex.example"),
      Row("port", "https://dex.example:5556", "dex.example:5556"),
      Row("explicit default port", "https://dex.example:443/x", "dex.example"),
      Row("upper-case scheme", "HTTPS://dex.example", "dex.example"),
      Row("loopback http", "http://127.0.0.1:5556/dex", "127.0.0.1:5556"),
      Row("localhost http", "http://localhost:80", "localhost"),
      Row("IPv6 loopback", "http://[::1]:5556/dex", "[::1]:5556"),
    ])
  func accepts(row: Row<String, String>) throws {
    let url = try EndpointURL(row.input)
    #expect(url.authority == row.output)
    #expect(url.text == row.input)
  }

  @Test(
    "invalid URLs are rejected with the reason",
    arguments: [
      Row("missing scheme", "dex.example/dex", InvalidURL.unsupportedScheme),
      Row("unsupported scheme", "ftp://dex.example", .unsupportedScheme),
      Row("unclosed bracket", "https://[::1", .malformed),
      Row("missing host", "https:///dex", .noHost),
      Row("query", "https://dex.example/token?a=b", .queryOrFragment),
      Row("fragment", "https://dex.example/#a", .queryOrFragment),
      Row("space", "https://dex.example/a b", .controlCharacter),
      Row("non-ASCII host", "https://bücher.example", .notASCII),
      Row("escaped host", "https://dex%2eexample", .invalidHost),
      Row("port too large", "https://dex.example:70000", .invalidPort),
      Row("plain http", "http://dex.dex.svc:5556", .plainHTTP),
      Row("plain http, loopback address as a prefix", "http://127.0.0.1.example", .plainHTTP),
      Row("user info", "https://me:hunter2@dex.example", .userInfo),
    ])
  func rejects(row: Row<String, InvalidURL>) {
    #expect(throws: row.output) { try EndpointURL(row.input) }
  }

  @Test("plain http can be allowed")
  func allowsHTTP() throws {
    let url = try EndpointURL("http://dex.dex.svc:5556/dex/", allowsHTTP: true)
    #expect(url.appending("/token").text == "http://dex.dex.svc:5556/dex/token")
    #expect(url.appending("/token").path == "/dex/token")
  }

  @Test(
    "loopback hosts are detected",
    arguments: [
      Row("localhost", "LOCALHOST", true), Row("any address in 127.0.0.0/8", "127.9.9.9", true),
      Row("IPv6", "::1", true),
      Row("a name that begins with 127.0.0.1", "127.0.0.1.evil.example", false),
      Row("too many parts", "127.0.0.0.1", false), Row("out of range", "127.0.0.256", false),
      Row("another address", "128.0.0.1", false), Row("trailing dot", "localhost.", true),
      Row("a name below localhost", "dex.localhost", true),
      Row("a name that ends in localhost", "notlocalhost", false),
      Row("two trailing dots", "localhost..", false),
      Row("abbreviated", "127.1", true), Row("a single number", "2130706433", true),
      Row("hexadecimal", "0x7f.1", true), Row("octal", "0177.0.0.1", true),
      Row("octal that is not 127", "0127.0.0.1", false),
      Row("unspecified address", "0.0.0.0", false),
      Row("IPv6 in full", "0:0:0:0:0:0:0:1", true), Row("IPv4-mapped", "::ffff:127.0.0.1", true),
      Row("IPv4-mapped, other", "::ffff:10.0.0.1", false), Row("other IPv6", "::2", false),
    ])
  func loopback(row: Row<String, Bool>) {
    #expect(EndpointURL.isLoopback(row.input) == row.output)
  }
}
