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
}

extension Files {
  /// The files of this machine.
  package static let live = Files(
    read: FileReader.read, readPrivate: FileReader.readPrivate,
    kind: { FileKind(ofLink: $0) },
    readableKind: { access($0, R_OK) == 0 ? FileKind(of: $0) : nil },
    status: { PathStatus(of: $0) }, identity: { FileIdentity(of: $0) },
    replace: AtomicFile.replace(_:with:_:), copy: AtomicFile.copy, setMode: AtomicFile.setMode,
    remove: AtomicFile.remove, testWriting: AtomicFile.testWriting,
    removeLeftovers: AtomicFile.removeLeftovers, makeDirectory: Directory.make,
    makePrivateDirectory: Directory.makePrivate,
    checkDirectory: { path throws(DirectoryError) in
      try Directory.check(path, allowsOthers: true)
    },
    list: Directory.files, firstName: Directory.firstName, lock: FileLock.take)

  /// Whether two paths refer to the same file, even if they differ by links, `..` or `//`; the file
  /// may be missing.
  package func isSame(_ first: String, _ second: String) -> Bool {
    if let identity = identity(first), identity == self.identity(second) { return true }
    guard first.split(separator: "/").last == second.split(separator: "/").last,
      let directory = identity(AtomicFile.directory(of: first))
    else { return false }
    return directory == identity(AtomicFile.directory(of: second))
  }
}
