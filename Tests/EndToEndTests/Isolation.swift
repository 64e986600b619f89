import Foundation
import Glibc
import TestSupport

/// Runs the program in an otherwise empty file system.
struct Isolation: Sendable {
  /// Whether mounts and chroots can be created: this requires root, and no sandbox that forbids
  /// them.
  static let isPossible =
    geteuid() == 0 && run("mount --bind \"$1\" \"$1\" && mount --bind /proc \"$1\"", "/tmp")

  /// Whether the program under test is static, which is required in an empty file system.
  static let isStatic: Bool = {
    guard let file = FileHandle(forReadingAtPath: TestBinary.path) else { return false }
    defer { try? file.close() }
    let head = (try? file.read(upToCount: 4096)) ?? Data()
    return head.count == 4096 && head.firstRange(of: Data("/ld-linux".utf8)) == nil
  }()

  /// The reason why tests that require both are skipped.
  static let need = "SKIPPED: needs root, mounts, and TOKENXCHANGE_BINARY naming the static binary"

  /// The path of the root, outside the chroot.
  let root: String

  /// Creates a root with the program, a projected token, and an `nsswitch.conf` whose user database
  /// modules a static program cannot load.
  init(in directory: TemporaryDirectory, token: String) throws {
    root = directory.path("root")
    let files = FileManager.default
    for name in ["proc", "etc", "bin", "home/user", "tmp", "var/run/secrets", "work"] {
      try files.createDirectory(atPath: "\(root)/\(name)", withIntermediateDirectories: true)
    }
    try directory.copy(TestBinary.path, to: "root/bin/tokenxchange", mode: 0o755)
    try directory.write("passwd: files systemd\n", to: "root/etc/nsswitch.conf", mode: 0o644)
    let volume = try ProjectedVolume(root + "/var/run/secrets/token", token: token)
    let tokenFile = try files.destinationOfSymbolicLink(atPath: volume.directory + "/..data")
    chmod("\(volume.directory)/\(tokenFile)/token", 0o644)
    chmod(root + "/tmp", 0o777)
    chmod(root + "/work", 0o777)
    chmod(root + "/home/user", 0o777)
    // Parent directories are private; chroot does not need to traverse them.
    chmod(root, 0o755)
  }

  /// Runs the program in the root with exactly these variables, as the given user and group.
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
    // env sets the variables, then runs chroot by its path, because PATH is cleared too.
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

  /// All files in the root, with their sizes and modification times.
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
