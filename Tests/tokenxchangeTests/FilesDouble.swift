import Testing

@testable import Platform

extension Files {
  /// An empty file system: reading finds nothing, and every other access fails the test.
  static let failing = Files(
    read: { _, _ throws(FileReadError) in throw .missing },
    readPrivate: { path, _ throws(FileReadError) in
      Issue.record("\(path) was read")
      throw .missing
    },
    kind: { _ in nil },
    readableKind: { _ in nil }, status: { _ in nil },
    identity: { path in
      FileIdentity(device: 1, inode: UInt64(UInt(bitPattern: path.hashValue)))
    },
    replace: { path, _, _ throws(FileWriteError) in Issue.record("\(path) was written") },
    copy: { _, path, _ throws(FileWriteError) in Issue.record("\(path) was copied to") },
    setMode: { path, _ throws(FileWriteError) in Issue.record("the mode of \(path) was set") },
    remove: { path throws(FileWriteError) in Issue.record("\(path) was removed") },
    testWriting: { path throws(FileWriteError) in Issue.record("\(path) was tested") },
    removeLeftovers: { path in Issue.record("leftovers of \(path) were removed") },
    makeDirectory: { path, _ throws(FileWriteError) in Issue.record("\(path) was made") },
    makePrivateDirectory: { path throws(DirectoryError) in
      Issue.record("the cache \(path) was made")
      throw .missing
    },
    checkDirectory: { path throws(DirectoryError) in
      Issue.record("the cache \(path) was checked")
      throw .missing
    },
    list: { path in
      Issue.record("\(path) was listed")
      return []
    },
    firstName: { path, _ in
      Issue.record("\(path) was listed")
      return nil
    },
    lock: { path throws(FileLockError) in
      Issue.record("\(path) was locked")
      return nil
    })
}
