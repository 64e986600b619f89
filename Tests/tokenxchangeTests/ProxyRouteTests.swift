import TestSupport
import Testing

@testable import Platform
@testable import tokenxchange

/// Selection of the proxy, by the rules of Go's httpproxy package.
struct ProxyRouteTests {
  static let proxy = "http://proxy.test:3128"

  @Test(
    "NO_PROXY is interpreted as in Go",
    arguments: [
      // A URL, a value of NO_PROXY, and whether it excludes the URL's host.
      Row("a name", ["https://dex.example.test", "dex.example.test"], true),
      Row("a parent domain", ["https://dex.example.test", "example.test"], true),
      Row("the suffix of a label", ["https://dex.example.test", "ample.test"], false),
      Row("another name", ["https://dex.example.test", "other.test"], false),
      Row("a leading dot matches subdomains", ["https://dex.example.test", ".example.test"], true),
      Row(
        "a leading dot does not match the domain", ["https://example.test", ".example.test"],
        false),
      Row("a wildcard matches subdomains", ["https://dex.example.test", "*.example.test"], true),
      Row(
        "a wildcard does not match the domain", ["https://example.test", "*.example.test"], false),
      Row("a wildcard inside a name", ["https://dex.example.test", "dex.*.test"], false),
      Row("all hosts", ["https://dex.example.test", "*"], true),
      Row("all hosts, with other entries", ["https://dex.example.test", "a.test, *"], true),
      Row("all hosts, with an address", ["https://10.0.0.1", "*"], true),
      Row("the same port", ["https://dex.example.test:5556", "dex.example.test:5556"], true),
      Row("the scheme's default port", ["https://dex.example.test", "dex.example.test:443"], true),
      Row("another port", ["https://dex.example.test", "dex.example.test:5556"], false),
      Row("an empty port", ["https://dex.example.test", "dex.example.test:"], true),
      Row("a domain with a port", ["https://dex.example.test", ".example.test:443"], true),
      Row("a wildcard with a port", ["https://dex.example.test", "*.example.test:443"], true),
      Row("commas and spaces", ["https://dex.example.test", " a.test , example.test ,"], true),
      Row(
        "spaces do not separate entries", ["https://dex.example.test", "a.test example.test"],
        false),
      Row("upper case in the list", ["https://dex.example.test", "EXAMPLE.Test"], true),
      Row("upper case in the host", ["https://DEX.Example.Test", "example.test"], true),
      Row("a trailing dot is another name", ["https://dex.example.test.", "example.test"], false),
      Row("an address", ["https://10.0.0.1", "10.0.0.1"], true),
      Row("an address with the port", ["https://10.0.0.1:1", "10.0.0.1:1"], true),
      Row("an address with another port", ["https://10.0.0.1:1", "10.0.0.1:2"], false),
      Row("the prefix of an address", ["https://10.0.0.1", "10.0.0"], false),
      Row("the suffix of an address", ["https://10.0.0.1", "0.0.1"], false),
      Row("an abbreviated address", ["https://10.1", "10.0.0.1"], true),
      Row("a CIDR block", ["https://10.1.2.3", "10.0.0.0/8"], true),
      Row("a CIDR block that ends within a byte", ["https://10.159.0.1", "10.128.0.0/11"], true),
      Row("outside a CIDR block", ["https://10.160.0.1", "10.128.0.0/11"], false),
      Row("all addresses", ["https://10.1.2.3", "0.0.0.0/0"], true),
      Row("a CIDR block and a host name", ["https://dex.example.test", "0.0.0.0/0"], false),
      Row("an invalid CIDR block", ["https://10.1.2.3", "10.0.0.0/33"], false),
      Row("an IPv6 address", ["https://[fd00::1]", "fd00:0::1"], true),
      Row("an IPv6 address with the port", ["https://[fd00::1]:1", "[fd00::1]:1"], true),
      Row("an IPv6 address with another port", ["https://[fd00::1]:1", "[fd00::1]:2"], false),
      Row("an IPv6 CIDR block", ["https://[fd00::1]", "fd00::/8"], true),
      Row("outside an IPv6 CIDR block", ["https://[fe00::1]", "fd00::/8"], false),
      Row(
        "a CIDR block of IPv4-mapped addresses", ["https://10.0.0.1", "::ffff:10.0.0.0/104"], true),
      Row("an empty list", ["https://dex.example.test", ""], false),
      Row("only separators", ["https://dex.example.test", " , :443, "], false),
    ])
  func excludes(_ row: Row<[String], Bool>) throws {
    let endpoint = try #require(Endpoint(row.input[0]))
    let variables = ["HTTPS_PROXY": Self.proxy, "NO_PROXY": row.input[1]]
    #expect((ProxyRoute(to: endpoint, variables: variables).proxy == nil) == row.output)
  }

