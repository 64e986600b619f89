import Glibc

/// How a file is written.
package struct FileWriteOptions: Equatable, Sendable {
  /// The permissions, regardless of the umask.
  package var mode: UInt32
  /// Whether to wait until the content is on disk.
  package var isDurable: Bool
  /// What to do if the path is not a regular file; see ``AtomicFile``.
  package var writesThrough: Bool

  package init(mode: UInt32 = 0o600, isDurable: Bool = true, writesThrough: Bool = false) {
    self.mode = mode
    self.isDurable = isDurable
    self.writesThrough = writesThrough
  }
}

/// Replaces files atomically: a reader sees the old content or the new content, never a part of it.
///
/// The content is written to a temporary file in the same directory, which is renamed over the old
/// file. The temporary file is always created (`O_EXCL`, `O_NOFOLLOW`), and only this user can read
/// it until its mode is set through the open descriptor.
///
/// If the path is not a regular file, all commands behave the same:
///
/// | at the path | by default | with `writesThrough`, like `>` in a shell |
/// | --- | --- | --- |
/// | a symbolic link | the link is replaced | its target is replaced, the link stays |
/// | a pipe or device | rejected | written to |
/// | a directory or socket | rejected | rejected |
///
/// Only the output that a user redirects (`generate --output`) is written through. Credentials,
/// programs and published files must never be written through another user's link or pipe.
package enum AtomicFile {
  /// Replaces a file.
  ///
  /// - Throws: A write error; the old file is then unchanged.
  package static func replace(
    _ path: String, with content: [UInt8], _ options: FileWriteOptions = FileWriteOptions()
  ) throws(FileWriteError) {
    var path = path
    if options.writesThrough {
      switch try WriteTarget(path) {
      case .file(let target): path = target
      case .stream(let descriptor):
        defer { close(descriptor) }
        return try writeAll(content[...], to: descriptor, path: path)
      }
    }
    try replace(path, options) { descriptor throws(FileWriteError) in
      try writeAll(content[...], to: descriptor, path: path)
    }
  }

  /// Replaces a file with a copy of another file of any size.
  ///
  /// Temporary files of killed runs are removed first: containers that restart would fill the disk
  /// with them.
  ///
  /// - Throws: A write error, also if the source cannot be read; the old file is then unchanged.
  package static func copy(
    _ source: String, to path: String, mode: UInt32
  ) throws(FileWriteError) {
    let original = open(source, O_RDONLY | O_CLOEXEC)
    guard original >= 0 else { throw .system(.read(source), errno: errno) }
    defer { close(original) }
    removeLeftovers(of: path)
    try replace(path, FileWriteOptions(mode: mode)) { descriptor throws(FileWriteError) in
      var buffer = [UInt8](repeating: 0, count: 1 << 18)
      while true {
        let count = read(original, &buffer, buffer.count)
        if count < 0, errno == EINTR { continue }
        guard count >= 0 else { throw .system(.read(source), errno: errno) }
        if count == 0 { return }
        try writeAll(buffer[..<count], to: descriptor, path: path)
      }
    }
  }

  private static func replace(
    _ path: String, _ options: FileWriteOptions, fill: (Int32) throws(FileWriteError) -> Void
  ) throws(FileWriteError) {
    try checkTarget(path)
    let directory = directory(of: path)
    let temporary = temporaryPath(for: path)
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw .system(.createFile(directory: directory), errno: errno) }
    do throws(FileWriteError) {
      defer { close(descriptor) }
      try fill(descriptor)
      guard fchmod(descriptor, options.mode) == 0 else {
        throw .system(.setMode(path), errno: errno)
      }
      guard !options.isDurable || fsync(descriptor) == 0 else {
        throw .system(.write(path), errno: errno)
      }
      guard rename(temporary, path) == 0 else { throw .system(.replace(path), errno: errno) }
    } catch {
      unlink(temporary)
      throw error
    }
    if options.isDurable { syncDirectory(directory) }
  }

  /// Creates and removes a temporary file next to a path, so that a read-only mount or a missing
  /// directory is detected before a token is requested.
  package static func testWriting(_ path: String) throws(FileWriteError) {
    guard !path.hasSuffix("/") else { throw .notRegular(path, .directory) }
    try checkTarget(path)
    guard !KernelDirectory.contains(path) else { throw .notReplaceable(path) }
    // A link to a file is plausible; a link to a device or directory is likely a mistake.
    if let kind = FileKind(of: path), kind != .regular {
      throw .notRegular(path, kind)
    }
    let probe = temporaryPath(for: path)
    do throws(FileWriteError) {
      try replace(probe, with: [UInt8](repeating: 0, count: 4096))
      try remove(probe)
    } catch {
      throw error.renaming(probe, to: path)
    }
  }

  /// Removes a file if it exists, and syncs its directory.
  package static func remove(_ path: String) throws(FileWriteError) {
    guard unlink(path) == 0 || errno == ENOENT else { throw .system(.remove(path), errno: errno) }
    syncDirectory(directory(of: path))
  }

  /// Sets the permissions of a file, without following a symbolic link.
  package static func setMode(_ path: String, _ mode: UInt32) throws(FileWriteError) {
    guard fchmodat(AT_FDCWD, path, mode, AT_SYMLINK_NOFOLLOW) == 0 else {
      throw .system(.setMode(path), errno: errno)
    }
  }

  private static func checkTarget(_ path: String) throws(FileWriteError) {
    guard let kind = FileKind(ofLink: path), kind != .regular, kind != .link else { return }
    throw .notRegular(path, kind)
  }

  private static func writeAll(
    _ content: ArraySlice<UInt8>, to descriptor: Int32, path: String
  ) throws(FileWriteError) {
    do throws(SystemError) { try Platform.writeAll(content, to: descriptor) } catch {
      throw .system(.write(path), errno: error.errno)
    }
  }

  /// Makes a rename durable; a directory that cannot be synced is not an error.
  private static func syncDirectory(_ directory: String) {
    let descriptor = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    fsync(descriptor)
    close(descriptor)
  }

  /// The directory of a path.
  package static func directory(of path: String) -> String {
    guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }
}
