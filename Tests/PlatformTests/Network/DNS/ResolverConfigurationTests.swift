import Encoding
import TestSupport
import Testing
import TokenExchange

@testable import Platform

/// Parsing of `/etc/resolv.conf`, as by glibc.
struct ResolverConfigurationTests {
  @Test(
    "resolv.conf is parsed as by glibc",
    arguments: [
      Row("no file", "", "nameserver 127.0.0.1; no search list"),
      Row(
        "in a pod",
        "search ns.svc.cluster.local svc.cluster.local cluster.local\nnameserver 10.96.0.10\n"
          + "options ndots:5\n",
        "nameserver 10.96.0.10; search ns.svc.cluster.local svc.cluster.local cluster.local; "
          + "options ndots:5"),
      Row(
        "at most three servers",
        "nameserver 10.0.0.1\nnameserver fd00::2\nnameserver fe80::3%eth0\nnameserver 10.0.0.4\n",
        "nameserver 10.0.0.1 fd00::2 fe80::3%eth0; no search list"),
      Row(
        "not an address", "nameserver dns.example\nnameserver 10.0.0.1\n",
        "nameserver 10.0.0.1; no search list"),
      Row(
        "the last domain or search line takes effect",
        "search a.example b.example\ndomain c.example\n",
        "nameserver 127.0.0.1; search c.example"),
      Row(
        "search after domain", "domain c.example\nsearch a.example b.example\n",
        "nameserver 127.0.0.1; search a.example b.example"),
      Row(
        "suffixes with a trailing dot", "search a.example. .\n",
        "nameserver 127.0.0.1; search a.example "),
      Row(
        "comments, indented lines, other keywords",
        "# nameserver 1.1.1.1\n;search x\n search y\nsortlist 1.0.0.0\nnameserver\nfamily inet\n",
        "nameserver 127.0.0.1; no search list"),
      Row(
        "tabs and carriage returns", "nameserver\t10.0.0.1\r\nsearch\ta.example\r\n",
        "nameserver 10.0.0.1; search a.example"),
      Row(
        "options", "options timeout:1 attempts:3 rotate\noptions ndots:2 use-vc no-aaaa\n",
        "nameserver 127.0.0.1; no search list; options ndots:2 timeout:1 attempts:3 rotate use-vc "
          + "no-aaaa"),
      Row(
        "options above their limits", "options ndots:99 timeout:99 attempts:99\n",
        "nameserver 127.0.0.1; no search list; options ndots:15 timeout:30 attempts:5"),
      Row(
        "options at zero", "options ndots:0 timeout:0 attempts:0\n",
        "nameserver 127.0.0.1; no search list; options ndots:0 timeout:1 attempts:1"),
      Row(
        "invalid options", "options ndots:x timeout: attempts edns0 trust-ad\n",
        "nameserver 127.0.0.1; no search list"),
    ])
  func parses(_ row: Row<String, String>) {
    #expect(ResolverConfiguration(parsing: Array(row.input.utf8)).text == row.output)
  }

  @Test("without a search list, the domain of the host name is searched")
  func hostName() {
    let configuration = ResolverConfiguration(parsing: [], hostName: "pod.corp.example")
    #expect(configuration.search == ["corp.example"])
  }

  @Test(
    "candidate names are derived from the host",
    arguments: [
      Row(
        "fewer dots than ndots: suffixes first", "dex.dex",
        ["dex.dex.a.example", "dex.dex.b.example", "dex.dex"]),
      Row(
        "at least ndots dots: the name first", "dex.dex.svc",
        ["dex.dex.svc", "dex.dex.svc.a.example", "dex.dex.svc.b.example"]),
      Row("trailing dot: only the name", "dex.", ["dex"]),
      Row("one label", "dex", ["dex.a.example", "dex.b.example", "dex"]),
    ])
  func candidates(_ row: Row<String, [String]>) {
    let file = "search a.example b.example a.example\noptions ndots:2\n"
    let configuration = ResolverConfiguration(parsing: Array(file.utf8))
    #expect(configuration.candidates(for: row.input) == row.output)
  }

  @Test("with the root as a suffix, the name itself is tried only once")
  func root() {
    let configuration = ResolverConfiguration(parsing: Array("search . a.example\n".utf8))
    #expect(configuration.candidates(for: "dex") == ["dex", "dex.a.example"])
  }
}

/// Lookups in `/etc/hosts`.
struct HostsFileTests {
  static let file = """
    127.0.0.1 localhost
    # 10.0.0.9 dex.example
    10.0.0.1\tdex.example  dex # dex.other
    fd00::1 DEX.example.
    10.0.0.2 other.example dex.example
    10.0.0.1 dex.example
    999.0.0.1 bad.example
    10.0.0.3
    """

  @Test(
    "addresses are found in the hosts file",
    arguments: [
      Row(
        "several lines with the name, without duplicate addresses", "dex.example",
        ["10.0.0.1", "fd00::1", "10.0.0.2"]),
      Row("an alias", "dex", ["10.0.0.1"]), Row("upper case", "DeX", ["10.0.0.1"]),
      Row("a trailing dot", "dex.", ["10.0.0.1"]), Row("a name in a comment", "dex.other", []),
      Row("not an address", "bad.example", []), Row("a missing name", "absent.example", []),
      Row("the prefix of a name", "dex.exam", []), Row("the address itself", "10.0.0.3", []),
    ])
  func finds(_ row: Row<String, [String]>) {
    let found = HostsFile.addresses(of: row.input, in: Array(Self.file.utf8))
    #expect(found.map(\.text) == row.output)
  }
}
