import TestSupport
import Testing

@testable import Platform
@testable import tokenxchange

/// When a proxy is used, by the rules of Go's httpproxy package, and which one.
struct ProxyRouteTests {
  static let proxy = "http://proxy.test:3128"

  @Test(
    "NO_PROXY",
    arguments: [
      // A host, a value, and whether it excludes the host.
      Row("a name", ["https://dex.example.test", "dex.example.test"], true),
      Row("a parent domain", ["https://dex.example.test", "example.test"], true),
      Row("the end of a label", ["https://dex.example.test", "ample.test"], false),
      Row("another name", ["https://dex.example.test", "other.test"], false),
      Row("a leading dot: names below", ["https://dex.example.test", ".example.test"], true),
      Row("a leading dot: not the name itself", ["https://example.test", ".example.test"], false),
      Row("a wildcard: names below", ["https://dex.example.test", "*.example.test"], true),
      Row("a wildcard: not the name itself", ["https://example.test", "*.example.test"], false),
      Row("a wildcard elsewhere", ["https://dex.example.test", "dex.*.test"], false),
      Row("everything", ["https://dex.example.test", "*"], true),
      Row("everything, among others", ["https://dex.example.test", "a.test, *"], true),
      Row("everything, an address", ["https://10.0.0.1", "*"], true),
      Row("the port", ["https://dex.example.test:5556", "dex.example.test:5556"], true),
      Row("the scheme's port", ["https://dex.example.test", "dex.example.test:443"], true),
      Row("another port", ["https://dex.example.test", "dex.example.test:5556"], false),
      Row("a port with nothing", ["https://dex.example.test", "dex.example.test:"], true),
      Row("a domain with a port", ["https://dex.example.test", ".example.test:443"], true),
      Row("a wildcard with a port", ["https://dex.example.test", "*.example.test:443"], true),
      Row("commas and spaces", ["https://dex.example.test", " a.test , example.test ,"], true),
      Row(
        "spaces alone separate nothing", ["https://dex.example.test", "a.test example.test"], false),
      Row("capitals in the list", ["https://dex.example.test", "EXAMPLE.Test"], true),
      Row("capitals in the host", ["https://DEX.Example.Test", "example.test"], true),
      Row("a trailing dot is another name", ["https://dex.example.test.", "example.test"], false),
      Row("an address", ["https://10.0.0.1", "10.0.0.1"], true),
      Row("an address with the port", ["https://10.0.0.1:1", "10.0.0.1:1"], true),
      Row("an address with another port", ["https://10.0.0.1:1", "10.0.0.1:2"], false),
      Row("the beginning of an address", ["https://10.0.0.1", "10.0.0"], false),
      Row("the end of an address is not a domain", ["https://10.0.0.1", "0.0.1"], false),
      Row("an address in another form", ["https://10.1", "10.0.0.1"], true),
      Row("a block", ["https://10.1.2.3", "10.0.0.0/8"], true),
      Row("a block that ends within a byte", ["https://10.159.0.1", "10.128.0.0/11"], true),
      Row("outside a block", ["https://10.160.0.1", "10.128.0.0/11"], false),
      Row("all addresses", ["https://10.1.2.3", "0.0.0.0/0"], true),
      Row("a block and a name", ["https://dex.example.test", "0.0.0.0/0"], false),
      Row("an invalid block", ["https://10.1.2.3", "10.0.0.0/33"], false),
      Row("an IPv6 address", ["https://[fd00::1]", "fd00:0::1"], true),
      Row("an IPv6 address with the port", ["https://[fd00::1]:1", "[fd00::1]:1"], true),
      Row("an IPv6 address with another port", ["https://[fd00::1]:1", "[fd00::1]:2"], false),
      Row("an IPv6 block", ["https://[fd00::1]", "fd00::/8"], true),
      Row("outside an IPv6 block", ["https://[fe00::1]", "fd00::/8"], false),
      Row("a block of IPv4-mapped addresses", ["https://10.0.0.1", "::ffff:10.0.0.0/104"], true),
      Row("an empty list", ["https://dex.example.test", ""], false),
      Row("nothing but separators", ["https://dex.example.test", " , :443, "], false),
    ])
  func excludes(_ row: Row<[String], Bool>) throws {
    let endpoint = try #require(Endpoint(row.input[0]))
    let variables = ["HTTPS_PROXY": Self.proxy, "NO_PROXY": row.input[1]]
    #expect((ProxyRoute(to: endpoint, variables: variables).proxy == nil) == row.output)
  }

