import Encoding
import Glibc
import Platform
import TokenExchange

extension Diagnosis {
  /// The file of an option cannot be written.
  init(_ error: FileWriteError, source: String) {
    self.init(
      "\(option: source): \(cannot: error)",
      hint: error.hint, exitCode: error.exitCode)
  }

  /// `install` cannot copy the program.
  init(_ error: FileWriteError, user: UInt32) {
    let hint: Message =
      switch error {
      case .system(.read, _): "make the program readable for this user: chmod 0755"
      case .system(_, EBUSY), .notRegular, .notReplaceable: error.hint
      case .system:
        """
        pass a directory that exists, is writable for this user and has 30 MB of free space, such \
        as an emptyDir volume
        """
      }
    self.init(
      "uid \(Int(user)) \(cannot: error)", hint: hint,
      exitCode: error.exitCode)
  }

  init(_ error: SystemError) {
    let hint: Message =
      switch error.errno {
      case EPIPE: "the reader of the pipe ended before it had read everything"
      case ENOSPC, EDQUOT: "free space on the disk that standard output is redirected to"
      case EFBIG: "the file of standard output is at the size limit of this process: ulimit -f"
      case EBADF:
        "standard output is closed or read-only: redirect it to a file, a pipe or /dev/null"
      default: "check the file, pipe or terminal that standard output is connected to"
      }
    self.init(
      "could not write to standard output: \(untrusted: systemMessage(error.errno))",
      hint: hint, exitCode: .unexpected)
  }
}

extension FileWriteError {
  fileprivate var hint: Message {
    switch self {
    case .notRegular: "pass the path of a regular file or of a new file"
    case .system(_, EBUSY):
      "a mount point, such as a subPath, cannot be replaced: mount the file's directory"
    case .system(_, let code):
      .pathHint(code) ?? "the directory must exist, be writable for this user and have free space"
    case .notReplaceable:
      "pass a regular file, which a rename can replace; get-token --output=token prints the token"
    }
  }

  /// A failure of the disk is unexpected; otherwise the path is wrong.
  fileprivate var exitCode: ExitCode {
    switch self {
    case .system(_, ENOSPC), .system(_, EDQUOT), .system(_, EIO): .unexpected
    default: .usage
    }
  }
}

extension FileReadError {
  var isPermissionDenied: Bool {
    self == .system(errno: EACCES) || self == .system(errno: EPERM)
  }

  /// Why a user cannot read a file.
  func message(_ file: Message, user: UInt32) -> Message {
    switch self {
    case .missing: "\(file) does not exist"
    case .notRegular(let kind): "\(file) is \(kind: kind), not a file"
    case .tooLarge: "\(file) is larger than 1 MiB"
    case .unstable: "\(file) kept changing while it was read"
    case .system, .notOwned, .accessibleByOthers:
      "\(file) cannot be read by uid \(Int(user)): \(reason: self)"
    }
  }

  /// The hint about a path that no permission can make readable; nil for other errors.
  var pathHint: Message? {
    if case .system(let code) = self { .pathHint(code) } else { nil }
  }
}

extension Message {
  /// The hint about a path that the system rejects; nil for other errors.
  fileprivate static func pathHint(_ code: Int32) -> Message? {
    switch code {
    case ELOOP: "its symbolic links form a loop: list them with ls -l, and correct one"
    case ENAMETOOLONG: "shorten it: a name may have 255 bytes, and a path 4095"
    default: nil
    }
  }
}

extension Message.StringInterpolation {
  /// The type of a file.
  mutating func appendInterpolation(kind: FileKind) { appendLiteral(kind.message) }

  /// That a file cannot be written, such as `cannot replace /t: Permission denied`.
  mutating func appendInterpolation(cannot error: FileWriteError) {
    appendLiteral("cannot \(error.step.sanitized()): \(error.reason.sanitized())")
  }

  /// The reason why a file cannot be read.
  mutating func appendInterpolation(reason error: FileReadError) { appendLiteral(error.message) }
}

extension FileKind {
  var message: String {
    switch self {
    case .regular: "a file"
    case .directory: "a directory"
    case .pipe: "a pipe"
    case .socket: "a socket"
    case .device: "a device"
    case .link: "a symbolic link"
    }
  }
}

extension FileReadError {
  var message: String {
    switch self {
    case .missing: "it does not exist"
    case .system(let code): systemMessage(code)
    case .notRegular(let kind): "it is \(kind.message)"
    case .tooLarge: "it is too large"
    case .unstable: "it changed while it was read"
    case .notOwned: "it is owned by another user"
    case .accessibleByOthers: "other users can access it"
    }
  }
}

extension FileWriteError {
  /// The failed operation, to follow "cannot".
  fileprivate var step: String {
    switch self {
    case .notRegular(let path, _), .notReplaceable(let path), .system(.replace(let path), _):
      "replace \(path)"
    case .system(.createFile(let directory), _): "create a file in \(directory)"
    case .system(.read(let path), _): "read \(path)"
    case .system(.write(let path), _): "write \(path)"
    case .system(.setMode(let path), _): "set the mode of \(path)"
    case .system(.remove(let path), _): "remove \(path)"
    case .system(.makeDirectory(let path), _): "create the directory \(path)"
    }
  }

  fileprivate var reason: String {
    switch self {
    case .system(_, let code): systemMessage(code)
    case .notRegular(_, let kind): "it is \(kind.message)"
    case .notReplaceable: "it is in /dev, /proc or /sys, or links there"
    }
  }
}

extension FileLockError {
  var message: String {
    switch self {
    case .cannotOpen(let code): "open the lock file: \(systemMessage(code))"
    case .cannotLock(let code): "lock: \(systemMessage(code))"
    case .notOwned: "the lock file is not a regular file of this user"
    case .unstable: "the lock file keeps being replaced"
    }
  }
}
