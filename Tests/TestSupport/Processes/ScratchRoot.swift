import Foundation
import Glibc

/// What a `scratch` image is to a program: a root folder with nothing in it but what was put there
/// and `/proc`, read-only, as uid 999 without groups.
///
/// It is a chroot in a mount namespace of its own, which needs root.
public struct ScratchRoot: Sendable {
  /// Whether this machine and this user can do that with the program under test.
  public static let isAvailable: Bool = {
    guard geteuid() == 0, let unshare = TestBinary.find("unshare"),
      let trial = try? ProcessRunner(unshare, ["--mount", "/bin/true"]).run(), trial.code == 0,
      let version = try? ProcessRunner(TestBinary.path, ["version"]).run()
    else { return false }
    return version.output.contains("\nstatic:")
  }()

  /// Why it is not available, for those who read the list of skipped tests.
  public static let need = "needs root, unshare and the static binary: sudo make test"

  /// The user that programs run as.
  public static let userID: UInt32 = 999

  private let directory: TemporaryDirectory

  /// Makes an empty root.
  public init() throws {
    directory = try TemporaryDirectory(prefix: "scratch")
    guard chmod(directory.path, 0o755) == 0 else { throw TemporaryDirectory.Failure() }
    try makeFolder("proc", mode: 0o755)
  }

  /// Makes a folder that is root's.
  public func makeFolder(_ path: String, mode: UInt32) throws {
    try FileManager.default.createDirectory(
      atPath: directory.path(path), withIntermediateDirectories: true)
    guard chmod(directory.path(path), mode) == 0 else { throw TemporaryDirectory.Failure() }
  }

  /// Puts a copy of a file of this machine there.
  public func copy(_ file: String, to path: String, mode: UInt32) throws {
    let folder = URL(filePath: directory.path(path)).deletingLastPathComponent()
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try FileManager.default.copyItem(atPath: file, toPath: directory.path(path))
    guard chmod(directory.path(path), mode) == 0 else { throw TemporaryDirectory.Failure() }
  }

  /// Writes a file that all may read.
  public func write(_ text: String, to path: String) throws {
    try directory.write(text, to: path, mode: 0o644)
  }

  /// Runs a program in there, by its path in there, with no variables but these.
  ///
  /// `volumes` are folders of this machine, by their paths in there, that are mounted writable, as
  /// an `emptyDir` is.
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
