import Foundation
import StandIns
import TestSupport

/// Dex, a service account token, a cache directory, and the program as a plugin.
final class CacheFixture: Sendable {
  let site: StandInSite
  let home: TemporaryDirectory

  init(tokenLifetime: Double = 600, tls: StandInSite.TLS = []) throws {
    site = try StandInSite(tls: tls)
    site.dex.update { $0.tokenLifetime = tokenLifetime }
    home = try TemporaryDirectory(prefix: "cache")
    try writeSubject()
  }

  var dex: DexStandIn { site.dex }

  /// The cache directory.
  var directory: String { home.path("cache") }

  /// Writes the subject token of a service account.
  @discardableResult
  func writeSubject(
    _ name: String = "token", account: String? = nil, lifetime: Int = 3600
  ) throws -> String {
    let token = site.cluster.token(lifetime: lifetime) { claims in
      if let account { claims["sub"] = .string("system:serviceaccount:argocd:\(account)") }
    }
    return try home.write(token, to: name)
  }

  /// The arguments for a run without a cache.
  func arguments(_ more: [String] = [], subject: String = "token") -> [String] {
    [
      "--issuer", dex.issuer, "--client-id", "target-cluster", "--connector-id", "argocd-cluster",
      "--token-file", home.path(subject),
    ] + more
  }

  /// Returns a run that uses the cache.
  func runner(
    _ more: String..., subject: String = "token", environment: [String: String] = [:]
  ) -> ProcessRunner {
    ProcessRunner(
      TestBinary.path, arguments(["--cache-dir", directory] + more, subject: subject),
      environment: environment)
  }

  /// The cache files with a suffix.
  func files(_ suffix: String = "") -> [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
    return names.filter { $0.hasSuffix(suffix) }.sorted().map { directory + "/" + $0 }
  }

  /// Removes the cache.
  func clear() { try? FileManager.default.removeItem(atPath: directory) }
}

extension ProcessResult {
  /// The token of the printed credential; nil if the run failed or wrote to stderr.
  var token: String? {
    guard code == 0, errors.isEmpty else { return nil }
    return (try? JSONValue(parsing: stdout))?["status"]?["token"]?.string
  }
}
