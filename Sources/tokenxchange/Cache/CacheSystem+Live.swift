import Glibc

extension CacheSystem {
  /// The real one.
  static let live = CacheSystem(
    prepareFolder: { path throws(CacheFault) in try FileSystem.prepareFolder(path) },
    findFolder: { path throws(CacheFault) in
      try FileSystem.checkFolder(path, allowsOpen: true)
    },
    read: { path, limit throws(CacheFault) in try FileSystem.read(path, limit: limit) },
    write: { path, content, durable throws(WriteFault) in
      try AtomicFile.replace(path, with: content, mode: 0o600, durable: durable)
    },
    lock: { path throws(CacheFault) in try FileLock.take(path) },
    list: { FileSystem.list($0) },
    remove: { unlink($0) == 0 || errno == ENOENT },
    clock: { CacheClock.now() },
    processStart: { CacheClock.processStart(now: CacheClock.now()) })
}
