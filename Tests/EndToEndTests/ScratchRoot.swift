import Foundation
import Glibc
import TestSupport

/// The environment of a `scratch` image: a read-only root directory with only the given files and
/// `/proc`, as uid 999 without groups.
///
/// It is a chroot in its own mount namespace, which needs root.
struct ScratchRoot: Sendable {
  /// Whether this machine and user can create it for the program under test.
  static let isAvailable: Bool = {
    let unshare = TestBinary.find("unshare") ?? "unshare"
    guard geteuid() == 0, (try? ProcessRunner(unshare, ["--mount", "/bin/true"]).output()) != nil
    else { return false }
    let version = try? ProcessRunner(TestBinary.path, ["version"]).run().output
    return version?.contains("\nstatic:") == true
  }()

  /// The reason why it is not available, for skipped tests.
  static let need = "needs root, unshare and the static binary: sudo make test"

  /// The user ID with which programs run.
  static let userID: UInt32 = 999
  private let directory: TemporaryDirectory

  init() throws {
    directory = try TemporaryDirectory(prefix: "scratch")
    try makeDirectory("proc", mode: 0o755)
    try setMode(0o755, of: "")
  }

  private func setMode(_ mode: UInt32, of path: String) throws {
    guard chmod(directory.path(path), mode) == 0 else { throw SystemCallError(call: "chmod") }
  }

  /// Creates a directory owned by root.
  func makeDirectory(_ path: String, mode: UInt32) throws {
    try FileManager.default.createDirectory(
      atPath: directory.path(path), withIntermediateDirectories: true)
    try setMode(mode, of: path)
  }

  /// Copies a file from this machine into the root.
  func copy(_ file: String, to path: String, mode: UInt32) throws {
    try directory.copy(file, to: path, mode: mode)
    try setMode(mode, of: path)
  }

  /// Writes a file that is readable by all.
  func write(_ text: String, to path: String) throws {
    try directory.write(text, to: path, mode: 0o644)
  }

  /// Runs a program by its path in the root, with only these variables.
  ///
  /// `volumes` are directories on this machine, by their paths in the root. They are mounted
  /// writable, like an `emptyDir`.
  func run(
    _ program: String, _ arguments: [String], environment: [String: String] = [:],
    volumes: [String: String] = [:]
  ) async throws -> ProcessResult {
    let root = directory.path
    let mounts = volumes.map { "mount --bind '\($0.value)' '\(root)/\($0.key)'" }
    let script = """
      set -e
      PATH=/usr/sbin:/usr/bin:/sbin:/bin
      mount --make-rprivate /
      mount --bind '\(root)' '\(root)'
      mount --bind /proc '\(root)/proc'
      mount -o remount,bind,ro '\(root)'
      \(mounts.joined(separator: "\n"))
      exec chroot --userspec=\(Self.userID):\(Self.userID) --groups= '\(root)' "$0" "$@"
      """
    return try await ProcessRunner(
      TestBinary.find("unshare") ?? "unshare",
      ["--mount", "/bin/sh", "-c", script, program] + arguments, environment: environment
    ).result()
  }
}
