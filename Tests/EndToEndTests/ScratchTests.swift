import Foundation
import Glibc
import StandIns
import TestSupport
import Testing

/// The static binary in an otherwise empty, read-only image, as a user without a passwd entry.
@Suite(
  .enabled(if: ScratchRoot.isAvailable, "\(ScratchRoot.need)"),
  .enabled(if: TLSFront.isAvailable, "nginx is not installed: apt-get install nginx-light"))
struct ScratchTests {
  let plugin: Plugin
  let root: ScratchRoot

  init() throws {
    plugin = try Plugin(tls: .dex)
    root = try ScratchRoot()
    try root.write(plugin.site.cluster.token(), to: "token")
  }

  private var flags: [String] { plugin.flags("--token-file", "/token") }

  /// The path of the CA file.
  private var authority: String { plugin.site.authorityFile ?? "" }

  @Test("install copies the program into a volume, and the copy works")
  func installAndExchange() async throws {
    try root.copy(TestBinary.path, to: "tokenxchange", mode: 0o755)
    try root.makeDirectory("tools", mode: 0o755)
    // An emptyDir, to which all users can write.
    let volume = try TemporaryDirectory()
    #expect(chmod(volume.path, 0o777) == 0)
    let installed = try await root.run(
      "/tokenxchange", ["install", "/tools"], volumes: ["tools": volume.path])
    #expect(installed.ending == .exit(0), "\(installed.errors)")
    #expect(installed.output + installed.errors == "")
    var status = stat()
    #expect(lstat(volume.path("tokenxchange"), &status) == 0)
    #expect(status.st_mode == S_IFREG | 0o755)
    #expect(status.st_uid == ScratchRoot.userID)

    let data = try Data(contentsOf: URL(filePath: authority)).base64EncodedString()
    let result = try await root.run(
      "/tools/tokenxchange", flags + ["--certificate-authority-data", data],
      volumes: ["tools": volume.path])
    try plugin.expectCredential(result)

    let readOnly = try await root.run("/tokenxchange", ["install", "/"])
    #expect(readOnly.ending == .exit(2))
    #expect(
      readOnly.errors.hasPrefix(
        "tokenxchange: uid 999 cannot create a file in /: Read-only file system\n"))
  }

  @Test(
    "each distribution's CA bundle is found",
    arguments: [
      "etc/ssl/certs/ca-certificates.crt", "etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
      "etc/pki/tls/certs/ca-bundle.crt", "var/lib/ca-certificates/ca-bundle.pem",
      "etc/ssl/ca-bundle.pem", "etc/ssl/cert.pem",
    ])
  func findsBundle(_ path: String) async throws {
    try root.copy(TestBinary.path, to: "tokenxchange", mode: 0o755)
    try root.copy(authority, to: path, mode: 0o644)
    try plugin.expectCredential(try await root.run("/tokenxchange", flags))
  }

  @Test("a hashed directory takes precedence over a bundle")
  func prefersHashedDirectory() async throws {
    try root.copy(TestBinary.path, to: "tokenxchange", mode: 0o755)
    let hash = try ProcessRunner(
      TestBinary.find("openssl") ?? "openssl", ["x509", "-hash", "-noout", "-in", authority]
    ).run().output.trimmingCharacters(in: .whitespacesAndNewlines)
    try root.copy(authority, to: "etc/ssl/certs/\(hash).0", mode: 0o644)
    try root.write("no certificates at all", to: "etc/ssl/certs/ca-certificates.crt")
    try plugin.expectCredential(try await root.run("/tokenxchange", flags))
  }

  @Test("without a trust store, the message lists the searched paths")
  func noTrustStore() async throws {
    try root.copy(TestBinary.path, to: "tokenxchange", mode: 0o755)
    let result = try await root.run("/tokenxchange", flags)
    #expect(result.ending == .exit(2))
    #expect(
      result.errors.contains(
        "no trusted certificates found in /etc/ssl/certs, /etc/ssl/certs/ca-certificates.crt, "))
    #expect(result.errors.contains("hint: pass Dex's CA with --certificate-authority or "))
    #expect(plugin.site.dex.tokenRequests == 0)
  }
}
