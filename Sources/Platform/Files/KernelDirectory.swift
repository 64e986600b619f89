import Glibc

/// The directories of devices and of the kernel, such as `/dev` and `/proc`.
///
/// A rename in them would replace `/dev/stdout` for all programs; links such as `/dev/fd/1` stand
/// for an open file and not for its path.
enum KernelDirectory {
  private static let paths = ["/dev", "/proc", "/sys"]
  /// A file system in memory, for files of any program.
  private static let sharedMemory = "/dev/shm"

  /// Whether a path is in such a directory, or a symbolic link into one.
  static func contains(_ path: String) -> Bool {
    var path = path
    // As many links as the kernel follows.
    for _ in 1...40 {
      let directory = AtomicFile.directory(of: path)
      if includes(PathStatus.real(directory) ?? directory) { return true }
      guard let target = PathStatus.link(path) else { return false }
      path = target.hasPrefix("/") ? target : directory + "/" + target
    }
    return false
  }

  private static func includes(_ directory: String) -> Bool {
    let isBelow = { (parent: String) in directory == parent || directory.hasPrefix(parent + "/") }
    return paths.contains(where: isBelow) && !isBelow(sharedMemory)
  }
}