  @Test(
    "the proxy is read from the variables",
    arguments: [
      Row("none", [:], "none: HTTPS_PROXY and ALL_PROXY are not set"),
      Row(
        "upper case before lower case", ["HTTPS_PROXY": "a.test", "https_proxy": "b.test"],
        "http://a.test:80 from HTTPS_PROXY"),
      Row(
        "an empty variable counts as unset", ["HTTPS_PROXY": "", "https_proxy": "b.test"],
        "http://b.test:80 from https_proxy"),
      Row(
        "HTTPS_PROXY before ALL_PROXY", ["ALL_PROXY": "a.test", "https_proxy": "b.test"],
        "http://b.test:80 from https_proxy"),
      Row(
        "ALL_PROXY", ["ALL_PROXY": "a.test", "all_proxy": "b.test"],
        "http://a.test:80 from ALL_PROXY"),
      Row("all_proxy", ["all_proxy": "b.test"], "http://b.test:80 from all_proxy"),
      Row(
        "HTTP_PROXY is ignored", ["HTTP_PROXY": "a.test"],
        "none: HTTPS_PROXY and ALL_PROXY are not set"),
      Row(
        "NO_PROXY before no_proxy",
        ["HTTPS_PROXY": "a.test", "NO_PROXY": "other.test", "no_proxy": "*"],
        "http://a.test:80 from HTTPS_PROXY"),
      Row(
        "no_proxy", ["HTTPS_PROXY": "a.test", "NO_PROXY": "", "no_proxy": "x, .Example.test"],
        "none: no_proxy has the entry .example.test"),
      Row(
        "invalid proxy URL", ["HTTPS_PROXY": "ftp://user:hunter2@a.test"],
        "HTTPS_PROXY is not the URL of a proxy"),
      Row(
        "the password is not shown", ["HTTPS_PROXY": "https://user:hunter2@a.test:1/x?y"],
        "https://a.test:1 from HTTPS_PROXY"),
    ] as [Row<[String: String], String>])
  func chooses(_ row: Row<[String: String], String>) throws {
    let endpoint = try #require(Endpoint("https://dex.example.test/token"))
    #expect(ProxyRoute(to: endpoint, variables: row.input).text == row.output)
  }

  @Test(
    "loopback and plain http never use a proxy",
    arguments: [
      Row("localhost", "https://localhost:1/", "none: the host is this machine"),
      Row("subdomain of localhost", "https://dex.localhost./", "none: the host is this machine"),
      Row("loopback", "https://127.9.9.9/", "none: the host is this machine"),
      Row("abbreviated loopback address", "https://127.1/", "none: the host is this machine"),
      Row("IPv6 loopback", "https://[::1]/", "none: the host is this machine"),
      Row(
        "plain http", "http://dex.example.test/", "none: plain http never goes through a proxy"),
    ])
  func direct(_ row: Row<String, String>) throws {
    let endpoint = try #require(Endpoint(row.input))
    let variables = ["HTTPS_PROXY": Self.proxy, "ALL_PROXY": Self.proxy, "HTTP_PROXY": Self.proxy]
    #expect(ProxyRoute(to: endpoint, variables: variables).text == row.output)
  }

  @Test(
    "the proxy's URL is normalized",
    arguments: [
      Row("complete", "http://proxy.test:3128", "http://proxy.test:3128"),
      Row("only a name", "proxy.test", "http://proxy.test:80"),
      Row("name and port", "proxy.test:3128", "http://proxy.test:3128"),
      Row("https", "https://proxy.test", "https://proxy.test:443"),
      Row("upper case", "HTTP://proxy.test/", "http://proxy.test:80"),
      Row("SOCKS resolves at the proxy", "socks5://proxy.test", "socks5h://proxy.test:1080"),
      Row("user", "http://u:p%40@proxy.test:1", "http://u:p%40@proxy.test:1"),
      Row("user without a scheme", "u:p@proxy.test:1", "http://u:p@proxy.test:1"),
      Row("an @ in the password", "http://u:p@x@proxy.test:1", "http://u:p@x@proxy.test:1"),
      Row("an IPv6 address", "http://[fd00::1]:1", "http://[fd00::1]:1"),
      Row("only an IPv6 address", "[fd00::1]", "http://[fd00::1]:80"),
      Row("another scheme", "ftp://proxy.test", nil), Row("missing host", "http://", nil),
      Row("a user without a host", "http://u:p@", nil), Row("a port without a host", ":1", nil),
      Row("port 0", "proxy.test:0", nil), Row("a port too high", "proxy.test:65536", nil),
      Row("an invalid port", "proxy.test:x", nil), Row("an unclosed bracket", "http://[::1", nil),
      Row("a space", "proxy test", nil), Row("a name in brackets", "http://[proxy]", nil),
    ] as [Row<String, String?>])
  func reads(_ row: Row<String, String?>) {
    #expect(ProxyURL(row.input)?.url == row.output)
  }
}
