import Foundation
import StandIns
import TestSupport
import Testing

/// Name resolution as in a cluster, compared with glibc: getent runs with the same servers.
@Suite(.enabled(if: NetworkNamespace.isAvailable, "\(DNSFixture.need)"))
struct DNSTests {
  /// A pod's resolv.conf in a cluster whose nodes also search a corporate domain.
  static let pod = """
    search ns.svc.cluster.local svc.cluster.local cluster.local corp.example
    options ndots:5
    nameserver 127.0.0.1

    """
  static let host = "dex.example.test"
  static let found = DNSRule(host, .addresses("127.0.0.1"))

  /// A test case: servers, files, and the expected result for `dex.example.test`.
  struct Case: Sendable, CustomStringConvertible {
    var description: String
    var resolvConf = DNSTests.pod
    var hosts = ""
    var servers: [String: [DNSRule]]
    var host = DNSTests.host
    /// The time limit for an exchange in seconds: less than one timeout of resolv.conf, with a
    /// margin for a busy machine.
    var limit = 3.0
    /// The approximate time that glibc takes in seconds; nil if it does not find the name.
    var glibc: Double? = 0
  }

  static let cases: [Case] = [
    Case(
      description: "SERVFAIL for one suffix",
      servers: ["127.0.0.1": [DNSRule("*.corp.example", .serverFailure), found]]),
    Case(
      description: "REFUSED for one suffix",
      servers: ["127.0.0.1": [DNSRule("*.corp.example", .refused), found]]),
    Case(
      description: "SERVFAIL for AAAA of one suffix",
      servers: ["127.0.0.1": [DNSRule("*.corp.example", "AAAA", .serverFailure), found]]),
    Case(
      description: "REFUSED for AAAA of one suffix",
      servers: ["127.0.0.1": [DNSRule("*.corp.example", "AAAA", .refused), found]]),
    Case(
      description: "AAAA lost", servers: ["127.0.0.1": [DNSRule(host, "AAAA", .lost), found]],
      glibc: 15),
    Case(
      description: "AAAA lost, timeout:1 attempts:2",
      resolvConf: pod + "options timeout:1 attempts:2\n",
      servers: ["127.0.0.1": [DNSRule(host, "AAAA", .lost), found]], limit: 1.9, glibc: 3),
    Case(
      description: "first of two servers down", resolvConf: "nameserver 127.0.0.9\n" + pod,
      servers: ["127.0.0.1": [found]]),
    Case(
      description: "first of two servers silent, timeout:1",
      resolvConf: "nameserver 127.0.0.9\nnameserver 127.0.0.1\noptions timeout:1\n",
      servers: ["127.0.0.1": [found], "127.0.0.9": [DNSRule("*", .lost)]], glibc: 1),
    Case(
      description: "one suffix silent, timeout:1 attempts:1",
      resolvConf: pod + "options timeout:1 attempts:1\n",
      servers: ["127.0.0.1": [DNSRule("*.corp.example", .lost), found]], glibc: 1),
    Case(
      description: "slow server",
      resolvConf: "nameserver 127.0.0.1\n",
      servers: ["127.0.0.1": [DNSRule(host, DNSRule.Reply.addresses("127.0.0.1").after(0.7))]],
      glibc: 0.7),
    Case(
      description: "truncated",
      servers: ["127.0.0.1": [DNSRule(host, DNSRule.Reply.addresses("127.0.0.1").truncated)]]),
    Case(
      description: "chain of aliases",
      servers: [
        "127.0.0.1": [DNSRule(host, .addresses("127.0.0.1", aliases: ["a.test", "b.test"]))]
      ]),
    Case(
      description: "server that rejects EDNS", resolvConf: pod + "options edns0\n",
      servers: ["127.0.0.1": [found]], glibc: nil),
    Case(
      description: "three servers, two down, rotate",
      resolvConf: "nameserver 127.0.0.8\nnameserver 127.0.0.9\n" + pod + "options rotate\n",
      servers: ["127.0.0.1": [found]]),
    Case(
      description: "hosts file", hosts: "127.0.0.1 other \(host)\n",
      servers: ["127.0.0.1": [DNSRule("*", .lost)]]),
    Case(
      description: "trailing dot",
      servers: ["127.0.0.1": [DNSRule("*.corp.example", .serverFailure), found]],
      host: host + "."),
    Case(
      description: "one label, second suffix",
      servers: ["127.0.0.1": [DNSRule("dex.svc.cluster.local", .addresses("127.0.0.1"))]],
      host: "dex"),
    Case(
      description: "bare name first",
      resolvConf: "search corp.example\nnameserver 127.0.0.1\n",
      servers: ["127.0.0.1": [DNSRule("*.corp.example", .lost), found]]),
  ]