  @Test(
    "the variables",
    arguments: [
      Row("none", [:], "none: HTTPS_PROXY and ALL_PROXY are not set"),
      Row(
        "upper case first", ["HTTPS_PROXY": "a.test", "https_proxy": "b.test"],
        "http://a.test:80 from HTTPS_PROXY"),
      Row(
        "an empty one is not set", ["HTTPS_PROXY": "", "https_proxy": "b.test"],
        "http://b.test:80 from https_proxy"),
      Row(
        "HTTPS_PROXY before ALL_PROXY", ["ALL_PROXY": "a.test", "https_proxy": "b.test"],
        "http://b.test:80 from https_proxy"),
      Row(
        "ALL_PROXY", ["ALL_PROXY": "a.test", "all_proxy": "b.test"],
        "http://a.test:80 from ALL_PROXY"),
      Row("all_proxy", ["all_proxy": "b.test"], "http://b.test:80 from all_proxy"),
      Row(
        "HTTP_PROXY is for plain http", ["HTTP_PROXY": "a.test"],
        "none: HTTPS_PROXY and ALL_PROXY are not set"),
      Row(
        "NO_PROXY before no_proxy",
        ["HTTPS_PROXY": "a.test", "NO_PROXY": "other.test", "no_proxy": "*"],
        "http://a.test:80 from HTTPS_PROXY"),
      Row(
        "no_proxy", ["HTTPS_PROXY": "a.test", "NO_PROXY": "", "no_proxy": "x, .Example.test"],
        "none: no_proxy has the entry .example.test"),
      Row(
        "not the URL of a proxy", ["HTTPS_PROXY": "ftp://user:hunter2@a.test"],
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
    "never a proxy",
    arguments: [
      Row("localhost", "https://localhost:1/", "none: the host is this machine"),
      Row("below localhost", "https://dex.localhost./", "none: the host is this machine"),
      Row("loopback", "https://127.9.9.9/", "none: the host is this machine"),
      Row("loopback in short", "https://127.1/", "none: the host is this machine"),
      Row("loopback of IPv6", "https://[::1]/", "none: the host is this machine"),
      Row(
        "plain http", "http://dex.example.test/", "none: plain http never goes through a proxy"),
    ])
  func direct(_ row: Row<String, String>) throws {
    let endpoint = try #require(Endpoint(row.input))
    let variables = ["HTTPS_PROXY": Self.proxy, "ALL_PROXY": Self.proxy, "HTTP_PROXY": Self.proxy]
    #expect(ProxyRoute(to: endpoint, variables: variables).text == row.output)
  }

  @Test(
    "the proxy's URL",
    arguments: [
      Row("complete", "http://proxy.test:3128", "http://proxy.test:3128"),
      Row("a name", "proxy.test", "http://proxy.test:80"),
      Row("name and port", "proxy.test:3128", "http://proxy.test:3128"),
      Row("https", "https://proxy.test", "https://proxy.test:443"),
      Row("capitals", "HTTP://proxy.test/", "http://proxy.test:80"),
      Row("SOCKS resolves at the proxy", "socks5://proxy.test", "socks5h://proxy.test:1080"),
      Row("user", "http://u:p%40@proxy.test:1", "http://u:p%40@proxy.test:1"),
      Row("user without a scheme", "u:p@proxy.test:1", "http://u:p@proxy.test:1"),
      Row("an @ in the password", "http://u:p@x@proxy.test:1", "http://u:p@x@proxy.test:1"),
      Row("an IPv6 address", "http://[fd00::1]:1", "http://[fd00::1]:1"),
      Row("an IPv6 address alone", "[fd00::1]", "http://[fd00::1]:80"),
      Row("another scheme", "ftp://proxy.test", nil), Row("no host", "http://", nil),
      Row("a user and no host", "http://u:p@", nil), Row("a port and no host", ":1", nil),
      Row("port 0", "proxy.test:0", nil), Row("a port too high", "proxy.test:65536", nil),
      Row("an invalid port", "proxy.test:x", nil), Row("half a bracket", "http://[::1", nil),
      Row("a space", "proxy test", nil), Row("a name in brackets", "http://[proxy]", nil),
    ] as [Row<String, String?>])
  func reads(_ row: Row<String, String?>) {
    #expect(ProxyURL(row.input)?.url == row.output)
  }
}
