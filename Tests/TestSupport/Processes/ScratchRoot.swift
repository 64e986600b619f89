import Foundation
import Glibc

/// The environment of a `scratch` image: a read-only root directory with only the given files and
/// `/proc`, as uid 999 without groups.
///
/// It is a chroot in its own mount namespace, which needs root.
public struct ScratchRoot: Sendable {
  /// Whether this machine and user can do that with the program under test.
  public static let isAvailable: Bool = {
    guard geteuid() == 0, let unshare = TestBinary.find("unshare"),
      let trial = try? ProcessRunner(unshare, ["--mount", "/bin/true"]).run(), trial.code == 0,
      let version = try? ProcessRunner(TestBinary.path, ["version"]).run()
    else { return false }
    return version.output.contains("\nstatic:")
  }()

  /// Why it is not available, for the list of skipped tests.
  public static let need = "needs root, unshare and the static binary: sudo make test"

  /// The user that programs run as.
  public static let userID: UInt32 = 999

  private let directory: TemporaryDirectory

  /// Makes an empty root.
  public init() throws {
    directory = try TemporaryDirectory(prefix: "scratch")
    guard chmod(directory.path, 0o755) == 0 else { throw TemporaryDirectory.Failure() }
    try makeDirectory("proc", mode: 0o755)
  }

  /// Creates a directory owned by root.
  public func makeDirectory(_ path: String, mode: UInt32) throws {
    try FileManager.default.createDirectory(
      atPath: directory.path(path), withIntermediateDirectories: true)
    guard chmod(directory.path(path), mode) == 0 else { throw TemporaryDirectory.Failure() }
  }

  /// Copies a file of this machine into the root.
  public func copy(_ file: String, to path: String, mode: UInt32) throws {
    let parent = URL(filePath: directory.path(path)).deletingLastPathComponent()
    try FileManager.default.createDirectory(at: parent, withIntermediateDirectories: true)
    try FileManager.default.copyItem(atPath: file, toPath: directory.path(path))
    guard chmod(directory.path(path), mode) == 0 else { throw TemporaryDirectory.Failure() }
  }

  /// Writes a file that is readable by all.
  public func write(_ text: String, to path: String) throws {
    try directory.write(text, to: path, mode: 0o644)
  }

  /// Runs a program by its path in the root, with only these variables.
  ///
  /// `volumes` are directories of this machine, by their paths in the root, that are mounted
  /// writable like an `emptyDir`.
  public func run(
    _ program: String, _ arguments: [String], environment: [String: String] = [:],
    volumes: [String: String] = [:]
  ) async throws -> ProcessResult {
    let root = directory.path
    var lines = [
      "set -e", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "mount --make-rprivate /",
      "mount --bind '\(root)' '\(root)'", "mount --bind /proc '\(root)/proc'",
      "mount -o remount,bind,ro '\(root)'",
    ]
    for (inside, outside) in volumes {
      lines.append("mount --bind '\(outside)' '\(root)/\(inside)'")
    }
    lines.append(
      """
      exec chroot --userspec=\(Self.userID):\(Self.userID) --groups= '\(root)' "$0" "$@"
      """)
    return try await ProcessRunner(
      TestBinary.find("unshare") ?? "unshare",
      ["--mount", "/bin/sh", "-c", lines.joined(separator: "\n"), program] + arguments,
      environment: environment
    ).result()
  }
}