  @Test("the exchange succeeds within the time limit", arguments: cases)
  func exchanges(_ test: Case) async throws {
    let fixture = try DNSFixture(
      resolvConf: test.resolvConf, hosts: test.hosts, servers: test.servers)
    let result = try await fixture.run(fixture.flags(host: test.host))
    #expect(result.ending == .exit(0), "\(result.errors)")
    #expect(result.duration < test.limit, "\(result.duration) s")
    report("ours", test, result.duration, result.ending == .exit(0))
  }

  @Test(
    "glibc returns the expected result in the expected time, for comparison",
    .enabled(if: TestBinary.find("getent") != nil, "SKIPPED: getent is not installed"),
    arguments: cases)
  func glibcFinds(_ test: Case) async throws {
    // Otherwise, the test would only wait for glibc's timeouts.
    guard test.glibc ?? 2 < 5 || Soak.isOn else { return }
    let fixture = try DNSFixture(
      resolvConf: test.resolvConf, hosts: test.hosts, servers: test.servers)
    let (addresses, seconds) = try await fixture.getent(test.host)
    #expect(addresses == (test.glibc == nil ? [] : ["127.0.0.1"]))
    if let expected = test.glibc {
      #expect((expected - 0.1...expected + 2).contains(seconds), "\(seconds) s")
    }
    report("glibc", test, seconds, !addresses.isEmpty)
  }

  private func report(_ who: String, _ test: Case, _ seconds: Double, _ isFound: Bool) {
    Soak.report(
      "DNS: \(test.description): \(who): \(Int(seconds * 1000)) ms\(isFound ? "" : ", fails")")
  }

  @Test("names in the hosts file and addresses cause no query")
  func sendsNoQuery() async throws {
    let fixture = try DNSFixture(
      resolvConf: Self.pod, hosts: "127.0.0.1 \(Self.host)\n", servers: ["127.0.0.1": []])
    // URLs that do not require name resolution.
    for host in [Self.host, "127.0.0.1", "localhost", "localhost.", "dex.localhost", "127.1"] {
      let result = try await fixture.run(fixture.flags(host: host))
      #expect(result.ending == .exit(0), "\(host): \(result.errors)")
    }
    #expect(fixture.server.queries == [])
  }

