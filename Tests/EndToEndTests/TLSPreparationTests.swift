import Foundation
import Glibc
import StandIns
import TestSupport
import Testing

/// The start of the thread that initializes OpenSSL in the static binary, observed with strace.
@Suite(
  .enabled(if: Isolation.isStatic && Tracing.isPossible, "SKIPPED: needs strace, static binary"),
  .enabled(if: TLSFront.isAvailable, "nginx is not installed: apt-get install nginx-light"))
struct TLSPreparationTests {
  static let hasSeveralProcessors = sysconf(Int32(_SC_NPROCESSORS_ONLN)) > 1

  private let plugin: Plugin
  private let certificates: TestCertificates

  init() throws {
    plugin = try Plugin(tls: .dex)
    certificates = try #require(plugin.site.certificates)
  }

  private var flags: [String] {
    plugin.flags + ["--certificate-authority", certificates.authority.certificate]
  }

  /// The number of threads that a run starts, in total and before it checks whether it can start
  /// the threads for a request.
  private func threads(
    of arguments: [String], by command: [String] = []
  ) async throws -> (all: Int, early: Int) {
    let trace = plugin.directory.path("trace")
    let result = try await ProcessRunner(
      "strace",
      ["-f", "-qq", "-e", "trace=clone,clone3,fcntl", "-o", trace] + command + [TestBinary.path]
        + arguments, environment: Tracing.environment
    ).result()
    #expect(result.ending == .exit(0), "\(result.errors)")
    let lines = try String(contentsOfFile: trace, encoding: .utf8).split(separator: "\n")
    let early = lines.prefix { !$0.contains("F_DUPFD_CLOEXEC") }
    return (
      lines.count { $0.contains("CLONE_THREAD") }, early.count { $0.contains("CLONE_THREAD") }
    )
  }

  @Test(
    "an https run starts one thread before the request",
    .enabled(if: hasSeveralProcessors, "one processor"))
  func https() async throws {
    #expect(try await threads(of: flags).early == 1)
  }

  @Test("an https run with a single processor starts no thread before the request")
  func singleProcessor() async throws {
    #expect(try await threads(of: flags, by: ["taskset", "-c", "0"]).early == 0)
  }

  @Test("an http run starts no thread before the request")
  func http() async throws {
    let plain = try Plugin()
    #expect(try await threads(of: plain.flags).early == 0)
  }

  @Test("version, token-file and a cache hit start no threads")
  func noRequest() async throws {
    let directory = try TemporaryDirectory()
    let cached = flags + ["--cache-dir", directory.path]
    try plugin.expectCredential(try await plugin.run(cached))
    for arguments in [["version"], ["token-file", "--token-file", plugin.tokenFile], cached] {
      #expect(try await threads(of: arguments).all == 0, "\(arguments)")
    }
    #expect(plugin.site.dex.tokenRequests == 1)
  }
}
