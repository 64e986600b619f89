import Glibc
import Platform
import TokenExchange

extension Diagnosis {
  /// The message about a file that an option named and that cannot be written.
  init(_ error: FileWriteError, source: String) {
    self.init(
      error.isDiskFailure ? .unexpected : .usage,
      "\(option: source): cannot \(untrusted: error.step): \(untrusted: error.reason)",
      hint: error.hint)
  }

  /// The message about a program that cannot be copied.
  init(_ error: FileWriteError, user: UInt32) {
    let hint: Message =
      switch error {
      case .system(.read, _):
        "the program's own file must be readable for this user: chmod 0755"
      case .system(_, EBUSY), .notRegular: error.hint
      case .system:
        """
        name a directory that exists, is writable for this user and has room for 30 MB, such as an \
        emptyDir volume
        """
      }
    self.init(
      error.isDiskFailure ? .unexpected : .usage,
      "uid \(Int(user)) cannot \(untrusted: error.step): \(untrusted: error.reason)", hint: hint)
  }
}

extension Diagnosis {
  /// The message about a credential that cannot be printed.
  init(_ error: OutputError) {
    self.init(
      .unexpected,
      "could not write the credential to standard output: \(untrusted: systemMessage(error.errno))",
      hint: "the program that ran this one closed the pipe, or the disk behind it is full")
  }
}

extension FileWriteError {
  fileprivate var hint: Message {
    switch self {
    case .notRegular: "name a regular file, or one that does not exist yet"
    case .system(_, EBUSY):
      """
      a file that is a mount of its own, such as a subPath, cannot be replaced: mount its directory
      """
    case .system: "the directory must exist, be writable for this user and have room"
    }
  }

  /// Whether the disk is the cause and not the path.
  fileprivate var isDiskFailure: Bool {
    if case .system(_, let code) = self { [ENOSPC, EDQUOT, EIO].contains(code) } else { false }
  }
}

extension FileReadError {
  var isPermissionDenied: Bool {
    self == .system(errno: EACCES) || self == .system(errno: EPERM)
  }
}

extension Message.StringInterpolation {
  /// What kind of file something is.
  mutating func appendInterpolation(kind: FileKind) { appendLiteral(kind.message) }

  /// Why a file cannot be read.
  mutating func appendInterpolation(reason error: FileReadError) { appendLiteral(error.message) }
}
