import Encoding
import Foundation
import OpenIDConnect
import StandIns
import Synchronization
import TestSupport
import TokenExchange

@testable import Platform
@testable import tokenxchange

/// A correctly configured Dex and API server on loopback, in which a test causes one fault.
///
/// The Sendable conformance is unchecked: only one test uses each fixture, and it waits for its
/// runs.
final class FaultFixture: @unchecked Sendable {
  let site: StandInSite
  let volume: ProjectedVolume
  let method: AuthenticationMethod
  let source: DoctorPlan.Source
  /// The flag values by name.
  var flags: [String: String]
  /// The time in seconds by which the local clock is ahead.
  var clockLead = 0.0
  var variables: [String: String] = [:]
  /// The plugin's command, a program that must not run.
  var command: String
  /// Objects that must exist as long as the test.
  var kept: [Any] = []
  /// Shared, because its hook has one set of options for the entire process.
  private static let network = Network.live(variables: [:])
  let directory: TemporaryDirectory

  /// The output of a run and its exit code.
  struct Outcome {
    var code: ExitCode
    var output: String
    var errors: String
  }

  init(
    tls: StandInSite.TLS = [], _ method: AuthenticationMethod = .getToken,
    from source: DoctorPlan.Source = .options
  ) throws {
    self.method = method
    self.source = source
    site = try StandInSite(tls: tls)
    site.dex.update { $0.tokenLifetime = 3600 }
    directory = try TemporaryDirectory()
    volume = try ProjectedVolume(directory.path("volume"), token: site.cluster.token())
    command = try directory.write(
      "#!/bin/sh\ntouch '\(directory.path("was-run"))'\n", to: "bin/tokenxchange", mode: 0o755)
    flags = ["expiry-margin": "60s", "server": site.apiServerURL]
    flags["server-ca"] = site.authorityFile
    switch method {
    case .getToken:
      flags["connector-id"] = "argocd-cluster"
      flags["token-file"] = volume.tokenPath
    case .tokenFile:
      flags["token-file"] = volume.tokenPath
      let cluster = site.cluster
      site.apiServer.update { $0.serviceAccounts = cluster }
      try subject { $0["aud"] = [.string(cluster.issuer)] }
    case .login:
      flags["cache-dir"] = directory.path("cache")
    }
    if method != .tokenFile {
      flags["issuer"] = site.dex.issuer
      flags["client-id"] = "target-cluster"
      flags["timeout"] = "5s"
      flags["certificate-authority"] = tls.contains(.dex) ? site.authorityFile : nil
    }
    if method == .login { try signIn() }
  }

  deinit { site.stop() }

  /// Whether the plugin's command was run.
  var wasCommandRun: Bool { (try? FileReader.read(directory.path("was-run"), limit: 1)) != nil }

  // MARK: - Command lines

  private static let ownFlags = ["server", "server-ca", "can", "namespace"]

  private func words(own: Bool) -> [String] {
    flags.filter { own == Self.ownFlags.contains($0.key) }.map { "--\($0)=\($1)" }.sorted()
  }

  /// The plugin's command line.
  var pluginWords: [String] { [method.rawValue] + words(own: false) }

  /// The command line for the doctor or get-token.
  func arguments(_ command: String) throws -> [String] {
    guard command == "doctor" else { return [command] + words(own: false) }
    let asked = words(own: true).filter { $0.hasPrefix("--can") || $0.hasPrefix("--namespace") }
    switch source {
    case .options: return ["doctor"] + words(own: false) + words(own: true)
    case .command: return ["doctor"] + pluginWords + words(own: true)
    case .kubeconfig:
      let file = try directory.write(kubeconfig, to: "kubeconfig")
      return ["doctor", "--kubeconfig=\(file)"] + asked
    case .argoCDSecret:
      let file = try directory.write(try clusterSecret, to: "secret")
      return ["doctor", "--argocd-secret=\(file)"] + asked
    }
  }

  private var apiVersion: String {
    let info = variables["KUBERNETES_EXEC_INFO"].flatMap { JSON(parsing: Array($0.utf8)) }
    return info?["apiVersion"]?.string ?? "client.authentication.k8s.io/v1"
  }

  /// A handwritten kubeconfig in block style.
  var kubeconfig: String {
    let authority =
      flags["server-ca"].map { "    certificate-authority: \(JSON.quote($0))\n" } ?? ""
    return """
      apiVersion: v1
      kind: Config
      current-context: b
      contexts:
      - name: b
        context: # the only one
          cluster: b
          user: b
      clusters:
      - name: b
        cluster:
          server: \(JSON.quote(flags["server"] ?? ""))
      \(authority)users:
      - name: b
        user:
          exec:
            apiVersion: \(apiVersion)
            command: \(JSON.quote(command))
            interactiveMode: IfAvailable
            args:
      \(pluginWords.map { "      - \(JSON.quote($0))\n" }.joined())
      """
  }

  /// A cluster Secret in the format of `kubectl get secret -o json`.
  var clusterSecret: String {
    get throws {
      var tls: JSON.Object = ["insecure": .bool(false)]
      if let file = flags["server-ca"] {
        let pem = try FileReader.read(file, limit: 1 << 20)
        tls["caData"] = .string(Base64.encode(pem))
      }
      let config = JSON.object([
        "execProviderConfig": .object([
          "command": .string(command), "args": .array(pluginWords.map { .string($0) }),
          "apiVersion": .string(apiVersion),
        ]), "tlsClientConfig": .object(tls),
      ])
      let data = ["config": config.text(), "name": "b", "server": flags["server"] ?? ""]
      return JSON.object([
        "apiVersion": .string("v1"), "kind": .string("Secret"),
        "metadata": .object([
          "name": .string("cluster-b"),
          "labels": .object(["argocd.argoproj.io/secret-type": .string("cluster")]),
        ]),
        "data": .object(
          data.reduce(into: [:]) { $0[$1.key] = .string(Base64.encode(Array($1.value.utf8))) }),
      ]).text(indented: true)
    }
  }

