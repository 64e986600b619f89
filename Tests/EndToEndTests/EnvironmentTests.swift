import Foundation
import Glibc
import StandIns
import TestSupport
import Testing

/// The program does not depend on its environment and leaves no files behind.
struct EnvironmentTests {
  /// Variables that must not change the result.
  static let variables: [[String: String]] = [
    [:], ["HOME": "/nonexistent"], ["HOME": ""], ["HOME": "relative"],
    ["PATH": "", "LANG": "tr_TR.UTF-8", "LC_ALL": "C", "TZ": "Asia/Kathmandu"],
    ["http_proxy": "http://127.0.0.1:1", "ALL_PROXY": "http://127.0.0.1:1", "NO_PROXY": ""],
    ["OPENSSL_CONF": "/nonexistent", "SSL_CERT_FILE": "/nonexistent"],
  ]

  @Test(
    "HOME, PATH, TZ, http_proxy and OPENSSL_CONF do not change the result", arguments: variables)
  func ignoresVariables(_ variables: [String: String]) async throws {
    let plugin = try Plugin()
    try plugin.expectCredential(try await plugin.run(nil, variables))
  }

  /// Runs that must not leave files behind.
  static let runs: [(name: String, fault: DexFault?, flags: [String])] = [
    ("success", nil, ["--verbose"]), ("failure", DexFault.status(503).forever, []),
    ("usage", nil, ["--no-such-flag"]),
  ]

  @Test("a run creates no files", arguments: runs)
  func createsNoFiles(_ name: String, _ fault: DexFault?, _ flags: [String]) async throws {
    let plugin = try Plugin()
    if let fault { plugin.site.dex.inject(fault) }
    let place = try TemporaryDirectory()
    for directory in ["home", "tmp", "work"] {
      try FileManager.default.createDirectory(
        atPath: place.path(directory), withIntermediateDirectories: true)
    }
    let before = Self.listing(place.path)
    let result = try await ProcessRunner(
      TestBinary.path, plugin.flags + flags,
      environment: [
        "HOME": place.path("home"), "TMPDIR": place.path("tmp"),
        "XDG_CACHE_HOME": place.path("home/.cache"), "SSLKEYLOGFILE": place.path("home/keys"),
      ], directory: place.path("work")
    ).result()
    #expect(result.code == (name == "success" ? 0 : name == "usage" ? 2 : 4))
    #expect(Self.listing(place.path) == before)
  }

  static func listing(_ path: String) -> [String] {
    FileManager.default.enumerator(atPath: path)?.compactMap { $0 as? String }.sorted() ?? []
  }

  @Test(
    "the binary is static",
    .enabled(if: TestBinary.isNamed, "SKIPPED: TOKENXCHANGE_BINARY names no static binary"))
  func isStatic() async throws {
    let result = try await ProcessRunner(
      "ldd", [TestBinary.path], environment: ["PATH": "/usr/bin:/bin", "LC_ALL": "C"]
    ).result()
    #expect(result.output + result.errors == "\tnot a dynamic executable\n")
    #expect(Isolation.isStatic)
  }
}

/// Runs in an empty file system, as in a `scratch` image with `/proc`, and as any user.
@Suite(.enabled(if: Isolation.isPossible && Isolation.isStatic, Comment(rawValue: Isolation.need)))
struct EmptyRootTests {
  private let plugin: Plugin
  private let place: Isolation
  private let flags: [String]

  init() throws {
    plugin = try Plugin()
    place = try Isolation(in: plugin.directory, token: plugin.site.cluster.token())
    flags = plugin.flags("--token-file", "/var/run/secrets/token/token")
  }

  @Test(
    "an exchange succeeds in a read-only root, as any user", arguments: [0, 54321, 4_294_967_294])
  func anyUser(_ user: Int) async throws {
    try plugin.expectCredential(try await place.run(flags, user: user))
  }

  @Test("localhost resolves without a hosts file")
  func localhost() async throws {
    let issuer = plugin.site.dex.issuer
    let url = issuer.replacing("127.0.0.1", with: "localhost") + "/token"
    try plugin.expectCredential(try await place.run(flags + ["--token-url", url]))
  }

  @Test("a missing trust store and an unknown host are reported")
  func missingTrustStoreAndName() async throws {
    let more = flags.dropFirst(2)
    let untrusting = try await place.run(["--token-url", "https://127.0.0.1:1/token"] + more)
    plugin.expectFailure(
      untrusting, 2,
      "nothing was sent to 127.0.0.1:1: no trusted certificates found in /etc/ssl/certs, "
        + "/etc/ssl/certs/ca-certificates.crt, "
        + "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem, "
        + "/etc/pki/tls/certs/ca-bundle.crt, /var/lib/ca-certificates/ca-bundle.pem, "
        + "/etc/ssl/ca-bundle.pem, /etc/ssl/cert.pem",
      hint: "pass Dex's CA with --certificate-authority or --certificate-authority-data, or mount "
        + "a CA bundle")
    let unknownHost = try await place.run(
      ["--token-url=http://dex.invalid/token", "--insecure-allow-http", "--timeout=3s"] + more)
    #expect(unknownHost.ending == .exit(4))
    #expect(unknownHost.output == "")
    #expect(unknownHost.errors.split(separator: "\n").count == 3)
  }

  @Test("a missing token file is reported")
  func missingTokenFile() async throws {
    let result = try await place.run(
      plugin.flags("--token-file", "/none"), ["HOME": "/home/user", "LANG": "de_DE.UTF-8"])
    plugin.expectFailure(
      result, 3, "the token file /none does not exist",
      hint: "check the spelling of the path, and whether its volume is mounted")
  }

  @Test("version, help and token-file run in an empty file system")
  func offlineCommands() async throws {
    #expect(try await place.run(["version"]).code == 0)
    #expect(try await place.run(["help", "get-token"]).code == 0)
    let token = try await place.run(["token-file", "--file", "/var/run/secrets/token/token"])
    #expect(token.code == 0)
  }

  @Test(
    "a run creates no files in a writable root",
    arguments: [[:], ["HOME": "/home/user"], ["HOME": "/home/user", "TMPDIR": "/tmp"]])
  func createsNoFiles(_ variables: [String: String]) async throws {
    let before = place.listing
    #expect(before.count > 10)
    try plugin.expectCredential(
      try await place.run(flags, variables, user: 0, isReadOnly: false))
    plugin.site.dex.inject(DexFault.status(503).forever)
    #expect(try await place.run(flags, variables, user: 0, isReadOnly: false).code == 4)
    #expect(place.listing == before)
  }

  /// Runs in this machine's file system, in which glibc could load modules for the user database.
  @Test("the user database is not read")
  func userDatabase() async throws {
    let script = """
      set -e
      mount --bind "$1/etc/nsswitch.conf" /etc/nsswitch.conf
      mount --bind "$1" /mnt
      shift
      cd /
      exec env -i "$@"
      """
    let setpriv = try #require(TestBinary.find("setpriv"))
    let result = try await ProcessRunner(
      "unshare",
      ["--mount", "/bin/sh", "-c", script, "sh", place.root, setpriv, "--reuid=54321"]
        + ["--regid=54321", "--clear-groups", "--no-new-privs", "--bounding-set=-all"]
        + ["/mnt/bin/tokenxchange"]
        + plugin.flags("--token-file", "/mnt/var/run/secrets/token/token"),
      environment: ["PATH": "/usr/sbin:/usr/bin:/sbin:/bin"]
    ).result()
    try plugin.expectCredential(result)
  }
}
