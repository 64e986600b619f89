import Glibc

/// The destination of content that is written through links, pipes and devices.
enum WriteTarget {
  /// A regular file, which need not exist; the last component of its path is not a link.
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
      let isLink = FileStatus.ofLink(path).map(FileKind.init) == .link
      // A link to standard output, such as /dev/stdout, is written to and not replaced: replacing
      // would discard the earlier content of a file that the shell opened.
      if isLink, let status,
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
      guard FileStatus.ofLink(path).map(FileKind.init) == .link else { return path }
      var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
      let length = readlink(path, &buffer, buffer.count)
      guard length > 0 else { throw .system(.write(path), errno: errno) }
      let target = String(
        decoding: buffer.prefix(length).map { UInt8(truncatingIfNeeded: $0) }, as: UTF8.self)
      path = target.hasPrefix("/") ? target : AtomicFile.directory(of: path) + "/" + target
    }
    throw .system(.write(path), errno: ELOOP)
  }
}
