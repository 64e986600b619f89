import Foundation
import Glibc
import TestSupport

/// Runs the program where there is nothing but itself: in a file system of its own.
struct Isolation: Sendable {
  /// Whether mounts and chroots can be made here: root, and not in a sandbox without the right.
  static let isPossible =
    geteuid() == 0 && run("mount --bind \"$1\" \"$1\" && mount --bind /proc \"$1\"", "/tmp")

  /// Whether the program under test is a static one: only that is meant to run anywhere.
  static let isStatic: Bool = {
    guard let file = FileHandle(forReadingAtPath: TestBinary.path) else { return false }
    defer { try? file.close() }
    let head = (try? file.read(upToCount: 4096)) ?? Data()
    return head.count == 4096 && head.firstRange(of: Data("/ld-linux".utf8)) == nil
  }()

  /// Why tests that need both of these are skipped.
  static let need = "SKIPPED: needs root, mounts, and TOKENXCHANGE_BINARY naming the static binary"

  /// Its root, as seen from outside.
  let root: String

  /// Lays out a root: the program, a projected token, and `nsswitch.conf` as systems have it that
  /// ask the user database in ways in which a static program cannot.
  init(in folder: TemporaryDirectory, token: String) throws {
    root = folder.path("root")
    let files = FileManager.default
    for name in ["proc", "etc", "bin", "home/user", "tmp", "var/run/secrets", "work"] {
      try files.createDirectory(atPath: "\(root)/\(name)", withIntermediateDirectories: true)
    }
    try files.copyItem(atPath: TestBinary.path, toPath: root + "/bin/tokenxchange")
    try folder.write("passwd: files systemd\n", to: "root/etc/nsswitch.conf", mode: 0o644)
    let volume = try ProjectedVolume(root + "/var/run/secrets/token", token: token)
    let tokenFile = try files.destinationOfSymbolicLink(atPath: volume.directory + "/..data")
    chmod("\(volume.directory)/\(tokenFile)/token", 0o644)
    chmod(root + "/tmp", 0o777)
    chmod(root + "/work", 0o777)
    chmod(root + "/home/user", 0o777)
    // Folders on the way are private; whoever enters by chroot does not pass them.
    chmod(root, 0o755)
  }

  /// Runs the program there with exactly these variables, as a user and group of that number.
  func run(
    _ arguments: [String], _ environment: [String: String] = [:], user: Int = 54321,
    isReadOnly: Bool = true
  ) async throws -> ProcessResult {
    let script = """
      set -e
      mount --bind "$1" "$1"
      mount --bind /proc "$1/proc"
      [ "$2" = rw ] || mount -o remount,bind,ro "$1"
      shift 2
      exec env -i "$@"
      """
    // env takes the variables, then chroot by its path, because it clears PATH too.
    let words =
      environment.map { "\($0.key)=\($0.value)" }.sorted()
      + [TestBinary.find("chroot") ?? "chroot", "--userspec=+\(user):+\(user)", "--groups=", root]
      + ["/bin/tokenxchange"] + arguments
    return try await ProcessRunner(
      "unshare",
      ["--mount", "/bin/sh", "-c", script, "sh", root, isReadOnly ? "ro" : "rw"] + words,
      environment: Self.tools
    ).result()
  }

  /// Every file there, with its size and time of change.
  var listing: [String] {
    let names = FileManager.default.enumerator(atPath: root)?.compactMap { $0 as? String } ?? []
    return names.sorted().map { name in
      var status = stat()
      lstat(root + "/" + name, &status)
      return "\(name) \(status.st_size) \(status.st_mtim.tv_sec).\(status.st_mtim.tv_nsec)"
    }
  }

  private static let tools = ["PATH": "/usr/sbin:/usr/bin:/sbin:/bin"]

  private static func run(_ script: String, _ argument: String) -> Bool {
    let result = try? ProcessRunner(
      "unshare", ["--mount", "/bin/sh", "-c", script, "sh", argument],
      environment: tools
    ).run()
    return result?.code == 0
  }
}