  @Test("each candidate name is queried once for each record type")
  func queriesEachNameOnce() async throws {
    let fixture = try DNSFixture(resolvConf: Self.pod, servers: ["127.0.0.1": [Self.found]])
    _ = try await fixture.run(fixture.flags(host: Self.host))
    let names = ["ns.svc.cluster.local", "svc.cluster.local", "cluster.local", "corp.example"]
      .map { "\(Self.host).\($0)" }
    #expect(
      fixture.server.queries.sorted()
        == (names + [Self.host]).flatMap { ["A \($0)", "AAAA \($0)"] }.sorted())
  }

  /// A failure, with the expected message and hint.
  struct Failure: Sendable, CustomStringConvertible {
    var description: String
    var resolvConf = DNSTests.pod
    var rules: [DNSRule]
    var message: String
    var hint: String
  }

  private static let spelling =
    "check the spelling and the pod's DNS; a Service in another namespace is NAME.NAMESPACE.svc"
  private static let serverLog =
    "check the log of that DNS server: it or its upstream server fails for that name; "
    + "tokenxchange doctor shows each query"
  private static let silent =
    "the pod's DNS does not respond: check /etc/resolv.conf, and whether a NetworkPolicy blocks "
    + "port 53"

  @Test(
    "failure messages name the host names and the servers",
    arguments: [
      Failure(
        description: "NXDOMAIN for all names", rules: [],
        message: "could not resolve host dex.example.test: NXDOMAIN for "
          + "dex.example.test.ns.svc.cluster.local, dex.example.test.svc.cluster.local, "
          + "dex.example.test.cluster.local, dex.example.test.corp.example, dex.example.test",
        hint: spelling),
      Failure(
        description: "NXDOMAIN for the only name", resolvConf: "nameserver 127.0.0.1\n", rules: [],
        message: "could not resolve host dex.example.test: NXDOMAIN", hint: spelling),
      Failure(
        description: "no address record", resolvConf: "nameserver 127.0.0.1\n",
        rules: [DNSRule("*", .noRecord)],
        message: "could not resolve host dex.example.test: no address record", hint: spelling),
      Failure(
        description: "SERVFAIL for one suffix",
        resolvConf: "nameserver 127.0.0.1\nsearch corp.example\n",
        rules: [DNSRule("*.corp.example", .serverFailure)],
        message: "could not resolve host dex.example.test: SERVFAIL from 127.0.0.1 for "
          + "dex.example.test.corp.example; NXDOMAIN for dex.example.test", hint: serverLog),
      Failure(
        description: "REFUSED for the only name", resolvConf: "nameserver 127.0.0.1\n",
        rules: [DNSRule("*", .refused)],
        message: "could not resolve host dex.example.test: REFUSED from 127.0.0.1", hint: serverLog),
      Failure(
        description: "no response", rules: [DNSRule("*", .lost)],
        message: "could not resolve host dex.example.test: no response from 127.0.0.1 within 1.5 s",
        hint: silent),
      Failure(
        description: "no server", resolvConf: "nameserver 127.0.0.9\nnameserver 127.0.0.8\n",
        rules: [],
        message: "could not resolve host dex.example.test: no response from 127.0.0.9 "
          + "(Connection refused), no response from 127.0.0.8 (Connection refused)",
        hint: silent),
    ])
  func fails(_ test: Failure) async throws {
    let fixture = try DNSFixture(resolvConf: test.resolvConf, servers: ["127.0.0.1": test.rules])
    let result = try await fixture.run(fixture.flags(host: Self.host) + ["--timeout=1500ms"])
    #expect(result.ending == .exit(4))
    #expect(result.output == "")
    #expect(
      result.errors.split(separator: "\n").dropFirst() == [
        "tokenxchange: \(test.message)", "hint: \(test.hint)",
      ])
    #expect(result.duration < 2.5)
    #expect(test.hint.count <= 160)
  }

  @Test("--verbose and the doctor show the search list, and each name with its result")
  func showsSearchList() async throws {
    let fixture = try DNSFixture(
      resolvConf: "search ns.svc corp.example\noptions ndots:5\nnameserver 127.0.0.1\n",
      servers: [
        "127.0.0.1": [
          DNSRule("*.corp.example", "AAAA", .serverFailure), DNSRule(Self.host, "AAAA", .lost),
          Self.found,
        ]
      ])
    let expected = [
      "proxy: none: HTTPS_PROXY and ALL_PROXY are not set",
      "resolver: nameserver 127.0.0.1; search ns.svc corp.example; options ndots:5",
      "name: dex.example.test.ns.svc: NXDOMAIN, N ms",
      "name: dex.example.test.corp.example: A: NXDOMAIN, AAAA: SERVFAIL from 127.0.0.1, N ms",
      "name: dex.example.test: 127.0.0.1 (AAAA: no response yet), N ms",
    ]
    let flags = fixture.flags(host: Self.host)
    let verbose = try await fixture.run(flags + ["--verbose"])
    #expect(verbose.ending == .exit(0))
    let lines = verbose.errors.split(separator: "\n").map {
      String($0).replacing(/^tokenxchange: \[\d+ ms\][ ]/, with: "")
        .replacing(/\d+ ms$/, with: "N ms")
    }
    #expect(
      lines.filter { $0.contains(/^(proxy|resolver|name):[ ]/) } == expected,
      "\(verbose.errors)")
    let doctor = try await fixture.run(["doctor", "--verbose"] + flags)
    let facts = doctor.output.split(separator: "\n").map {
      $0.trimmingCharacters(in: .whitespaces).replacing(/^(proxy|resolver|name) +/) { "\($0.1): " }
        .replacing(/\d+ ms$/, with: "N ms")
    }
    #expect(facts.filter { expected.contains($0) } == expected, "\(doctor.output)")
  }

  @Test("the sidecar resolves the name again for each exchange")
  func sidecarResolvesAgain() async throws {
    let fixture = try DNSFixture(
      resolvConf: "nameserver 127.0.0.1\n", servers: ["127.0.0.1": [Self.found]])
    fixture.plugin.site.dex.update { $0.tokenLifetime = 4 }
    let file = fixture.plugin.directory.path("kept")
    let process = try fixture.start(
      ["sidecar", "--write", file, "--refresh-before=2s"] + fixture.flags(host: Self.host))
    defer { process.send(signal: SIGTERM) }
    let dex = fixture.plugin.site.dex
    #expect(try await SidecarRun.wait { dex.tokenRequests > 0 })
    // Dex moves to an address on which nothing listens, and back.
    fixture.server.set([DNSRule(Self.host, .addresses("127.0.0.9"))])
    #expect(
      try await SidecarRun.wait(20) { process.errorsSoFar.contains("refused the connection") },
      "\(process.errorsSoFar)")
    let before = dex.tokenRequests
    fixture.server.set([Self.found])
    #expect(try await SidecarRun.wait(20) { dex.tokenRequests > before }, "\(process.errorsSoFar)")
  }

  @Test("the program resolves the proxy's name, and the proxy resolves the server's name")
  func resolvesTheProxy() async throws {
    let fixture = try DNSFixture(
      resolvConf: "nameserver 127.0.0.1\n",
      servers: ["127.0.0.1": [DNSRule("proxy.test", .addresses("127.0.0.1"))]], tls: .dex)
    let listener = try fixture.network.perform {
      try LoopbackServer { _ in .notFound }
    }
    let result = try await fixture.run(
      fixture.flags(host: Self.host, scheme: "https") + ["--verbose"],
      ["HTTPS_PROXY": "http://user:hunter2@proxy.test:\(listener.port)"])
    #expect(result.ending == .exit(4))
    let name = "http://proxy.test:\(listener.port)"
    #expect(result.errors.contains("proxy: \(name) from HTTPS_PROXY\n"), "\(result.errors)")
    #expect(result.errors.contains("tokenxchange: the proxy \(name) for dex.example.test:"))
    #expect(!result.errors.contains("hunter2"))
    #expect(fixture.server.queries.sorted() == ["A proxy.test", "AAAA proxy.test"])

    let unknown = try await fixture.run(
      fixture.flags(host: Self.host, scheme: "https"), ["https_proxy": "nowhere.test:1"])
    #expect(unknown.ending == .exit(4))
    #expect(
      unknown.errors.contains("could not resolve its name: NXDOMAIN for nowhere.test\n"),
      "\(unknown.errors)")
  }

  @Test(
    "NO_PROXY is interpreted as in Go",
    arguments: [
      // The variables, in which PORT is replaced with Dex's port, and whether the proxy is
      // bypassed.
      Row("a wildcard", ["HTTPS_PROXY": proxy, "NO_PROXY": "*.example.test"], true),
      Row("a port", ["HTTPS_PROXY": proxy, "NO_PROXY": "dex.example.test:PORT"], true),
      Row("another port", ["HTTPS_PROXY": proxy, "NO_PROXY": "dex.example.test:1"], false),
      Row("a leading dot", ["HTTPS_PROXY": proxy, "NO_PROXY": ".dex.example.test"], false),
      Row("a space", ["HTTPS_PROXY": proxy, "NO_PROXY": "a.test dex.example.test"], false),
      Row("a comma", ["HTTPS_PROXY": proxy, "NO_PROXY": "a.test,dex.example.test"], true),
      Row("a CIDR block", ["HTTPS_PROXY": proxy, "NO_PROXY": "127.0.0.0/8"], false),
      Row("all hosts", ["HTTPS_PROXY": proxy, "NO_PROXY": "*"], true),
      Row(
        "upper case before lower case",
        ["HTTPS_PROXY": proxy, "https_proxy": proxy + "0", "no_proxy": "x"],
        false),
    ])
  func noProxy(_ row: Row<[String: String], Bool>) async throws {
    let fixture = try DNSFixture(
      resolvConf: "nameserver 127.0.0.1\n", servers: ["127.0.0.1": [Self.found]], tls: .dex)
    let port = fixture.plugin.site.dexFront?.port ?? 0
    let flags = fixture.flags(host: Self.host, scheme: "https").dropLast()
    let result = try await fixture.run(
      flags + ["--insecure-skip-tls-verify"],
      row.input.mapValues { $0.replacing("PORT", with: "\(port)") })
    #expect(result.ending == .exit(row.output ? 0 : 4), "\(result.errors)")
    let message =
      "tokenxchange: the proxy \(Self.proxy) for dex.example.test:\(port) cannot be used"
    #expect(result.errors.contains(message) != row.output, "\(result.errors)")
  }

  /// A proxy URL on which nothing listens.
  private static let proxy = "http://127.0.0.1:1"
}
