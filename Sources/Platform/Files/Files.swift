import Glibc

/// All access to files, as one value, so that tests decide what is in them.
package struct Files: Sendable {
  /// Reads a whole regular file of at most so many bytes, see ``FileReader/read(_:limit:)``.
  package var read: @Sendable (_ path: String, _ limit: Int) throws(FileReadError) -> [UInt8]
  /// Reads a file that must be closed to others, see ``FileReader/readPrivate(_:limit:)``.
  package var readPrivate: @Sendable (_ path: String, _ limit: Int) throws(FileReadError) -> [UInt8]
  /// The kind of a path itself; nil if there is nothing.
  package var kind: @Sendable (_ path: String) -> FileKind?
  /// The kind of the file that a path leads to; nil if there is none that this user may read.
  package var readableKind: @Sendable (_ path: String) -> FileKind?
  /// What a path leads to; nil if it leads nowhere or cannot be inspected.
  package var status: @Sendable (_ path: String) -> PathStatus?
  /// The identity of the file that a path leads to; nil if there is none.
  package var identity: @Sendable (_ path: String) -> FileIdentity?
  /// Replaces a file, see ``AtomicFile``.
  package var replace:
    @Sendable (_ path: String, _ content: [UInt8], _ options: FileWriteOptions)
      throws(FileWriteError) -> Void
  /// Replaces a file by a copy of another.
  package var copy:
    @Sendable (_ source: String, _ path: String, _ mode: UInt32) throws(FileWriteError) -> Void
  /// Sets the permissions of a file.
  package var setMode: @Sendable (_ path: String, _ mode: UInt32) throws(FileWriteError) -> Void
  /// Removes a file if it exists.
  package var remove: @Sendable (_ path: String) throws(FileWriteError) -> Void
  /// Checks that a file could be written.
  package var testWriting: @Sendable (_ path: String) throws(FileWriteError) -> Void
  /// Removes temporary files of killed runs beside a path.
  package var removeLeftovers: @Sendable (_ path: String) -> Void
  /// Makes a directory, unless there is one.
  package var makeDirectory:
    @Sendable (_ path: String, _ mode: UInt32) throws(FileWriteError) -> Void
  /// Makes sure that a directory exists, belongs to this user and is closed to others.
  package var makePrivateDirectory: @Sendable (_ path: String) throws(DirectoryError) -> Void
  /// Makes sure that a path is a directory of this user, whatever its mode.
  package var checkDirectory: @Sendable (_ path: String) throws(DirectoryError) -> Void
  /// The files in a directory.
  package var list: @Sendable (_ directory: String) -> [DirectoryEntry]
  /// The first name in a directory that a condition accepts, in no particular order.
  package var firstName: @Sendable (_ directory: String, _ where: (String) -> Bool) -> String?
  /// Takes a lock, or returns nil if another process has it.
  package var lock: @Sendable (_ path: String) throws(FileLockError) -> FileLock?

  package init(
    read: @escaping @Sendable (String, Int) throws(FileReadError) -> [UInt8],
    readPrivate: @escaping @Sendable (String, Int) throws(FileReadError) -> [UInt8],
    kind: @escaping @Sendable (String) -> FileKind?,
    readableKind: @escaping @Sendable (String) -> FileKind?,
    status: @escaping @Sendable (String) -> PathStatus?,
    identity: @escaping @Sendable (String) -> FileIdentity?,
    replace: @escaping @Sendable (String, [UInt8], FileWriteOptions) throws(FileWriteError) -> Void,
    copy: @escaping @Sendable (String, String, UInt32) throws(FileWriteError) -> Void,
    setMode: @escaping @Sendable (String, UInt32) throws(FileWriteError) -> Void,
    remove: @escaping @Sendable (String) throws(FileWriteError) -> Void,
    testWriting: @escaping @Sendable (String) throws(FileWriteError) -> Void,
    removeLeftovers: @escaping @Sendable (String) -> Void,
    makeDirectory: @escaping @Sendable (String, UInt32) throws(FileWriteError) -> Void,
    makePrivateDirectory: @escaping @Sendable (String) throws(DirectoryError) -> Void,
    checkDirectory: @escaping @Sendable (String) throws(DirectoryError) -> Void,
    list: @escaping @Sendable (String) -> [DirectoryEntry],
    firstName: @escaping @Sendable (String, (String) -> Bool) -> String?,
    lock: @escaping @Sendable (String) throws(FileLockError) -> FileLock?
  ) {
    self.read = read
    self.readPrivate = readPrivate
    self.kind = kind
    self.readableKind = readableKind
    self.status = status
    self.identity = identity
    self.replace = replace
    self.copy = copy
    self.setMode = setMode
    self.remove = remove
    self.testWriting = testWriting
    self.removeLeftovers = removeLeftovers
    self.makeDirectory = makeDirectory
    self.makePrivateDirectory = makePrivateDirectory
    self.checkDirectory = checkDirectory
    self.list = list
    self.firstName = firstName
    self.lock = lock
  }
}

extension Files {
  /// The files of this machine.
  package static let live = Files(
    read: { path, limit throws(FileReadError) in try FileReader.read(path, limit: limit) },
    readPrivate: { path, limit throws(FileReadError) in
      try FileReader.readPrivate(path, limit: limit)
    },
    kind: { .of($0) },
    readableKind: { .readable($0) }, status: { PathStatus(of: $0) },
    identity: { FileIdentity(of: $0) },
    replace: { path, content, options throws(FileWriteError) in
      try AtomicFile.replace(path, with: content, options)
    },
    copy: { source, path, mode throws(FileWriteError) in
      try AtomicFile.copy(source, to: path, mode: mode)
    },
    setMode: { path, mode throws(FileWriteError) in try AtomicFile.setMode(path, mode) },
    remove: { path throws(FileWriteError) in try AtomicFile.remove(path) },
    testWriting: { path throws(FileWriteError) in try AtomicFile.testWriting(path) },
    removeLeftovers: { AtomicFile.removeLeftovers(beside: $0) },
    makeDirectory: { path, mode throws(FileWriteError) in try Directory.make(path, mode: mode) },
    makePrivateDirectory: { path throws(DirectoryError) in try Directory.makePrivate(path) },
    checkDirectory: { path throws(DirectoryError) in
      try Directory.check(path, allowsOthers: true)
    },
    list: { DirectoryListing.files(in: $0) },
    firstName: { DirectoryListing.firstName(in: $0, where: $1) },
    lock: { path throws(FileLockError) in try FileLock.take(path) })

  /// Whether two paths lead to the same file, or would if it existed: through links, `..`, `//` and
  /// linked directories.
  package func isSame(_ first: String, _ second: String) -> Bool {
    if let identity = identity(first), identity == self.identity(second) { return true }
    guard Self.name(of: first) == Self.name(of: second),
      let directory = identity(AtomicFile.directory(of: first))
    else { return false }
    return directory == identity(AtomicFile.directory(of: second))
  }

  private static func name(of path: String) -> Substring? { path.split(separator: "/").last }
}

extension FileKind {
  /// The kind of a path itself.
  fileprivate static func of(_ path: String) -> FileKind? {
    FileStatus.ofLink(path).map(FileKind.init)
  }

  /// The kind of what a path leads to, if this user may read it.
  fileprivate static func readable(_ path: String) -> FileKind? {
    guard access(path, R_OK) == 0 else { return nil }
    return FileStatus.following(path).map(FileKind.init)
  }
}
