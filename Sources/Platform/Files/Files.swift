import Glibc

/// All access to files, as one value that tests can replace.
package struct Files: Sendable {
  /// Reads a whole regular file of at most `limit` bytes; see ``FileReader/read(_:limit:)``.
  package var read: @Sendable (_ path: String, _ limit: Int) throws(FileReadError) -> [UInt8]
  /// Reads a file that others cannot access; see ``FileReader/readPrivate(_:limit:)``.
  package var readPrivate: @Sendable (_ path: String, _ limit: Int) throws(FileReadError) -> [UInt8]
  /// The type of the path itself; nil if it does not exist.
  package var kind: @Sendable (_ path: String) -> FileKind?
  /// The type of the file at a path, following links; nil if this user cannot read it.
  package var readableKind: @Sendable (_ path: String) -> FileKind?
  /// The status of the file at a path, following links; nil if it cannot be inspected.
  package var status: @Sendable (_ path: String) -> PathStatus?
  /// The identity of the file at a path, following links; nil if there is none.
  package var identity: @Sendable (_ path: String) -> FileIdentity?
  /// Replaces a file; see ``AtomicFile``.
  package var replace:
    @Sendable (_ path: String, _ content: [UInt8], _ options: FileWriteOptions)
      throws(FileWriteError) -> Void
  /// Replaces a file with a copy of another one.
  package var copy:
    @Sendable (_ source: String, _ path: String, _ mode: UInt32) throws(FileWriteError) -> Void
  /// Sets the permissions of a file.
  package var setMode: @Sendable (_ path: String, _ mode: UInt32) throws(FileWriteError) -> Void
  /// Removes a file if it exists.
  package var remove: @Sendable (_ path: String) throws(FileWriteError) -> Void
  /// Checks that a file can be written.
  package var testWriting: @Sendable (_ path: String) throws(FileWriteError) -> Void
  /// Removes the temporary files of killed runs that wrote a path.
  package var removeLeftovers: @Sendable (_ path: String) -> Void
  /// Creates a directory if it does not exist.
  package var makeDirectory:
    @Sendable (_ path: String, _ mode: UInt32) throws(FileWriteError) -> Void
  /// Ensures that a directory exists, belongs to this user and is not accessible by others.
  package var makePrivateDirectory: @Sendable (_ path: String) throws(DirectoryError) -> Void
  /// Checks that a path is a directory of this user; its mode is not checked.
  package var checkDirectory: @Sendable (_ path: String) throws(DirectoryError) -> Void
  /// The files in a directory.
  package var list: @Sendable (_ directory: String) -> [DirectoryEntry]
  /// The first name in a directory, in no particular order, that satisfies a condition.
  package var firstName: @Sendable (_ directory: String, _ where: (String) -> Bool) -> String?
  /// Tries to acquire a lock; nil if another process holds it.
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
    removeLeftovers: { AtomicFile.removeLeftovers(of: $0) },
    makeDirectory: { path, mode throws(FileWriteError) in try Directory.make(path, mode: mode) },
    makePrivateDirectory: { path throws(DirectoryError) in try Directory.makePrivate(path) },
    checkDirectory: { path throws(DirectoryError) in
      try Directory.check(path, allowsOthers: true)
    },
    list: { DirectoryListing.files(in: $0) },
    firstName: { DirectoryListing.firstName(in: $0, where: $1) },
    lock: { path throws(FileLockError) in try FileLock.take(path) })

  /// Whether two paths refer to the same file, which need not exist, even if they differ by links,
  /// `..` or `//`.
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
  /// The type of the path itself.
  fileprivate static func of(_ path: String) -> FileKind? {
    FileStatus.ofLink(path).map(FileKind.init)
  }

  /// The type of the file at a path, following links, if this user can read it.
  fileprivate static func readable(_ path: String) -> FileKind? {
    guard access(path, R_OK) == 0 else { return nil }
    return FileStatus.following(path).map(FileKind.init)
  }
}
