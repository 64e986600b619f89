/// Why a file could not be read.
package enum FileReadError: Error, Equatable, Sendable {
  case missing
  /// A call of the system failed, for example because of permissions.
  case system(errno: Int32)
  case notRegular(FileKind)
  case tooLarge
  /// It was written to while it was read.
  case unstable
  /// A file that must be private belongs to another user.
  case notOwned
  /// A file that must be private can be read or written by others.
  case accessibleByOthers
}

/// Why a file or directory could not be written; nothing half-written was left behind.
package enum FileWriteError: Error, Equatable, Sendable {
  /// What was being done when a call of the system failed.
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
  /// There is something other than a regular file at the path.
  case notRegular(String, FileKind)
}

/// Why a directory cannot be used as a private one.
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

/// Why a lock could not be taken, apart from another process holding it.
package enum FileLockError: Error, Equatable, Sendable {
  case cannotOpen(errno: Int32)
  case cannotLock(errno: Int32)
  /// The lock file is not a regular file of this user.
  case notOwned
  /// The lock file is replaced again and again.
  case unstable
}
