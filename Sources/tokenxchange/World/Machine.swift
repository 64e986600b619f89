import CPlatform
import FoundationEssentials
import Glibc
import Platform

/// The sides of the machine that only diagnosis looks at.
struct Machine: Sendable {
  /// What a path leads to; nil if it leads nowhere or may not be looked at.
  var status: @Sendable (String) -> PathStatus?
  /// Whether a standard stream, by its number, is a terminal.
  var isTerminal: @Sendable (Int32) -> Bool
  /// All of standard input, of at most so many bytes.
  var readInput: @Sendable (Int) throws(FileReadError) -> [UInt8]
  /// The system's trust store, given the values of `SSL_CERT_FILE` and `SSL_CERT_DIR`.
  var systemTrust: @Sendable (String?, String?) -> SystemTrustStore?
  /// This program itself.
  var program: @Sendable () -> ProgramFacts
}

/// What there is to know of a file without reading it.
struct PathStatus: Sendable, Equatable {
  /// What the path's last part points to, if it is a symbolic link.
  var target: String?
  /// The path with no symbolic links in it.
  var realPath: String
  /// The permissions.
  var mode: UInt32
  var owner: UInt32
  var group: UInt32
  var size: Int
  /// When its content changed last.
  var modified: Date
}

/// How this program was built, and with what.
struct ProgramFacts: Sendable, Equatable {
  var path: String
  /// Whether it needs no library of the machine.
  var isStatic: Bool
  /// Whether it can say whom to trust; where it cannot, it sends nothing.
  var setsTrust: Bool
  /// The network's libraries with their versions.
  var libraries: String
}

extension Machine {
  static let live = Machine(
    status: PathStatus.init(of:),
    isTerminal: { isatty($0) == 1 },
    readInput: { limit throws(FileReadError) in
      try FileReader.drain(STDIN_FILENO, limit: limit)
    },
    systemTrust: { SystemTrustStore.find(certFile: $0, certDir: $1) },
    program: {
      ProgramFacts(
        path: PathStatus(of: "/proc/self/exe")?.realPath ?? "unknown",
        isStatic: tx_is_static() != 0, setsTrust: tx_hook_effective() != 0,
        libraries: LinkedLibraries.versions)
    })
}

extension PathStatus {
  /// The permissions as `chmod` takes them.
  var modeText: String {
    let digits = String(mode, radix: 8)
    return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
  }

  init?(of path: String) {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    let time = status.st_mtim
    self.init(
      target: Self.link(path), realPath: Self.real(path) ?? path, mode: status.st_mode & 0o7777,
      owner: status.st_uid, group: status.st_gid, size: Int(status.st_size),
      modified: Date(
        timeIntervalSince1970: Double(time.tv_sec) + Double(time.tv_nsec) / 1_000_000_000))
  }

  private static func link(_ path: String) -> String? {
    var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
    let length = readlink(path, &buffer, buffer.count)
    guard length > 0 else { return nil }
    // A C char is signed on some architectures only.
    let bytes = buffer.prefix(length).map { UInt8(truncatingIfNeeded: $0) }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func real(_ path: String) -> String? {
    guard let pointer = realpath(path, nil) else { return nil }
    defer { free(pointer) }
    return String(cString: pointer)
  }
}
