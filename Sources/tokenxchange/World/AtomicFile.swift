import Glibc

/// Why a file could not be written; nothing of it was left behind.
struct WriteFault: Error, Equatable {
  /// The step that failed, such as `create a file in /data`.
  var step: String
  /// The system's words.
  var reason: String
  /// What to look at.
  var hint = usualHint
  /// Whether the disk is the cause, and not what this program was told.
  var isOfDisk = false

  /// What is to be looked at unless more is known.
  static let usualHint = "the folder must exist, be writable for this user and have room"
}

/// Replaces files so that a reader sees the old content or the new, never a part and never nothing.
enum AtomicFile {
  /// Writes a temporary file in the same folder and renames it over the old one.
  ///
  /// The temporary file is new and no symbolic link (`O_EXCL`, `O_NOFOLLOW`), readable by nobody
  /// else until its mode is set on the open file. A symbolic link at `path` is replaced, not
  /// followed.
  ///
  /// - Parameters:
  ///   - path: The file to be.
  ///   - content: All of its bytes.
  ///   - mode: Its permissions, whatever the umask.
  ///   - durable: Whether to wait until the disk has it.
  /// - Throws: A write fault; the old file is then untouched.
  static func replace(
    _ path: String, with content: [UInt8], mode: UInt32 = 0o600, durable: Bool = true
  ) throws(WriteFault) {
    try replace(path, mode: mode, durable: durable) { descriptor throws(WriteFault) in
      try writeAll(content[...], to: descriptor, path: path)
    }
  }

  /// Puts a copy of another file there in the same way, whatever its size.
  ///
  /// A run that was killed may have left a part of it; container after container would fill the disk.
  ///
  /// - Parameters:
  ///   - path: The file to be.
  ///   - source: The file to copy.
  ///   - mode: The copy's permissions, whatever the umask.
  /// - Throws: A write fault, also if the source cannot be read; the old file is then untouched.
  static func replace(
    _ path: String, withCopyOf source: String, mode: UInt32
  ) throws(WriteFault) {
    let original = open(source, O_RDONLY | O_CLOEXEC)
    guard original >= 0 else {
      var fault = fault("read \(source)")
      fault.hint = "the program's own file must be readable for this user: chmod 0755"
      throw fault
    }
    defer { close(original) }
    sweep(besides: path)
    try replace(path, mode: mode, durable: true) { descriptor throws(WriteFault) in
      var buffer = [UInt8](repeating: 0, count: 1 << 18)
      while true {
        let count = read(original, &buffer, buffer.count)
        if count < 0, errno == EINTR { continue }
        guard count >= 0 else { throw fault("read \(source)") }
        if count == 0 { return }
        try writeAll(buffer[..<count], to: descriptor, path: path)
      }
    }
  }

  private static func replace(
    _ path: String, mode: UInt32, durable: Bool, fill: (Int32) throws(WriteFault) -> Void
  ) throws(WriteFault) {
    let folder = folder(of: path)
    let temporary = temporaryName(for: path)
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw fault("create a file in \(folder)") }
    do throws(WriteFault) {
      defer { close(descriptor) }
      try fill(descriptor)
      guard fchmod(descriptor, mode) == 0 else { throw fault("set the mode of \(path)") }
      guard !durable || fsync(descriptor) == 0 else { throw fault("write \(path)") }
      guard rename(temporary, path) == 0 else { throw fault("replace \(path)") }
    } catch {
      unlink(temporary)
      throw error
    }
    if durable { syncFolder(folder) }
  }

  /// Makes a folder, unless it is there already; its permissions are set whatever the umask.
  static func makeFolder(_ path: String, mode: UInt32) throws(WriteFault) {
    guard mkdir(path, mode) == 0 else {
      var status = stat()
      if errno == EEXIST, stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR { return }
      throw fault("make the folder \(path)")
    }
    guard chmod(path, mode) == 0 else { throw fault("set the mode of \(path)") }
  }

  /// The folder that a path lies in.
  static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  /// What the names of temporary files hold, so that leftovers can be told and swept.
  static let temporaryMark = ".tokenxchange-"

  /// How the names of a path's temporary files begin.
  static func temporaryPrefix(for path: String) -> String {
    let name = path.split(separator: "/").last.map(String.init) ?? "file"
    return ".\(name.prefix(100))\(temporaryMark)"
  }

  static func temporaryName(for path: String) -> String {
    let random = String(UInt64.random(in: 0 ... .max), radix: 36)
    return "\(folder(of: path))/\(temporaryPrefix(for: path))\(random)"
  }

  private static func writeAll(
    _ content: ArraySlice<UInt8>, to descriptor: Int32, path: String
  ) throws(WriteFault) {
    var rest = content
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw fault("write \(path)") }
      rest = rest.dropFirst(count)
    }
  }

  /// Makes the rename itself last; a folder that cannot be synced is no reason to fail.
  static func syncFolder(_ folder: String) {
    let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    fsync(descriptor)
    close(descriptor)
  }

  static func fault(_ step: String) -> WriteFault {
    let code = errno
    var fault = WriteFault(step: step, reason: String(cString: strerror(code)))
    fault.isOfDisk = [ENOSPC, EDQUOT, EIO].contains(code)
    if code == EBUSY {
      fault.hint =
        "a file that is a mount of its own, such as a subPath, cannot be replaced: mount its folder"
    }
    return fault
  }
}
