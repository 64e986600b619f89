/// Why a file could not be read.
package enum FileReadError: Error, Equatable, Sendable {
  case missing
  /// A system call failed, for example because of permissions.
  case system(errno: Int32)
  case notRegular(FileKind)
  case tooLarge
  /// The file changed while it was read.
  case unstable
  /// The file must be private and belongs to another user.
  case notOwned
  /// The file must be private and others can read or write it.
  case accessibleByOthers
}

/// Why a file or directory could not be written; no partial content is left behind.
package enum FileWriteError: Error, Equatable, Sendable {
  /// The operation whose system call failed.
  package enum Step: Equatable, Sendable {
    case createFile(directory: String)
    case read(String)
    case write(String)
    case setMode(String)
    case replace(String)
    case remove(String)
    case makeDirectory(String)
  }

  case system(Step, errno: Int32)
  /// The path is not a regular file.
  case notRegular(String, FileKind)
  /// The path is in a directory of devices or of the kernel, or a link to there.
  case notReplaceable(String)
}

extension FileWriteError {
  /// The same error about another path: a user does not know the names of temporary files.
  func renaming(_ old: String, to new: String) -> FileWriteError {
    switch self {
    case .system(.write(old), let code): .system(.write(new), errno: code)
    case .system(.setMode(old), let code): .system(.setMode(new), errno: code)
    case .system(.replace(old), let code): .system(.replace(new), errno: code)
    case .system(.remove(old), let code): .system(.remove(new), errno: code)
    default: self
    }
  }
}

/// Why a directory cannot be used as a private directory.
package enum DirectoryError: Error, Equatable, Sendable {
  case missing
  case notDirectory
  case notOwned(owner: UInt32, user: UInt32)
  /// Root would make it below a directory of another user.
  case belowDirectoryOf(owner: UInt32)
  case accessibleByOthers
  case cannotMake(errno: Int32)
  case cannotInspect(errno: Int32)
}

/// Why a lock could not be acquired, other than that another process holds it.
package enum FileLockError: Error, Equatable, Sendable {
  case cannotOpen(errno: Int32)
  case cannotLock(errno: Int32)
  /// The lock file is not a regular file of this user.
  case notOwned
  /// The lock file was replaced in every attempt.
  case unstable
}
