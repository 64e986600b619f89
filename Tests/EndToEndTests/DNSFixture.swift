import Foundation
import StandIns
import TestSupport
import Testing

/// A network namespace with Dex, name servers and its own configuration files.
final class DNSFixture: Sendable {
  let network: NetworkNamespace
  let plugin: Plugin
  private let servers: [DNSStandIn]
  private let files: [String: String]

  /// The reason why tests that need a namespace are skipped.
  static let need = "SKIPPED: needs root, unshare and ip: sudo make test"

  /// Starts the servers in a new namespace.
  ///
  /// - Parameters:
  ///   - resolvConf: The content of `/etc/resolv.conf`.
  ///   - hosts: The content of `/etc/hosts`.
  ///   - rules: The name servers' rules, by address.
  ///   - tls: The stand-ins that use TLS.
  /// - Throws: An error if the servers cannot be started.
  init(
    resolvConf: String, hosts: String = "", servers rules: [String: [DNSRule]],
    tls: StandInSite.TLS = []
  ) throws {
    let network = try NetworkNamespace()
    let plugin = try network.perform { try Plugin(tls: tls) }
    servers = try network.perform {
      try rules.map { try DNSStandIn(address: $0.key, port: 53, $0.value) }
    }
    files = [
      "/etc/resolv.conf": try plugin.directory.write(resolvConf, to: "resolv.conf", mode: 0o644),
      "/etc/hosts": try plugin.directory.write(hosts, to: "hosts", mode: 0o644),
      "/etc/nsswitch.conf": try plugin.directory.write(
        "hosts: files dns\n", to: "nsswitch.conf", mode: 0o644),
    ]
    self.network = network
    self.plugin = plugin
  }

  /// The first name server.
  var server: DNSStandIn { servers[0] }

  /// The flags for a Dex with the given host name.
  func flags(host: String, scheme: String = "http") -> [String] {
    let port = plugin.site.dexFront?.port ?? plugin.site.dex.server.port
    return ["--token-url=\(scheme)://\(host):\(port)/dex/token", "--insecure-allow-http"]
      + plugin.flags.dropFirst(2)
      + (plugin.site.authorityFile.map { ["--certificate-authority=\($0)"] } ?? [])
  }

  /// Starts the program in the namespace.
  func start(
    _ arguments: [String], _ environment: [String: String] = [:], timeout: Double = 60
  ) throws -> RunningProcess {
    try network.start(
      TestBinary.path, arguments, environment: environment, files: files, timeout: timeout)
  }

  /// Runs the program in the namespace.
  func run(
    _ arguments: [String], _ environment: [String: String] = [:]
  ) async throws -> ProcessResult {
    try await start(arguments, environment).result
  }

  /// Returns the addresses that glibc finds, without duplicates, and the time that the lookup
  /// takes.
  func getent(_ host: String) async throws -> (addresses: [String], seconds: Double) {
    let program = try #require(TestBinary.find("getent"))
    let result = try await network.start(program, ["ahosts", host], files: files).result
    let found = result.output.split(separator: "\n").compactMap { $0.split(separator: " ").first }
    var seen: Set<Substring> = []
    return (found.filter { seen.insert($0).inserted }.map(String.init), result.duration)
  }
}
