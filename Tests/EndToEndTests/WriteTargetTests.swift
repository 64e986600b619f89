import Foundation
import Glibc
import StandIns
import TestSupport
import Testing

/// Commands whose output path is not a regular file.
@Suite struct WriteTargetTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  private func kind(_ path: String) -> mode_t {
    var status = stat()
    return lstat(path, &status) == 0 ? status.st_mode & S_IFMT : 0
  }

  private func run(_ arguments: [String]) async throws -> ProcessResult {
    try await ProcessRunner(TestBinary.path, arguments, directory: directory.path).result()
  }

  private static let rbac = ["generate", "rbac", "--argocd", "--direct", "--cluster-role=view"]

  @Test("generate writes to a pipe")
  func generateToPipe() async throws {
    let path = directory.path("pipe")
    #expect(mkfifo(path, 0o600) == 0)
    let script = "cat \"$1\" & shift; \"$@\"; code=$?; wait; exit $code"
    let result = try await ProcessRunner(
      "/bin/sh", ["-c", script, "sh", path, TestBinary.path] + Self.rbac + ["--output", path],
      environment: ["PATH": "/usr/bin:/bin"]
    ).result()
    #expect(result.ending == .exit(0))
    #expect(result.output.contains("kind: "))
    #expect(kind(path) == S_IFIFO)
  }

  @Test("generate follows a link, keeps it, and sets the mode of its target")
  func generateThroughLink() async throws {
    let real = try directory.write("old", to: "real", mode: 0o600)
    #expect(symlink("real", directory.path("link")) == 0)
    #expect(try await run(Self.rbac + ["--output=link"]).ending == .exit(0))
    #expect(kind(directory.path("link")) == S_IFLNK)
    #expect(try String(contentsOfFile: real, encoding: .utf8).contains("kind: "))
  }

  @Test("generate to /dev/stdout keeps the file's existing content")
  func generateToStandardOutput() async throws {
    let file = try directory.write("first\n", to: "all.yaml")
    let result = try await ProcessRunner(
      "/bin/sh",
      ["-c", "f=$1; shift; \"$@\" >> \"$f\"", "sh", file, TestBinary.path] + Self.rbac
        + ["--output=/dev/stdout"]
    ).result()
    #expect(result.ending == .exit(0))
    let text = try String(contentsOfFile: file, encoding: .utf8)
    #expect(text.hasPrefix("first\n"))
    #expect(text.contains("kind: "))
    #expect(kind("/dev/stdout") == S_IFLNK)
  }

  @Test("generate does not replace /dev/null or a full device")
  func generateToDevices() async throws {
    let null = try await run(Self.rbac + ["--output=/dev/null"])
    #expect(null.ending == .exit(0))
    #expect(null.output + null.errors == "")
    #expect(kind("/dev/null") == S_IFCHR)
    let full = try await run(Self.rbac + ["--output=/dev/full"])
    #expect(full.ending == .exit(1))
    #expect(
      full.errors.hasPrefix(
        "tokenxchange: --output /dev/full: cannot write /dev/full: No space left on device\n"))
    #expect(kind("/dev/full") == S_IFCHR)
  }

  @Test("generate rejects a directory")
  func generateToDirectory() async throws {
    let result = try await run(Self.rbac + ["--output", directory.path])
    #expect(result.ending == .exit(2))
    #expect(
      result.errors.contains("cannot replace \(directory.path): it is a directory\nhint: pass "))
  }

  @Test(
    "install and publish-issuer reject a pipe and keep it", arguments: ["install", "publish"])
  func rejectPipe(command: String) async throws {
    let key = try RSAKey.cluster
    try directory.write(
      #"{"issuer":"https://oidc.example"}"#, to: "discovery")
    try RSAKey.keySet([key]).text.write(
      toFile: directory.path("keys"), atomically: false, encoding: .utf8)
    try FileManager.default.createDirectory(
      atPath: directory.path("site/openid/v1"), withIntermediateDirectories: true)
    let isInstall = command == "install"
    let pipe = directory.path(isInstall ? "site/tokenxchange" : "site/openid/v1/jwks")
    #expect(mkfifo(pipe, 0o600) == 0)
    let result = try await run(
      isInstall
        ? ["install", "site"]
        : [
          "publish-issuer", "--openid-configuration=discovery", "--jwks=keys",
          "--public-url=https://oidc.example", "site",
        ])
    #expect(result.ending == .exit(2))
    #expect(result.output == "")
    #expect(result.errors.contains(": it is a pipe\nhint: pass the path of a regular file"))
    #expect(kind(pipe) == S_IFIFO)
  }

  @Test(
    "sidecar rejects standard output and keeps it: exit 2",
    arguments: ["link", "descriptors/1", "chain"])
  func sidecarToStandardOutput(name: String) async throws {
    // This is equivalent to /dev/stdout and /dev/fd/1, but cannot damage the machine.
    #expect(symlink("/proc/self/fd/1", directory.path("link")) == 0)
    #expect(symlink("/proc/self/fd", directory.path("descriptors")) == 0)
    #expect(symlink("link", directory.path("chain")) == 0)
    let file = try directory.write("", to: "all")
    let result = try await ProcessRunner(
      "/bin/sh",
      [
        "-c", "f=$1; shift; \"$@\" > \"$f\"", "sh", file, TestBinary.path, "sidecar", "--once",
        "--write=\(directory.path(name))", "--issuer=https://dex.invalid", "--client-id=a",
        "--connector-id=b", "--token-file=/dev/null",
      ]
    ).result()
    #expect(result.ending == .exit(2))
    #expect(
      result.errors.hasPrefix(
        "tokenxchange: --write: cannot replace \(directory.path(name)): it is in /dev, /proc or "
          + "/sys, or links there\nhint: "))
    #expect(try String(contentsOfFile: file, encoding: .utf8) == "")
    #expect(kind(directory.path("link")) == S_IFLNK)
    #expect(kind(directory.path("chain")) == S_IFLNK)
  }

  @Test("publish-issuer replaces a link and does not follow it")
  func publishReplacesLink() async throws {
    let bystander = try directory.write("keep", to: "bystander")
    try directory.write(#"{"issuer":"https://oidc.example"}"#, to: "discovery")
    try RSAKey.keySet([try RSAKey.cluster]).text.write(
      toFile: directory.path("keys"), atomically: false, encoding: .utf8)
    try FileManager.default.createDirectory(
      atPath: directory.path("site/openid/v1"), withIntermediateDirectories: true)
    #expect(symlink(bystander, directory.path("site/openid/v1/jwks")) == 0)
    let result = try await run([
      "publish-issuer", "--openid-configuration=discovery", "--jwks=keys",
      "--public-url=https://oidc.example", "site",
    ])
    #expect(result.ending == .exit(0))
    #expect(kind(directory.path("site/openid/v1/jwks")) == S_IFREG)
    #expect(try String(contentsOfFile: bystander, encoding: .utf8) == "keep")
  }
}
