import Glibc
import Platform
import TokenExchange

/// What can be wrong with a token file.
extension Problem {
  /// The subject token's file cannot be read.
  static func tokenFile(_ path: String, _ error: FileReadError, user: UInt32) -> Problem {
    let file = "the token file \(path.sanitized())"
    let (sentence, hint) =
      switch error {
      case .missing:
        (
          "there is no token file \(path.sanitized())",
          "mount a projected serviceAccountToken volume there, or name the file by --token-file; "
            + "a pod with automountServiceAccountToken: false has none at the default path"
        )
      case .notRegular(.directory):
        (
          "\(file) is a directory and not a file",
          "name the file in it, usually \(path.sanitized())/token"
        )
      case .notRegular(let kind):
        (
          "\(file) is \(kind.message) and not a file",
          "name a regular file; a token is never read from a pipe or a device"
        )
      case .tooLarge:
        (
          "\(file) is larger than 1 MiB",
          "a service account token has one or two kilobytes: is this the right file?"
        )
      case .unstable:
        (
          "\(file) kept changing while it was read",
          "let its writer replace it by rename, as kubelet and tokenxchange sidecar do"
        )
      case .system, .notOwned, .accessibleByOthers:
        (
          "\(file) cannot be read by uid \(user): \(error.message)",
          error.isPermission
            ? "projected token files are 0600: set fsGroup or runAsUser in the pod's securityContext"
            : "it is not a matter of permissions: look at the path and at the volume behind it"
        )
      }
    return Problem(.subjectToken, sentence, hint: hint)
  }

  /// The file of a sidecar cannot be read.
  static func keptFile(_ path: String, _ error: FileReadError, user: UInt32) -> Problem {
    switch error {
    case .missing: .keptFileMissing(path)
    case .notRegular(let kind): .keptFileUnusable(path, "is \(kind.message) and not a file")
    case .tooLarge: .keptFileUnusable(path, "is larger than 1 MiB")
    case .unstable: .keptFileUnusable(path, "kept changing while it was read")
    case .system, .notOwned, .accessibleByOthers:
      .keptFileUnusable(path, "cannot be read by uid \(user): \(error.message)")
    }
  }
}

/// What can be wrong with files of configuration.
extension Problem {
  static func configurationFile(
    _ path: String?, source: String, _ error: FileReadError, user: UInt32
  ) -> Problem {
    let (what, hint) =
      switch error {
      case .missing: ("there is no such file", "check the path and the volume mounted there")
      case .system, .notOwned, .accessibleByOthers:
        (
          "uid \(user) cannot read it: \(error.message)",
          "check its mode, owner and the pod's fsGroup"
        )
      case .notRegular(let kind): ("it is \(kind.message)", "name a regular file")
      case .tooLarge: ("it is larger than 1 MiB", "is this the right file?")
      case .unstable: ("it kept changing while it was read", "let its writer replace it by rename")
      }
    let name = path.map { "\(source) \($0.sanitized())" } ?? "\(source) (value not shown)"
    return Problem(.usage, "\(name): \(what)", hint: hint)
  }

  static func badSecret(_ source: String, _ what: String) -> Problem {
    Problem(
      .usage, "the client secret of \(source.sanitized()) \(what)",
      hint: "it must hold the secret and nothing else")
  }

  static func notCertificates(_ source: String, _ what: String) -> Problem {
    Problem(
      .usage, "\(source.sanitized()) \(what)",
      hint: "it must hold one or more blocks of -----BEGIN CERTIFICATE-----")
  }

  static func derCertificate(_ source: String) -> Problem {
    Problem(
      .usage, "\(source.sanitized()) is DER and not PEM",
      hint: "turn it into PEM: openssl x509 -inform DER -in FILE -out ca.crt")
  }

  /// One of several certificates in a file, counted from 1.
  static func badCertificate(_ number: Int, source: String, _ what: String) -> Problem {
    Problem(
      .usage, "certificate \(number) of \(source.sanitized()) \(what)",
      hint: "it may have been cut, wrapped or edited: openssl x509 -noout -text -in FILE reads it")
  }

  static func notBase64(_ source: String, _ what: String) -> Problem {
    Problem(
      .usage, "\(source.sanitized()) \(what)",
      hint: "it takes the base64 of the PEM on one line, as in a kubeconfig: base64 -w0 ca.crt")
  }
}

/// What can go wrong with files that this program writes.
extension Problem {
  /// The program cannot be copied.
  static func notInstalled(_ error: FileWriteError, user: UInt32) -> Problem {
    let hint =
      switch error {
      case .system(.read, _):
        "the program's own file must be readable for this user: chmod 0755"
      case .system(_, EBUSY), .notRegular: error.hint
      case .system:
        "name a directory that exists, is writable for this user and has room for 30 MB, such as "
          + "an emptyDir volume"
      }
    return Problem(
      error.isOfDisk ? .unexpected : .usage,
      "uid \(user) cannot \(error.step.sanitized()): \(error.reason)", hint: hint)
  }

  /// A file that the user named cannot be written.
  static func notWritten(_ error: FileWriteError, source: String) -> Problem {
    var problem = Problem(
      error.isOfDisk ? .unexpected : .usage,
      "\(source): cannot \(error.step.sanitized()): \(error.reason)", hint: error.hint)
    if case .system(_, let code) = error { problem.cause.errno = code }
    return problem
  }
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
    case .missing: "there is none"
    case .system(let code): systemMessage(code)
    case .notRegular(let kind): "it is \(kind.message)"
    case .tooLarge: "it is too large"
    case .unstable: "it changed while it was read"
    case .notOwned: "it belongs to another user"
    case .accessibleByOthers: "others have access to it"
    }
  }

  fileprivate var isPermission: Bool {
    self == .system(errno: EACCES) || self == .system(errno: EPERM)
  }
}

extension FileWriteError {
  /// What was being done, to be read after "cannot".
  var step: String {
    switch self {
    case .notRegular(let path, _), .system(.replace(let path), _): "replace \(path)"
    case .system(.createFile(let directory), _): "create a file in \(directory)"
    case .system(.read(let path), _): "read \(path)"
    case .system(.write(let path), _): "write \(path)"
    case .system(.setMode(let path), _): "set the mode of \(path)"
    case .system(.remove(let path), _): "remove \(path)"
    case .system(.makeDirectory(let path), _): "make the directory \(path)"
    }
  }

  var reason: String {
    switch self {
    case .system(_, let code): systemMessage(code)
    case .notRegular(_, let kind): "it is \(kind.message)"
    }
  }

  fileprivate var hint: String {
    switch self {
    case .notRegular: "name a regular file, or one that does not exist yet"
    case .system(_, EBUSY):
      "a file that is a mount of its own, such as a subPath, cannot be replaced: mount its directory"
    case .system: "the directory must exist, be writable for this user and have room"
    }
  }

  /// Whether the disk is the cause and not what this program was told.
  var isOfDisk: Bool {
    if case .system(_, let code) = self { [ENOSPC, EDQUOT, EIO].contains(code) } else { false }
  }
}

extension FileLockError {
  var message: String {
    switch self {
    case .cannotOpen(let code): "open the lock file: \(systemMessage(code))"
    case .cannotLock(let code): "lock: \(systemMessage(code))"
    case .notOwned: "the lock file is not a regular file of this user"
    case .unstable: "the lock file is replaced again and again"
    }
  }
}

/// The system's message for an error number.
private func systemMessage(_ code: Int32) -> String { String(cString: strerror(code)) }
