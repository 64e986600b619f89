import Encoding
import Foundation
import StandIns
import Synchronization
import TestSupport
import Testing
import TokenExchange

@testable import Platform
@testable import tokenxchange

/// Name resolution with real servers on loopback: results, durations and reported errors.
struct NameResolverTests {
  static let pod = "search ns.svc svc corp.example\noptions ndots:5\nnameserver 127.0.0.1\n"
  static let address = DNSRule.Reply.addresses("10.0.0.1")

  /// A test case: the server's rules, the resolv.conf, and the expected result for `dex.test`.
  struct Case: Sendable, CustomStringConvertible {
    var description: String
    var rules: [DNSRule]
    var file: String
    var host: String
    var limit: Double
    /// The result in the format of ``describe(_:)``.
    var result: String
    /// The minimum and maximum duration in seconds.
    var seconds: ClosedRange<Double>

    init(
      _ description: String, rules: [DNSRule], file: String = NameResolverTests.pod,
      host: String = "dex.test", limit: Double = 5, result: String,
      seconds: ClosedRange<Double> = 0...0.5
    ) {
      self.description = description
      self.rules = rules
      self.file = file
      self.host = host
      self.limit = limit
      self.result = result
      self.seconds = seconds
    }
  }

  @Test(
    "host names are resolved as by glibc",
    arguments: [
      Case("the bare name", rules: [DNSRule("dex.test", address)], result: "10.0.0.1"),
      Case("the first suffix", rules: [DNSRule("dex.test.ns.svc", address)], result: "10.0.0.1"),
      Case(
        "SERVFAIL for one suffix",
        rules: [DNSRule("*.corp.example", .serverFailure), DNSRule("dex.test", address)],
        result: "10.0.0.1"),
      Case(
        "REFUSED for one suffix",
        rules: [DNSRule("*.corp.example", .refused), DNSRule("dex.test", address)],
        result: "10.0.0.1"),
      Case(
        "SERVFAIL for AAAA of one suffix",
        rules: [DNSRule("*.corp.example", "AAAA", .serverFailure), DNSRule("dex.test", address)],
        result: "10.0.0.1"),
      Case(
        "one suffix without a response",
        rules: [DNSRule("*.corp.example", .lost), DNSRule("dex.test", address)],
        file: pod + "options timeout:1 attempts:1\n", result: "10.0.0.1", seconds: 0.9...2),
      Case(
        "AAAA lost", rules: [DNSRule("dex.test", "AAAA", .lost), DNSRule("dex.test", address)],
        result: "10.0.0.1", seconds: 0.04...0.5),
      Case(
        "A lost, AAAA found",
        rules: [DNSRule("dex.test", "A", .lost), DNSRule("dex.test", .addresses("fd00::1"))],
        result: "fd00::1", seconds: 0.04...0.5),
      Case(
        "A lost, no AAAA record: the A query is repeated",
        rules: [DNSRule("dex.test", "A", .lost), DNSRule("dex.test", .noRecord)],
        file: "options timeout:1 attempts:2\nnameserver 127.0.0.1\n",
        result: "nameServer: A: no response from 127.0.0.1 within 2 s, AAAA: no address record",
        seconds: 1.9...3),
      Case(
        "A NXDOMAIN, AAAA lost: the next name is tried",
        rules: [
          DNSRule("*.corp.example", "AAAA", .lost), DNSRule("dex.test", address),
        ], result: "10.0.0.1", seconds: 0.04...0.5),
      Case(
        "NXDOMAIN for AAAA does not hide A",
        rules: [
          DNSRule("dex.test", "AAAA", .noSuchName), DNSRule("dex.test", "A", address.after(0.2)),
        ], result: "10.0.0.1", seconds: 0.2...0.7),
      Case(
        "AAAA arrives soon after A",
        rules: [
          DNSRule("dex.test", "AAAA", DNSRule.Reply.addresses("2001:db8::1").after(0.02)),
          DNSRule("dex.test", address),
        ], result: "2001:db8::1 10.0.0.1", seconds: 0.02...0.5),
      Case(
        "a slow server", rules: [DNSRule("dex.test", address.after(1.3))],
        file: "nameserver 127.0.0.1\noptions timeout:1\n", result: "10.0.0.1", seconds: 1.3...2),
      Case(
        "truncated: TCP is used", rules: [DNSRule("dex.test", address.truncated)],
        result: "10.0.0.1"),
      Case(
        "TCP from the start", rules: [DNSRule("dex.test", address)], file: pod + "options use-vc\n",
        result: "10.0.0.1"),
      Case(
        "IPv4 only", rules: [DNSRule("dex.test", "AAAA", .lost), DNSRule("dex.test", address)],
        file: pod + "options no-aaaa\n", result: "10.0.0.1", seconds: 0...0.04),
      Case(
        "a chain of aliases",
        rules: [DNSRule("dex.test", .addresses("10.0.0.1", aliases: ["a.test", "b.test"]))],
        result: "10.0.0.1"),
      Case(
        "a trailing dot: no suffix",
        rules: [DNSRule("dex.ns.svc", .addresses("10.0.0.9")), DNSRule("dex", address)],
        host: "dex.", result: "10.0.0.1"),
      Case(
        "the first server is down", rules: [DNSRule("dex.test", address)],
        file: "nameserver 127.0.0.9\nnameserver 127.0.0.1\n", result: "10.0.0.1"),
      Case(
        "an unknown name", rules: [],
        result: "nameNotFound: NXDOMAIN for dex.test.ns.svc, dex.test.svc, dex.test.corp.example, "
          + "dex.test"),
      Case(
        "a name without an address", rules: [DNSRule("dex.test", .noRecord)],
        file: "nameserver 127.0.0.1\n",
        result: "nameNotFound: no address record"),
      Case(
        "an alias that leads nowhere",
        rules: [DNSRule("dex.test", .addresses(aliases: ["a.test"]))],
        file: "nameserver 127.0.0.1\n", result: "nameNotFound: no address record"),
      Case(
        "SERVFAIL for one suffix, NXDOMAIN for the rest",
        rules: [DNSRule("*.corp.example", .serverFailure)],
        result: "nameServer: SERVFAIL from 127.0.0.1 for dex.test.corp.example; "
          + "NXDOMAIN for dex.test.ns.svc, dex.test.svc, dex.test"),
      Case(
        "a referral", rules: [DNSRule("*", .referral)], file: "nameserver 127.0.0.1\n",
        result: "nameServer: 127.0.0.1 does not support recursion"),
      Case(
        "a truncated message",
        rules: [DNSRule("*", "A", address.shortened), DNSRule("*", .noRecord)],
        file: "nameserver 127.0.0.1\n",
        result: "nameServer: A: a malformed response from 127.0.0.1, AAAA: no address record"),
      Case(
        "no server", rules: [], file: "nameserver 127.0.0.9\n",
        result: "nameServer: no response from 127.0.0.9 (Connection refused)"),
      Case(
        "no response from any server", rules: [DNSRule("*", .lost)], file: pod, limit: 1,
        result: "nameServer: no response from 127.0.0.1 within 1 s", seconds: 0.95...1.5),
    ])
  func resolves(_ test: Case) throws {
    let server = try DNSStandIn(test.rules)
    let resolver = Self.resolver(test.file, port: server.port)
    let begin = DNSClient.now()
    #expect(Self.describe(resolver, test.host, limit: test.limit) == test.result)
    #expect(test.seconds.contains(DNSClient.now() - begin))
  }

  /// A resolver that reads only these files.
  static func resolver(_ file: String, hosts: String = "", port: UInt16) -> NameResolver {
    NameResolver(
      readFile: { Array(($0 == "/etc/hosts" ? hosts : file).utf8) }, hostName: { "" }, port: port,
      order: { IPAddress.ordered($0) { _ in true } })
  }

  /// Describes the addresses, or the kind and reason of the failure.
  static func describe(_ resolver: NameResolver, _ host: String, limit: Double) -> String {
    do throws(NameResolutionError) {
      let found = try resolver.resolve(host, until: DNSClient.now() + limit) { _ in }
      return found.map(\.text).joined(separator: " ")
    } catch {
      let kind = error.isServerFailure ? "nameServer" : "nameNotFound"
      return "\(kind): \(NameLookup.summary(of: error.lookups, host: host))"
    }
  }
}
