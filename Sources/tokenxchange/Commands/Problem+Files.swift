import Glibc
import Platform
import TokenExchange

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
func systemMessage(_ code: Int32) -> String { String(cString: strerror(code)) }
