import Glibc

/// The destination of content that is written through links, pipes and devices.
enum WriteTarget {
  /// A regular file, which may be missing; the last component of its path is not a link.
  case file(String)
  /// An open pipe or device, which the caller closes.
  case stream(Int32)

  init(_ path: String) throws(FileWriteError) {
    let status = FileStatus.following(path)
    switch status.map(FileKind.init) {
    case .directory: throw .notRegular(path, .directory)
    case .socket: throw .notRegular(path, .socket)
    case .pipe, .device: self = .stream(try Self.open(path))
    case nil, .regular, .link:
      // A link to standard output, such as /dev/stdout, is written to and not replaced: replacing
      // would discard the earlier content of a file that the shell opened.
      if FileKind(ofLink: path) == .link, let status,
        FileStatus.open(STDOUT_FILENO).map(FileIdentity.init) == FileIdentity(status)
      {
        self = .stream(dup(STDOUT_FILENO))
      } else {
        self = .file(try Self.resolve(path))
      }
    }
  }

  private static func open(_ path: String) throws(FileWriteError) -> Int32 {
    let descriptor = Glibc.open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY)
    guard descriptor >= 0 else { throw .system(.write(path), errno: errno) }
    return descriptor
  }

  /// Follows the links in the last component of a path, including a dangling link.
  private static func resolve(_ path: String) throws(FileWriteError) -> String {
    var path = path
    for _ in 1...40 {
      guard FileKind(ofLink: path) == .link else { return path }
      guard let target = PathStatus.link(path) else { throw .system(.write(path), errno: errno) }
      path = target.hasPrefix("/") ? target : AtomicFile.directory(of: path) + "/" + target
    }
    throw .system(.write(path), errno: ELOOP)
  }
}
