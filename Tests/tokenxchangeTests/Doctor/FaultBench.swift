import FoundationEssentials
import Platform
import Synchronization
import TestSupport
import TokenExchange

@testable import tokenxchange

/// A Dex and an API server on loopback, configured correctly: a test breaks one thing.
final class FaultBench {
  let site: StandInSite
  let volume: ProjectedVolume
  /// The values of flags, by name.
  var flags: [String: String]
  /// Seconds by which the local clock is ahead.
  var clockLead = 0.0
  var variables: [String: String] = [:]
  /// Objects that must live as long as the test.
  var kept: [Any] = []
  /// Shared, because its hook has one set of options for the whole process.
  private static let network = Network.live(variables: [:])
  private let directory: TemporaryDirectory

  /// The output of a run and its exit code.
  struct Outcome {
    var code: ExitCode
    var output: String
    var errors: String
  }

  init(tls: StandInSite.TLS = []) throws {
    site = try StandInSite(tls: tls)
    site.dex.update { $0.tokenLifetime = 3600 }
    directory = try TemporaryDirectory()
    volume = try ProjectedVolume(directory.path("volume"), token: site.cluster.token())
    flags = [
      "issuer": site.dex.issuer, "client-id": "target-cluster", "connector-id": "argocd-cluster",
      "token-file": volume.tokenPath, "expiry-margin": "60s", "timeout": "5s",
      "server": site.apiServerURL,
    ]
    flags["certificate-authority"] = tls.contains(.dex) ? site.authorityFile : nil
    flags["server-ca"] = site.authorityFile
  }

  deinit { site.stop() }

  /// The command line; flags of the doctor only for the doctor.
  func arguments(_ command: String) -> [String] {
    let doctorFlags = ["server", "server-ca"]
    return [command]
      + flags.filter { command == "doctor" || !doctorFlags.contains($0.key) }.map {
        "--\($0)=\($1)"
      }
      .sorted()
  }

  /// Runs a command in this process, with real requests.
  func run(_ command: String, _ more: String...) -> Outcome {
    let output = Box()
    let errors = Box()
    let lead = clockLead
    var world = World.live(variables: variables)
    world.clock.now = { Date().addingTimeInterval(lead) }
    world.clock.sleep = { _ in }
    world.network = Self.network
    world.terminal.writeOutput = { text throws(OutputError) in output.text.withLock { $0 += text } }
    world.terminal.writeError = { line in errors.text.withLock { $0 += line + "\n" } }
    let code = tokenxchange.run(arguments(command) + more, in: world)
    return Outcome(
      code: code, output: output.text.withLock { $0 }, errors: errors.text.withLock { $0 })
  }

  private final class Box: Sendable { let text = Mutex("") }

  /// Changes the connector.
  func connector(_ change: @escaping (inout DexConfiguration.Connector) -> Void) {
    site.dex.update { change(&$0.connectors[0]) }
  }

  /// Puts nginx with another certificate in front of Dex.
  func front(_ pick: (TestCertificates) -> TestCertificates.Pair) throws {
    let certificates = try TestCertificates()
    let front = try TLSFront(upstream: site.dex.server.port, certificate: pick(certificates))
    site.dex.update { $0.issuer = front.url + "/dex" }
    flags["issuer"] = front.url + "/dex"
    flags["certificate-authority"] = certificates.authority.certificate
    site.apiServer.update { $0.issuer = front.url + "/dex" }
    kept += [front, certificates] as [Any]
  }

  /// Changes the claims of the subject token.
  func subject(_ change: (inout JSONObject) -> Void) throws {
    try volume.rotate(to: site.cluster.token(change: change))
  }

  /// Replaces the subject token by one that was issued some time ago.
  func subject(age: Double, lifetime: Int = 3600) throws {
    let issued = Date().addingTimeInterval(-age)
    try volume.rotate(to: site.cluster.token(now: issued, lifetime: lifetime))
  }
}