  /// Runs a command in this process, with real requests.
  ///
  /// The command runs on a separate thread, because URLSession needs the threads on which tests
  /// run.
  func run(_ command: String, _ more: String...) async throws -> Outcome {
    let arguments = try arguments(command) + more
    return await withCheckedContinuation { continuation in
      Thread.detachNewThread { continuation.resume(returning: self.outcome(of: arguments)) }
    }
  }

  private func outcome(of arguments: [String]) -> Outcome {
    let output = Box()
    let errors = Box()
    let lead = clockLead
    var world = World.live(variables: variables)
    world.clock.now = { Date().addingTimeInterval(lead) }
    world.clock.sleep = { _ in }
    world.network = Self.network
    world.terminal.writeOutput = { text throws(SystemError) in output.text.withLock { $0 += text } }
    world.terminal.writeError = { line in errors.text.withLock { $0 += line + "\n" } }
    world.process.limitTime = { _, _, _ in }
    world.process.liftTimeLimit = {}
    let code = tokenxchange.run(arguments, in: world)
    return Outcome(
      code: code, output: output.text.withLock { $0 }, errors: errors.text.withLock { $0 })
  }

  private final class Box: Sendable { let text = Mutex("") }

  // MARK: - Causes

  /// Changes the connector.
  func connector(_ change: @escaping (inout DexConfiguration.Connector) -> Void) {
    site.dex.update { change(&$0.connectors[0]) }
  }

  /// Adds nginx with another certificate in front of Dex.
  func front(_ pick: (TestCertificates) -> TestCertificates.Pair) throws {
    let certificates = try TestCertificates.shared
    let front = try TLSFront(upstream: site.dex.server.port, certificate: pick(certificates))
    site.dex.update { $0.issuer = front.url + "/dex" }
    flags["issuer"] = front.url + "/dex"
    flags["certificate-authority"] = certificates.authority.certificate
    site.apiServer.update { $0.issuer = front.url + "/dex" }
    kept += [front, certificates] as [Any]
  }

  /// Adds nginx with a certificate in front of the API server.
  func apiFront(_ pick: (TestCertificates) -> TestCertificates.Pair) throws {
    let certificates = try TestCertificates.shared
    let front = try TLSFront(
      upstream: site.apiServer.server.port, certificate: pick(certificates))
    flags["server"] = front.url
    flags["server-ca"] = certificates.authority.certificate
    kept += [front, certificates] as [Any]
  }

  /// Changes the claims of the subject token.
  func subject(_ change: (inout JSONObject) -> Void) throws {
    try volume.rotate(to: site.cluster.token(change: change))
  }

  /// Replaces the subject token with one that was issued some time ago.
  func subject(age: Double, lifetime: Int = 3600) throws {
    let issued = Date().addingTimeInterval(-age)
    try volume.rotate(to: site.cluster.token(now: issued, lifetime: lifetime))
  }

  /// The tokens stored by a sign-in.
  private(set) var signInSecrets: [String] = []

  /// Stores a user's tokens in the same way as `login`.
  ///
  /// - Parameters:
  ///   - remaining: The time until the ID token expires in seconds; nil to keep its own expiry.
  ///   - isRenewable: Whether a refresh token is stored.
  /// - Throws: An error if the tokens cannot be stored.
  func signIn(remaining: Double? = nil, isRenewable: Bool = true) throws {
    let arguments = try ArgumentParser(arguments: pluginWords, variables: [:]).parse()
    let world = World.live(variables: [:])
    let configuration = try LoginConfiguration(arguments, world: world)
    let request = try configuration.request(in: world)
    let response = try site.dex.signIn(
      as: .mock(), client: request.clientID,
      scopes: isRenewable ? request.scopes : request.scopes.filter { $0 != "offline_access" })
    let token = response["id_token"]?.string ?? ""
    signInSecrets += [token] + (response["refresh_token"]?.string.map { [$0] } ?? [])
    let login = CachedLogin(
      token: CachedToken(
        secret: Secret(token),
        expiry: remaining.map { Date().addingTimeInterval($0) } ?? UnverifiedJWT(token)?.expiry,
        issuer: request.issuer.text, written: world.clockReading),
      refreshToken: response["refresh_token"]?.string.map { Secret($0) })
    let trust = try configuration.authority.read(in: world)
    let key = CacheKey(request, trust: trust.cacheParts(variables: [:]))
    let cache = CacheDirectory(path: flags["cache-dir"] ?? "")
    try world.files.makePrivateDirectory(cache.path)
    try world.files.replace(
      cache.path(.login, of: key.name), login.content(key: key), FileWriteOptions(mode: 0o600))
  }

  /// Removes all stored sign-ins.
  func signOut() { flags["cache-dir"] = directory.path("other-cache") }

  /// All secrets that a report must not contain.
  var secrets: [String] {
    let token = try? FileReader.read(volume.tokenPath, limit: 1 << 20)
    return [token.map { String(decoding: $0, as: UTF8.self) } ?? "no token"] + site.apiServer.tokens
      + signInSecrets + variables.values.filter { $0.contains("secret") }
  }
}
